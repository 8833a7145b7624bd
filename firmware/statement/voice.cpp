// SPDX-License-Identifier: Apache-2.0
// The recorder speaks and listens.
#include "firmware/statement/voice.hpp"

#include "common/core/log.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace liuhen::statement {

using core::Cbor;
using core::Nanoseconds;
using prompts::Prompt;

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

void note(recorder::Recorder& recorder, std::string_view kind, Cbor body) {
    if (const auto entry = recorder.note(kind, std::move(body)); !entry) {
        core::log(core::LogLevel::Warning,
                  "statement",
                  fmt::format("{}: {}", kind, entry.error().message));
    }
}

Cbor seqOrNull(const std::optional<std::uint64_t>& seq) {
    return seq ? Cbor(*seq) : Cbor(nullptr);
}

}  // namespace

Voice::Voice(prompts::Prompter& prompter)
    : prompter_(prompter),
      asker_([this](Prompt prompt, Nanoseconds now) { return say(prompt, now); },
             [this](const Statement& made) { made_.push_back(made); }) {}

void Voice::begin(Recorder& recorder, Listener listener) {
    recorder_ = &recorder;
    listener_ = std::move(listener);
}

void Voice::ask(What what, Nanoseconds now) {
    LIUHEN_ASSERT(recorder_ != nullptr);
    if (closed_ || !recorder_->recording()) {
        return;
    }
    if (what == What::Opening) {
        remarks_.clear();  // of the recording before
    }
    recording_ = recorder_->recordingSeq();
    const bool warns = what == What::Reason && recorder_->inFullMatter();
    asker_.ask(warns ? What::FullReason : what, now);
    settle(now);
}

void Voice::stopListening(Nanoseconds now) {
    if (asker_.asking()) {
        hush(now);
    }
    asker_.drop();
    settle(now);
}

void Voice::onEnding(Nanoseconds now) {
    asker_.cancel(now);
    hush(now);
    remarks_.clear();
    settle(now);
}

void Voice::onShutdown(Nanoseconds now) {
    onEnding(now);
    closed_ = true;
}

void Voice::hush(Nanoseconds now) {
    prompter_.hush(now);
    asker_.ownVoiceEnds(now);
}

void Voice::remark(Prompt prompt, Nanoseconds now) {
    const bool waits =
        std::any_of(remarks_.begin(), remarks_.end(), [prompt](const Remark& waiting) {
            return waiting.prompt == prompt;
        });
    if (!waits && !silent() && !closed_) {
        remarks_.push_back(Remark{prompt, now});
        sayRemarks(now);
        settle(now);
    }
}

void Voice::setSilent(bool silent, Nanoseconds now) {
    if (silent == prompter_.silent()) {
        return;
    }
    if (silent) {
        hush(now);
        remarks_.clear();
    }
    prompter_.setSilent(silent, now);
    settle(now);
    note(*recorder_, "mode", Cbor::map({{"silent", silent}}));
}

void Voice::tick(Nanoseconds now) {
    if (closed_) {
        return;
    }
    if (recording_ && recorder_->recordingSeq() != recording_) {
        asker_.cancel(now);
        settle(now);
        recording_.reset();
    }
    asker_.tick(now);
    sayRemarks(now);
    settle(now);
}

std::optional<Nanoseconds> Voice::say(Prompt prompt, Nanoseconds now) {
    const auto length = prompter_.say(prompt, now);
    if (length) {
        saidFor_.push_back(recorder_->recordingSeq());
    }
    return length;
}

void Voice::sayRemarks(Nanoseconds now) {
    if (remarks_.empty() || prompter_.speaking(now)) {
        return;
    }
    const Remark next = remarks_.front();
    if (asker_.somebodySpeaks(now) && now - next.since < kRemarkPatience) {
        return;
    }
    remarks_.pop_front();
    if (const auto length = say(next.prompt, now)) {
        asker_.ownVoice(now, now + *length);
    }
}

/// Signs what was said and what was heard.
void Voice::settle(Nanoseconds now) {
    for (const prompts::Said& said : prompter_.takeSaid(now)) {
        LIUHEN_ASSERT(!saidFor_.empty());
        sign(said, saidFor_.front());
        saidFor_.pop_front();
    }
    for (const Statement& made : std::exchange(made_, {})) {
        if (!isReason(made.what)) {
            sign(made);
        }
        if (listener_) {
            listener_(made);
        }
    }
}

void Voice::sign(const prompts::Said& said, const std::optional<std::uint64_t>& recording) {
    note(*recorder_,
         "prompt",
         Cbor::map({{"recording", seqOrNull(recording)},
                    {"what", nameOf(said.prompt)},
                    {"from", said.from.count()},
                    {"to", said.to.count()}}));
}

void Voice::sign(const Statement& made) {
    Cbor speech(nullptr);
    if (made.speech) {
        speech = Cbor(made.speech->count() / kNsPerMs);
    }
    note(*recorder_,
         "statement",
         Cbor::map({{"recording", seqOrNull(recording_)},
                    {"what", nameOf(made.what)},
                    {"from", made.from.count()},
                    {"to", made.to.count()},
                    {"asked", made.asked},
                    {"speech_ms", std::move(speech)},
                    {"result", made.heard ? "heard" : "missing"}}));
}

}  // namespace liuhen::statement
