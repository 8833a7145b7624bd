// SPDX-License-Identifier: Apache-2.0
// When frames count as speech.
#include "firmware/capture/voice.hpp"

#include <string>

#include <doctest/doctest.h>

namespace liuhen::capture {

namespace {

/// "S" and "." per frame, from "v" and "-" per frame.
std::string speaking(const std::string& frames) {
    VoiceHysteresis hysteresis;
    std::string states;
    for (const char frame : frames) {
        states += hysteresis.add(frame == 'v') ? 'S' : '.';
    }
    return states;
}

std::string times(std::size_t count, char frame) {
    return std::string(count, frame);
}

}  // namespace

TEST_SUITE_BEGIN("capture/voice");

TEST_CASE("on at thirteen voiced frames of 25, off below four") {
    CHECK(speaking(times(20, 'v')) == times(12, '.') + times(8, 'S'));
    CHECK(speaking(times(25, 'v') + times(30, '-')) ==
          times(12, '.') + times(13, 'S') + times(21, 'S') + times(9, '.'));
}

TEST_CASE("single frames of noise are no speech, short gaps no pause") {
    std::string noise;
    std::string gaps = times(20, 'v');
    for (int i = 0; i < 20; ++i) {
        noise += "v----";
        gaps += "v-v--";
    }
    CHECK(speaking(noise) == times(100, '.'));
    CHECK(speaking(gaps).substr(20) == times(100, 'S'));
}

TEST_SUITE_END();

}  // namespace liuhen::capture
