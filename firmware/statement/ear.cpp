// SPDX-License-Identifier: Apache-2.0
// What the recorder hears of others.
#include "firmware/statement/ear.hpp"

#include <algorithm>

namespace liuhen::statement {

using core::Nanoseconds;

namespace {

constexpr Nanoseconds kDeafAfter = std::chrono::seconds(1);

}  // namespace

void Ear::ownVoice(Nanoseconds from, Nanoseconds to) {
    own_.push_back(Span{from, to + kOwnVoiceMargin});
}

void Ear::ownVoiceEnds(Nanoseconds at) {
    if (!own_.empty()) {
        own_.back().to = std::min(own_.back().to, at + kOwnVoiceMargin);
    }
}

capture::VoiceFrame Ear::hear(const capture::VoiceFrame& frame) {
    while (!own_.empty() && own_.front().to <= frame.from) {
        own_.pop_front();
    }
    if (frame.from - heardUntil_ > kDeafAfter) {
        hysteresis_ = {};  // what was heard before is too long ago
    }
    heardUntil_ = frame.to;
    const bool own = std::any_of(own_.begin(), own_.end(), [&frame](const Span& span) {
        return frame.from < span.to && frame.to > span.from;
    });
    return {frame.from, frame.to, hysteresis_.add(frame.voiced && !own)};
}

bool Ear::somebodySpeaks(Nanoseconds now) const {
    return hysteresis_.speaking() && now - heardUntil_ <= kDeafAfter;
}

}  // namespace liuhen::statement
