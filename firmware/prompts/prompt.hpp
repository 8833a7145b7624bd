// SPDX-License-Identifier: Apache-2.0
// What the recorder can say.
#pragma once

#include <array>
#include <string_view>

namespace liuhen::prompts {

/// One sentence each; sentences.zh.txt and sentences.en.txt beside this file have the words.
enum class Prompt {
    Start,           // recording has begun; asks for the opening statement and the notice
    StillRecording,  // a short press of REC while recording
    LowBattery,
    StorageLow,
    PauseFull,  // a pause in a matter that must be recorded as a whole; asks for the reason
    Resumed,    // recording goes on; asks for the reason of the interruption
    Notice,     // asks to tell those present
    Closing,    // asks for the closing statement
    NoSpeech,   // nothing was heard; asks again
    End,        // recording has ended
    Fault,
};

inline constexpr std::array kPrompts{Prompt::Start,
                                     Prompt::StillRecording,
                                     Prompt::LowBattery,
                                     Prompt::StorageLow,
                                     Prompt::PauseFull,
                                     Prompt::Resumed,
                                     Prompt::Notice,
                                     Prompt::Closing,
                                     Prompt::NoSpeech,
                                     Prompt::End,
                                     Prompt::Fault};

/// `what` of the `prompt` entry, and the stem of the WAV file: "start", "still_recording", ...
[[nodiscard]] std::string_view nameOf(Prompt prompt);

}  // namespace liuhen::prompts
