// SPDX-License-Identifier: Apache-2.0
// AudioSpecificConfigs as encoders give them.
#include "common/media/aac.hpp"

#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::hex;

TEST_SUITE("media/aac") {
    TEST_CASE("object type, rate and channels are read") {
        struct Row {
            const char* bytes;
            unsigned objectType;
            std::uint32_t sampleRate;
            unsigned channels;
        };
        const Row rows[] = {
            {"1188", 2, 48000, 1},        // FFmpeg's encoder, 48 kHz mono
            {"1210", 2, 44100, 2},        // 44.1 kHz stereo
            {"1408", 2, 16000, 1},        // 16 kHz mono
            {"118856e500", 2, 48000, 1},  // with a backward compatible extension
            {"178007d008", 2, 4000, 1},   // rate written out
        };
        for (const Row& row : rows) {
            CAPTURE(std::string(row.bytes));
            const auto config = parseAudioSpecificConfig(hex(row.bytes));
            REQUIRE(config);
            CHECK(config->objectType == row.objectType);
            CHECK(config->sampleRate == row.sampleRate);
            CHECK(config->channels == row.channels);
        }
    }

    TEST_CASE("what is cut off, reserved or without a channel count is refused") {
        for (const char* bytes : {"", "11", "1688", "1180", "11c0", "0188", "17800000"}) {
            CAPTURE(std::string(bytes));
            CHECK_FALSE(parseAudioSpecificConfig(hex(bytes)));
        }
        Buffer tooLong = hex("1188");
        tooLong.resize(kMaxAudioSpecificConfigBytes + 1);
        CHECK_FALSE(parseAudioSpecificConfig(tooLong));
        tooLong.pop_back();
        CHECK(parseAudioSpecificConfig(tooLong));
    }
}

}  // namespace liuhen::media
