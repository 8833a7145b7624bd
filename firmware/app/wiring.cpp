// SPDX-License-Identifier: Apache-2.0
// The listeners.
#include "firmware/app/wiring.hpp"

#include "common/core/log.hpp"

namespace liuhen::app {

using recorder::Recorder;
using recorder::WriterThread;

namespace {

capture::CaptureListener captureListener(const std::shared_ptr<Gate>& gate) {
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
    listener.sourceReturned = [gate](const capture::SourceReturned& back) {
        gate->pass([&back](WriterThread& writer) {
            writer.post([back](Recorder& recorder) { recorder.takeReturn(back.track); });
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
    const auto controls = std::make_shared<recorder::Controls>();
    board.buttons().setListener([gate = gate_, controls, &capture](const hal::ButtonEvent& event) {
        gate->pass([&](WriterThread& open) {
            if (event.button == hal::Button::Record && event.action == hal::ButtonAction::Press) {
                capture.requestKeyFrame();
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
    capture.start(captureListener(gate_));
}

}  // namespace liuhen::app
