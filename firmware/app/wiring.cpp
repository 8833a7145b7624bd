// SPDX-License-Identifier: Apache-2.0
// The listeners.
#include "firmware/app/wiring.hpp"

#include "common/core/log.hpp"
#include "firmware/recorder/self_check.hpp"

#include <fmt/format.h>

namespace liuhen::app {

using recorder::Recorder;
using recorder::WriterThread;

namespace {

capture::CaptureListener captureListener(const std::shared_ptr<Gate>& gate,
                                         const std::shared_ptr<recorder::Controls>& controls,
                                         const std::shared_ptr<recorder::SelfCheck>& check) {
    capture::CaptureListener listener;
    listener.unit = [gate, check](capture::EncodedUnit unit) {
        gate->pass([&unit, &check](WriterThread& writer) {
            writer.postUnhurried([check, unit = std::move(unit)](Recorder& recorder) mutable {
                check->see(unit);
                recorder.takeUnit(std::move(unit));
            });
        });
    };
    listener.sourceLost = [gate](const capture::SourceLost& lost) {
        core::log(core::LogLevel::Warning, "capture", "source lost: " + lost.cause);
        gate->pass([&lost](WriterThread& writer) {
            writer.post([lost](Recorder& recorder) { recorder.takeLoss(lost); });
        });
    };
    listener.sourceReturned = [gate, controls](const capture::SourceReturned& back) {
        gate->pass([&](WriterThread& writer) {
            writer.post([controls, back](Recorder& recorder) {
                recorder.takeReturn(back.track);
                controls->onSourceBack(recorder, back.at);
            });
        });
    };
    listener.parametersChanged = [gate](capture::Track track, const core::Buffer& parameters) {
        gate->pass([track, &parameters](WriterThread& writer) {
            writer.post([track, parameters](Recorder& recorder) {
                recorder.takeParameters(track, parameters);
            });
        });
    };
    return listener;
}

}  // namespace

Wiring::Wiring(hal::Board& board, capture::Capture& capture, WriterThread& writer)
    : gate_(std::make_shared<Gate>(writer)) {
    recorder::Controls::Outside outside;
    outside.entered = [](recorder::State state) {
        core::log(core::LogLevel::Info, "recorder", fmt::format("state {}", name(state)));
    };
    const auto controls = std::make_shared<recorder::Controls>(std::move(outside));
    const auto check = std::make_shared<recorder::SelfCheck>();
    core::Clock& clock = board.clock();
    writer.post([controls, check, &clock](Recorder& recorder) {
        controls->begin(recorder, clock.boottime());
        check->begin("power_on", clock.boottime());
    });
    writer.everyTick(
        [controls, check, &clock](Recorder& recorder, const WriterThread::Health& health) {
            const core::Nanoseconds now = clock.boottime();
            controls->onBattery(recorder, health.batteryPercent, health.charging, now);
            controls->tick(recorder, now);
            const recorder::SelfCheck::Board told{health.batteryPercent, health.freeBytes};
            if (const auto passed = check->tick(recorder, told, now)) {
                controls->onCheck(recorder, *passed, now);
            }
        });
    board.buttons().setListener([gate = gate_, controls, &capture](const hal::ButtonEvent& event) {
        gate->pass([&](WriterThread& open) {
            if (event.button != hal::Button::Mark) {
                capture.requestKeyFrame();  // a recording begins or goes on with one
            }
            open.post(
                [controls, event](Recorder& recorder) { controls->onButton(recorder, event); });
        });
    });
    board.setListener([gate = gate_, controls, check](const hal::BoardEvent& event) {
        gate->pass([&](WriterThread& open) {
            open.post([controls, check, event](Recorder& recorder) {
                controls->onBoardEvent(recorder, event);
                if (event.kind == hal::BoardEventKind::Undocked) {
                    check->begin("taken", event.at);
                }
            });
        });
    });
    capture.start(captureListener(gate_, controls, check));
}

}  // namespace liuhen::app
