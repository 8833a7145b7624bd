// SPDX-License-Identifier: Apache-2.0
// The recorder's voice: which WAV is which sentence, what is being said, and what was said.
#include "firmware/prompts/prompter.hpp"

#include "common/core/files.hpp"
#include "common/core/log.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace liuhen::prompts {

using core::Nanoseconds;

Prompter::Prompter(hal::Speaker& speaker,
                   const std::vector<std::string>& folders,
                   const std::string& language)
    : speaker_(speaker) {
    for (const Prompt prompt : kPrompts) {
        std::string why;
        for (const std::string& folder : folders) {
            const std::string file = core::joinPath(core::joinPath(folder, language),
                                                    fmt::format("{}.wav", nameOf(prompt)));
            const auto length = speaker_.load(file);
            if (length) {
                sounds_[prompt] = Sound{file, *length};
                break;
            }
            why += (why.empty() ? "" : "; ") + length.error().message;
        }
        if (!sounds_.contains(prompt)) {
            core::log(core::LogLevel::Warning,
                      "prompts",
                      fmt::format("{} will not be said: {}", nameOf(prompt), why));
        }
    }
}

std::optional<Nanoseconds> Prompter::say(Prompt prompt, Nanoseconds now) {
    const auto found = sounds_.find(prompt);
    if (silent_ || found == sounds_.end()) {
        return std::nullopt;
    }
    hush(now);
    if (const auto played = speaker_.play(found->second.file); !played) {
        core::log(core::LogLevel::Warning, "prompts", played.error().message);
        return std::nullopt;
    }
    current_ = Said{prompt, now, now};
    end_ = now + found->second.length;
    return found->second.length;
}

void Prompter::settle(Nanoseconds now) {
    if (current_ && now >= end_) {
        current_->to = end_;
        said_.push_back(*std::exchange(current_, std::nullopt));
    }
}

void Prompter::hush(Nanoseconds now) {
    settle(now);
    if (current_) {
        speaker_.stop();
        current_->to = now;
        said_.push_back(*std::exchange(current_, std::nullopt));
    }
}

std::vector<Said> Prompter::takeSaid(Nanoseconds now) {
    settle(now);
    return std::exchange(said_, {});
}

void Prompter::setSilent(bool silent, Nanoseconds now) {
    silent_ = silent;
    if (silent_) {
        hush(now);
    }
}

}  // namespace liuhen::prompts
