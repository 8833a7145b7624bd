// SPDX-License-Identifier: Apache-2.0
// What the recorder can say.
#include "firmware/prompts/prompt.hpp"

#include "common/core/result.hpp"

namespace liuhen::prompts {

std::string_view nameOf(Prompt prompt) {
    switch (prompt) {
        case Prompt::Start:
            return "start";
        case Prompt::StillRecording:
            return "still_recording";
        case Prompt::LowBattery:
            return "low_battery";
        case Prompt::StorageLow:
            return "storage_low";
        case Prompt::PauseFull:
            return "pause_full";
        case Prompt::Resumed:
            return "resumed";
        case Prompt::Notice:
            return "notice";
        case Prompt::Closing:
            return "closing";
        case Prompt::NoSpeech:
            return "no_speech";
        case Prompt::End:
            return "end";
        case Prompt::Fault:
            return "fault";
    }
    LIUHEN_ASSERT(false);
    return "";
}

}  // namespace liuhen::prompts
