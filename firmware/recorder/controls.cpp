// SPDX-License-Identifier: Apache-2.0
// Buttons and board events.
#include "firmware/recorder/controls.hpp"

#include "common/core/log.hpp"

#include <fmt/format.h>

namespace liuhen::recorder {

namespace {

void report(const core::Result<void>& result, std::string_view what) {
    if (!result) {
        core::log(core::LogLevel::Warning,
                  "recorder",
                  fmt::format("{}: {}", what, result.error().message));
    }
}

}  // namespace

void Controls::onButton(Recorder& recorder, const hal::ButtonEvent& event) {
    using hal::Button;
    using hal::ButtonAction;
    if (event.button == Button::Record && event.action == ButtonAction::Press &&
        !recorder.recording()) {
        const auto started = recorder.start("button", event.pressedAt);
        if (started) {
            startedBy_ = event.pressedAt;
        }
        core::log(started ? core::LogLevel::Info : core::LogLevel::Error,
                  "recorder",
                  started ? "recording" : started.error().message);
    } else if (event.button == Button::Record && event.action == ButtonAction::HeldTwoSeconds) {
        // A press that began the recording and is held on does not end it.
        if (startedBy_ == event.pressedAt || !recorder.recording()) {
            return;
        }
        report(recorder.end("button"), "end recording");
        core::log(core::LogLevel::Info, "recorder", "recording ended");
    } else if (event.button == Button::Mark && event.action == ButtonAction::Press) {
        report(recorder.mark("focus", event.pressedAt), "mark");
    }
}

void Controls::onBoardEvent(Recorder& recorder, const hal::BoardEvent& event) {
    if (event.kind == hal::BoardEventKind::Statement) {
        report(recorder.statement(event.statement, event.from, event.to), "statement");
    }
}

}  // namespace liuhen::recorder
