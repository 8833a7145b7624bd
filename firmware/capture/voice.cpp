// SPDX-License-Identifier: Apache-2.0
// What to believe of a voice detector.
#include "firmware/capture/voice.hpp"

namespace liuhen::capture {

bool VoiceHysteresis::add(bool voiced) {
    voiced_ -= window_[next_] ? 1U : 0U;
    window_[next_] = voiced;
    voiced_ += voiced ? 1U : 0U;
    next_ = (next_ + 1) % kWindow;
    if (voiced_ * 100 >= kWindow * kOnPercent) {
        speaking_ = true;
    } else if (voiced_ * 100 < kWindow * kOffPercent) {
        speaking_ = false;
    }
    return speaking_;
}

}  // namespace liuhen::capture
