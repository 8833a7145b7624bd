// SPDX-License-Identifier: Apache-2.0
// The listeners.
#include "firmware/app/wiring.hpp"

#include "common/core/log.hpp"
#include "firmware/app/state_signals.hpp"

#include <fmt/format.h>

namespace liuhen::app {

using recorder::Recorder;
using recorder::WriterThread;

namespace {

capture::CaptureListener captureListener(const std::shared_ptr<Gate>& gate,
                                         const std::shared_ptr<recorder::Controls>& controls) {
    capture::CaptureListener listener;
    listener.unit = [gate](capture::EncodedUnit unit) {
        gate->pass([&unit](WriterThread& writer) {
            writer.postUnhurried([unit = std::move(unit)](Recorder& recorder) mutable {
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
    const auto shown = std::make_shared<StateSignals>(board.signals());
    outside.entered = [shown](recorder::State state) {
        shown->entered(state);
        core::log(core::LogLevel::Info, "recorder", fmt::format("state {}", name(state)));
    };
    const auto controls = std::make_shared<recorder::Controls>(std::move(outside));
    core::Clock& clock = board.clock();
    writer.post(
        [controls, &clock](Recorder& recorder) { controls->begin(recorder, clock.boottime()); });
    writer.everyTick([controls, &clock](Recorder& recorder, const WriterThread::Health& health) {
        const core::Nanoseconds now = clock.boottime();
        controls->onBattery(recorder, health.batteryPercent, health.charging, now);
        controls->tick(recorder, now);
    });
    const auto takePhoto = [gate = gate_, controls, &capture](core::Nanoseconds press) {
        capture.takePhoto([gate, controls, press](core::Result<capture::Photo> photo) {
            gate->pass([&](WriterThread& open) {
                open.post([controls, press, photo = std::move(photo)](Recorder& recorder) {
                    controls->onPhoto(recorder, press, photo);
                });
            });
        });
    };
    board.buttons().setListener(
        [gate = gate_, controls, takePhoto, &capture](const hal::ButtonEvent& event) {
            if (event.button == hal::Button::Photo) {
                if (event.action == hal::ButtonAction::Press) {
                    takePhoto(event.pressedAt);  // may answer at once, through the gate
                }
                return;
            }
            gate->pass([&](WriterThread& open) {
                if (event.button != hal::Button::Mark) {
                    capture.requestKeyFrame();  // a recording begins or goes on with one
                }
                open.post(
                    [controls, event](Recorder& recorder) { controls->onButton(recorder, event); });
            });
        });
    board.setListener([gate = gate_, controls](const hal::BoardEvent& event) {
        gate->pass([&](WriterThread& open) {
            open.post(
                [controls, event](Recorder& recorder) { controls->onBoardEvent(recorder, event); });
        });
    });
    capture.start(captureListener(gate_, controls));
}

}  // namespace liuhen::app
