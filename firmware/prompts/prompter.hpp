// SPDX-License-Identifier: Apache-2.0
// The recorder's voice: which WAV is which sentence, what is being said, and what was said.
#pragma once

#include "firmware/prompts/prompt.hpp"
#include "hal/speaker.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::prompts {

/// A sentence that was said, whole or broken off.
struct Said {
    Prompt prompt = Prompt::Start;
    core::Nanoseconds from{};  // BOOTTIME
    core::Nanoseconds to{};    // BOOTTIME
};

/// Says one sentence at a time. Writer thread only; never waits for the loudspeaker.
class Prompter {
public:
    /// Loads `<folder>/<language>/<name>.wav` of each prompt from the first of `folders` that has a
    /// good one. A prompt without is logged once, and then never said.
    Prompter(hal::Speaker& speaker,
             const std::vector<std::string>& folders,
             const std::string& language);

    /// Begins to say it, breaking off what is being said; answers how long it will take. Nothing if
    /// silent, or if there is no such sound or loudspeaker.
    [[nodiscard]] std::optional<core::Nanoseconds> say(Prompt prompt, core::Nanoseconds now);
    /// Breaks off what is being said.
    void hush(core::Nanoseconds now);
    [[nodiscard]] bool speaking(core::Nanoseconds now) const { return current_ && now < end_; }
    /// What has been said since the last call, oldest first.
    [[nodiscard]] std::vector<Said> takeSaid(core::Nanoseconds now);

    [[nodiscard]] bool silent() const { return silent_; }
    /// Silent: nothing is said, and what is being said breaks off.
    void setSilent(bool silent, core::Nanoseconds now);

private:
    struct Sound {
        std::string file;
        core::Nanoseconds length{};
    };
    void settle(core::Nanoseconds now);

    hal::Speaker& speaker_;
    std::map<Prompt, Sound> sounds_;
    bool silent_ = false;
    std::optional<Said> current_;  // its `to` is not known yet
    core::Nanoseconds end_{};      // when it will have been said
    std::vector<Said> said_;
};

}  // namespace liuhen::prompts
