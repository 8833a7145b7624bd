// SPDX-License-Identifier: Apache-2.0
// The listeners.
#include "firmware/app/wiring.hpp"

#include "common/core/log.hpp"
#include "firmware/app/state_signals.hpp"
#include "firmware/recorder/self_check.hpp"

#include <fmt/format.h>

namespace liuhen::app {

using recorder::Recorder;
using recorder::WriterThread;

namespace {

capture::CaptureListener captureListener(const std::shared_ptr<Gate>& gate,
                                         statement::Voice& voice,
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
    listener.voice = [gate, &voice](const capture::VoiceFrame& frame) {
        gate->pass([&](WriterThread& writer) {
            writer.postUnhurried([frame, &voice](Recorder&) { voice.hear(frame); });
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

/// What the table asks of the voice; whether onSaid() follows.
bool speakFor(statement::Voice& voice, recorder::Act act, core::Nanoseconds now) {
    using prompts::Prompt;
    using recorder::Act;
    using statement::What;
    switch (act) {
        case Act::AskOpening:
            voice.ask(What::Opening, now);
            return false;
        case Act::AskNotice:
            voice.ask(What::Notice, now);
            return false;
        case Act::AskResume:
            voice.ask(What::Resume, now);
            return false;
        case Act::AskClosing:
            voice.ask(What::Closing, now);
            return true;
        case Act::ListenForReason:
            voice.ask(What::Reason, now);
            return true;
        case Act::StopListening:
            voice.stopListening(now);
            return false;
        case Act::SayStillRecording:
            voice.remark(Prompt::StillRecording, now);
            return false;
        case Act::SayEnded:
            voice.remark(Prompt::End, now);
            return false;
        case Act::SayLowBattery:
            voice.remark(Prompt::LowBattery, now);
            return false;
        case Act::SayLowRoom:
        case Act::SayNoRoom:
            voice.remark(Prompt::StorageLow, now);
            return false;
        case Act::SayFault:
            voice.remark(Prompt::Fault, now);
            return false;
        case Act::ToggleSilent:
            voice.setSilent(!voice.silent(), now);
            return false;
        default:
            return false;  // the recorder's own
    }
}

/// What was said leads on in the table, or explains an interruption. Called in the middle of other
/// work: what it leads to comes after that.
statement::Voice::Listener statementListener(const std::shared_ptr<Gate>& gate,
                                             const std::shared_ptr<recorder::Controls>& controls,
                                             const core::Clock& clock) {
    return [gate, controls, &clock](const statement::Statement& made) {
        gate->pass([&](WriterThread& writer) {
            writer.post([controls, &clock, made](Recorder& recorder) {
                if (made.what == statement::What::Resume && made.heard) {
                    if (const auto noted = recorder.explain(made.from, made.to); !noted) {
                        core::log(core::LogLevel::Warning, "recorder", noted.error().message);
                    }
                } else if (made.what == statement::What::Closing ||
                           statement::isReason(made.what)) {
                    recorder::SpokenReason said;
                    said.from = made.from;
                    said.to = made.heard ? made.to : made.from;
                    if (made.speech) {
                        said.speechMs =
                            static_cast<std::uint64_t>(*made.speech / std::chrono::milliseconds(1));
                    }
                    controls->onSaid(recorder, said, clock.boottime());
                }
            });
        });
    };
}

}  // namespace

Wiring::Wiring(hal::Board& board,
               capture::Capture& capture,
               WriterThread& writer,
               statement::Voice& voice,
               bool silent)
    : gate_(std::make_shared<Gate>(writer)) {
    core::Clock& clock = board.clock();
    recorder::Controls::Outside outside;
    outside.act = [&voice, &clock](recorder::Act act, core::Nanoseconds /*at*/) {
        return speakFor(voice, act, clock.boottime());
    };
    outside.ending = [&voice, &clock] { voice.onEnding(clock.boottime()); };
    const auto shown = std::make_shared<StateSignals>(board.signals());
    outside.entered = [shown](recorder::State state) {
        shown->entered(state);
        core::log(core::LogLevel::Info, "recorder", fmt::format("state {}", name(state)));
    };
    const auto controls = std::make_shared<recorder::Controls>(std::move(outside));
    const auto check = std::make_shared<recorder::SelfCheck>();
    writer.post([controls,
                 check,
                 &voice,
                 &clock,
                 silent,
                 heard = statementListener(gate_, controls, clock)](Recorder& recorder) {
        voice.begin(recorder, heard);
        voice.setSilent(silent, clock.boottime());
        controls->begin(recorder, clock.boottime());
        check->begin("power_on", clock.boottime());
    });
    writer.everyTick(
        [controls, check, &voice, &clock](Recorder& recorder, const WriterThread::Health& health) {
            const core::Nanoseconds now = clock.boottime();
            controls->onBattery(recorder, health.batteryPercent, health.charging, now);
            controls->tick(recorder, now);
            voice.tick(now);
            const recorder::SelfCheck::Board told{health.batteryPercent, health.freeBytes};
            if (const auto passed = check->tick(recorder, told, now)) {
                controls->onCheck(recorder, *passed, now);
            }
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
    capture.start(captureListener(gate_, voice, controls, check));
}

}  // namespace liuhen::app
