// SPDX-License-Identifier: Apache-2.0
// What buttons and board events mean for the recorder.
#pragma once

#include "firmware/recorder/recorder.hpp"
#include "hal/board.hpp"

#include <optional>

namespace liuhen::recorder {

/// Turns button and board events into what the recorder does (docs/recorder.md). Runs on the writer
/// thread.
class Controls {
public:
    void onButton(Recorder& recorder, const hal::ButtonEvent& event);
    void onBoardEvent(Recorder& recorder, const hal::BoardEvent& event);

private:
    std::optional<core::Nanoseconds> startedBy_;  // the press that began the recording
};

}  // namespace liuhen::recorder
