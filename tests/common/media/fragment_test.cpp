// SPDX-License-Identifier: Apache-2.0
// Fragments: the bytes of a small one, round trips, and that changed ones are not taken for the
// same.
#include "common/media/fragment_reader.hpp"
#include "common/media/fragment_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::Run;
using samples::wholeFragment;

namespace {

void put32(Buffer& bytes, std::size_t at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
}

}  // namespace

TEST_SUITE("media/fragment") {
    TEST_CASE("a fragment with a picture and a sound sample is these bytes") {
        Run picture(0x100000002, 6000, 1, 5);
        Run sound(0x30, 1024, 1, 3);
        picture.samples()[0].compositionOffset = -2;
        const auto head = makeFragment(7, picture.samples(), sound.samples());
        REQUIRE(head);
        CHECK(head->payloadBytes == 8);
        CHECK(core::toHex(head->bytes) ==
              "000000b8"
              "6d6f6f66"  // moof
              "00000010"
              "6d666864"
              "00000000"
              "00000007"  // mfhd
              "00000050"
              "74726166"  // traf
              "00000010"
              "74666864"
              "00020000"
              "00000001"  // tfhd
              "00000014"
              "74666474"
              "01000000"
              "0000000100000002"  // tfdt
              "00000024"
              "7472756e"
              "01000f01"
              "00000001"
              "000000c0"  // trun
              "00001770"
              "00000005"
              "02000000"
              "fffffffe"
              "00000050"
              "74726166"
              "00000010"
              "74666864"
              "00020000"
              "00000002"
              "00000014"
              "74666474"
              "01000000"
              "0000000000000030"
              "00000024"
              "7472756e"
              "01000f01"
              "00000001"
              "000000c5"
              "00000400"
              "00000003"
              "02000000"
              "00000000"
              "00000010"
              "6d646174");  // mdat
    }

    TEST_CASE("what is read is what was written") {
        Run picture(900000, 3000, 15, 40);
        Run sound(480000, 1024, 24, 9);
        for (Sample& sample : sound.samples()) {
            sample.key = true;
        }
        const Buffer bytes = wholeFragment(42, picture.samples(), sound.samples());
        const auto info = readFragment(bytes);
        REQUIRE(info);
        CHECK(info->sequenceNumber == 42);
        CHECK(info->totalBytes == bytes.size());
        REQUIRE(info->picture);
        REQUIRE(info->sound);
        CHECK(info->picture->start == 900000);
        CHECK(info->picture->duration == 45000);
        CHECK(info->picture->end() == 945000);
        CHECK(info->sound->duration == 24 * 1024);
        std::uint64_t offset = info->headBytes;
        const auto same = [&](const TrackRun& run, const std::vector<Sample>& samples) {
            REQUIRE(run.samples.size() == samples.size());
            for (std::size_t i = 0; i < samples.size(); ++i) {
                CAPTURE(i);
                CHECK(run.samples[i].offset == offset);
                CHECK(run.samples[i].start == samples[i].start);
                CHECK(run.samples[i].duration == samples[i].duration);
                CHECK(run.samples[i].key == samples[i].key);
                const ByteView data = ByteView(bytes).subspan(offset, run.samples[i].size);
                CHECK(core::equal(data, samples[i].data));
                offset += run.samples[i].size;
            }
        };
        same(*info->picture, picture.samples());
        same(*info->sound, sound.samples());
        CHECK(offset == bytes.size());
    }

    TEST_CASE("a track without samples has no traf") {
        Run run(5, 7, 3, 2);
        const auto onlyPicture = readFragment(wholeFragment(1, run.samples(), {}));
        REQUIRE(onlyPicture);
        CHECK(onlyPicture->picture);
        CHECK_FALSE(onlyPicture->sound);
        const auto onlySound = readFragment(wholeFragment(1, {}, run.samples()));
        REQUIRE(onlySound);
        CHECK_FALSE(onlySound->picture);
        CHECK(onlySound->sound);
        CHECK(onlySound->headBytes == 24 + 64 + 3 * 16 + 8);
    }

    TEST_CASE("samples that cannot stand in one fragment are refused") {
        using Change = void (*)(std::vector<Sample>&);
        struct Row {
            const char* name;
            Change change;
        };
        const Row rows[] = {
            {"gap", [](std::vector<Sample>& s) { s[1].start += 1; }},
            {"overlap", [](std::vector<Sample>& s) { s[2].start -= 1; }},
            {"no duration", [](std::vector<Sample>& s) { s[2].duration = 0; }},
            {"no data", [](std::vector<Sample>& s) { s[0].data = {}; }},
            {"none", [](std::vector<Sample>& s) { s.clear(); }},
            {"past the end of time",
             [](std::vector<Sample>& s) {
                 s.resize(1);
                 s[0].start = UINT64_MAX - 2;
             }},
            {"wraps around the end of time",
             [](std::vector<Sample>& s) {
                 s.resize(2);
                 s[0].start = UINT64_MAX - 2;
                 s[1].start = 0;
             }},
            {"too many",
             [](std::vector<Sample>& s) {
                 while (s.size() <= kMaxRunSamples) {
                     s.push_back(s.back());
                     s.back().start += s.back().duration;
                 }
             }},
        };
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));
            Run run(100, 3, 3, 2);
            REQUIRE(makeFragment(1, run.samples(), {}));
            row.change(run.samples());
            const auto asPicture = makeFragment(1, run.samples(), {});
            REQUIRE_FALSE(asPicture);
            CHECK(asPicture.error().kind == core::ErrorKind::InvalidArgument);
            CHECK_FALSE(makeFragment(1, {}, run.samples()));
        }
    }

    TEST_CASE("the most samples that are allowed are written and read") {
        const Buffer byte = {1};
        std::vector<Sample> samples;
        for (std::size_t i = 0; i < kMaxRunSamples; ++i) {
            samples.push_back(
                {.start = i, .duration = 1, .compositionOffset = 0, .key = true, .data = byte});
        }
        const Buffer bytes = wholeFragment(1, samples, samples);
        CHECK(bytes.size() == kMaxFragmentHeadBytes + 2 * kMaxRunSamples);
        const auto info = readFragment(bytes);
        REQUIRE(info);
        CHECK(info->sound->samples.size() == kMaxRunSamples);
    }

    TEST_CASE("samples of 2 GiB and more are refused") {
        const Buffer megabyte(1U << 20U, 1);
        std::vector<Sample> samples;
        for (std::size_t i = 0; i < 2048; ++i) {
            samples.push_back({.start = i,
                               .duration = 1,
                               .compositionOffset = 0,
                               .key = false,
                               .data = megabyte});
        }
        CHECK_FALSE(makeFragment(1, samples, {}));
        samples.pop_back();
        const auto head = makeFragment(1, samples, {});
        REQUIRE(head);
        CHECK(head->payloadBytes == 2047U << 20U);
        CHECK(readFragmentHead(head->bytes)->totalBytes == head->bytes.size() + head->payloadBytes);
    }

    TEST_CASE("any flipped bit before the samples is refused or tells of another fragment") {
        Run picture(900000, 3000, 3, 20);
        Run sound(480000, 1024, 2, 9);
        const Buffer bytes = wholeFragment(42, picture.samples(), sound.samples());
        const FragmentInfo info = *readFragment(bytes);
        for (std::size_t bit = 0; bit < info.headBytes * 8; ++bit) {
            const auto read = readFragment(samples::flipped(bytes, bit));
            if (read && *read == info) {
                FAIL("bit " << bit << " does not matter");
            }
        }
    }

    TEST_CASE("every cut and every byte more is refused") {
        Run picture(0, 3000, 2, 4);
        Run sound(0, 1024, 2, 4);
        const Buffer bytes = wholeFragment(1, picture.samples(), sound.samples());
        const std::uint64_t headBytes = readFragment(bytes)->headBytes;
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            CAPTURE(length);
            CHECK_FALSE(readFragment(ByteView(bytes).first(length)));
            CHECK(readFragmentHead(ByteView(bytes).first(length)).has_value() ==
                  (length >= headBytes));
        }
        Buffer longer = bytes;
        longer.push_back(0);
        CHECK_FALSE(readFragment(longer));
    }

    TEST_CASE("bytes in mdat that no sample owns are refused") {
        Run picture(0, 3000, 1, 4);
        Buffer bytes = wholeFragment(1, picture.samples(), {});
        bytes.push_back(0xee);
        put32(bytes, 104, 8 + 5);  // mdat now has the byte
        CHECK(readBox(bytes, 104)->end() == bytes.size());
        CHECK_FALSE(readFragment(bytes));
    }

    TEST_CASE("trafs that are swapped, doubled or unknown are refused") {
        Run run(0, 1000, 1, 4);
        const Buffer bytes = wholeFragment(1, run.samples(), run.samples());
        constexpr std::size_t kFirstTrack = 24 + 8 + 12;
        constexpr std::size_t kSecondTrack = kFirstTrack + 80;
        struct Row {
            const char* name;
            std::uint32_t first;
            std::uint32_t second;
            bool good;
        };
        const Row rows[] = {{"as written", 1, 2, true},
                            {"swapped", 2, 1, false},
                            {"picture twice", 1, 1, false},
                            {"sound twice", 2, 2, false},
                            {"unknown", 1, 3, false},
                            {"zero", 0, 2, false}};
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));
            Buffer changed = bytes;
            put32(changed, kFirstTrack, row.first);
            put32(changed, kSecondTrack, row.second);
            CHECK(readFragment(changed).has_value() == row.good);
        }
    }

    TEST_CASE("sound is written as key, and read only so") {
        Run sound(0, 1024, 2, 4);
        REQUIRE_FALSE(sound.samples()[1].key);
        Buffer bytes = wholeFragment(1, {}, sound.samples());
        CHECK(readFragment(bytes)->sound->samples[1].key);
        constexpr std::size_t kSecondFlags = 24 + 64 + 16 + 8;
        put32(bytes, kSecondFlags, 0x01010000);
        CHECK_FALSE(readFragment(bytes));
    }

    TEST_CASE("decode times that overflow are refused with their place") {
        Run picture(UINT64_MAX - 3000, 3000, 1, 4);
        Buffer bytes = wholeFragment(1, picture.samples(), {});
        CHECK(readFragment(bytes)->picture->end() == UINT64_MAX);
        put32(bytes, 88, 3001);
        const auto read = readFragment(bytes);
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == core::ErrorKind::DataLoss);
        CHECK(read.error().message.find("at 88") != std::string::npos);
    }
}

}  // namespace liuhen::media
