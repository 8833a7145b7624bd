// SPDX-License-Identifier: Apache-2.0
// WAV files, as sox writes them and as they should not be.
#include "hal/wav.hpp"

#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal {

namespace {

core::Buffer bytesOf(const std::string& hex) {
    return *core::fromHex(hex);
}

// sox -D -n -r 8000 -c 1 -b 16 -t wav - synth 3s square 4000 gain -6, with a LIST chunk of odd size
// put in behind the format.
const std::string kRiff =
    "5249464636000000"
    "57415645";
const std::string kFormat =
    "666d742010000000"
    "0100"
    "0100"
    "401f0000"
    "803e0000"
    "0200"
    "1000";
const std::string kOther =
    "4c49535403000000"
    "616263"
    "00";
const std::string kData =
    "6461746106000000"
    "0100"
    "ff7f"
    "0080";

}  // namespace

TEST_SUITE_BEGIN("hal/wav");

TEST_CASE("format and samples are read, other chunks passed over") {
    const auto wav = parseWav(bytesOf(kRiff + kFormat + kOther + kData));
    REQUIRE(wav);
    CHECK(wav->samplesPerSecond == 8000);
    CHECK(wav->channels == 1);
    CHECK(wav->samples == std::vector<std::int16_t>{1, 32767, -32768});
    CHECK(wav->length() == std::chrono::microseconds(375));
}

TEST_CASE("a streamed file's sound goes on to its end") {
    const std::string streamed =
        "64617461ffffffff"
        "0100"
        "0200"
        "03";
    const auto wav = parseWav(bytesOf(kRiff + kFormat + streamed));
    REQUIRE(wav);
    CHECK(wav->samples == std::vector<std::int16_t>{1, 2});
}

TEST_CASE("what cannot be played is refused") {
    struct Row {
        const char* name;
        std::string hex;
        core::ErrorKind kind;
    };
    using core::ErrorKind;
    const std::string eightBits =
        "666d742010000000"
        "0100"
        "0100"
        "401f0000"
        "401f0000"
        "0100"
        "0800";
    const std::string floats =
        "666d742010000000"
        "0300"
        "0100"
        "401f0000"
        "007d0000"
        "0400"
        "2000";
    const Row rows[] = {
        {"nothing", "", ErrorKind::DataLoss},
        {"another file", "504b0304504b0304504b0304", ErrorKind::DataLoss},
        {"no data", kRiff + kFormat, ErrorKind::DataLoss},
        {"data before its format", kRiff + kData, ErrorKind::DataLoss},
        {"a short format", kRiff + "666d74200400000001000100" + kData, ErrorKind::DataLoss},
        {"8 bits", kRiff + eightBits + kData, ErrorKind::Unimplemented},
        {"floats", kRiff + floats + kData, ErrorKind::Unimplemented}};
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const auto wav = parseWav(bytesOf(row.hex));
        REQUIRE_FALSE(wav);
        CHECK(wav.error().kind == row.kind);
    }
}

TEST_CASE("at another rate it lasts as long, in one channel") {
    Wav wav{8000, 2, {}};
    for (int i = 0; i < 8000; ++i) {
        wav.samples.push_back(static_cast<std::int16_t>(i));
        wav.samples.push_back(static_cast<std::int16_t>(i + 2));
    }
    const auto mono = asMono(wav, 48000);
    REQUIRE(mono.size() == 48000);
    CHECK(mono[0] == 1);
    CHECK(mono[6] == 2);
    CHECK(mono[3] == 2);  // 1.5, rounded
    CHECK(mono[24000] == 4001);
    CHECK(asMono(Wav{8000, 1, {}}, 48000).empty());
}

TEST_SUITE_END();

}  // namespace liuhen::hal
