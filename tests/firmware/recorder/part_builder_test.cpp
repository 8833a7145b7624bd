// SPDX-License-Identifier: Apache-2.0
// Parts from units: where they are cut, what waits, what follows what.
#include "firmware/recorder/part_builder.hpp"

#include <string_view>

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using liuhen::capture::EncodedUnit;
using liuhen::capture::Track;
using liuhen::core::Nanoseconds;
using liuhen::recorder::Part;
using liuhen::recorder::PartBuilder;

constexpr Nanoseconds kZero = 1000s;
constexpr Nanoseconds kFrame = 40ms;  // 25 pictures a second
constexpr std::int64_t kAacRate = 48000;

EncodedUnit picture(int number, bool key) {
    static const liuhen::core::Buffer kBytes{1, 2, 3};
    return EncodedUnit{Track::Picture, kZero + number * kFrame, kFrame, key, kBytes, nullptr};
}

EncodedUnit sound(int number, Nanoseconds shift = 0ns) {
    static const liuhen::core::Buffer kBytes{4, 5};
    const Nanoseconds at(static_cast<std::int64_t>(number) * 1024 * 1'000'000'000 / kAacRate);
    return EncodedUnit{Track::Sound, kZero + at + shift, 21333us, true, kBytes, nullptr};
}

/// "I" and "P" are pictures in order, cut where parts were given out: "IPP|IPP".
std::string cuts(std::string_view pictures) {
    PartBuilder builder({}, kZero, 0, 0);
    std::string seen;
    int number = 0;
    for (const char kind : pictures) {
        builder.add(picture(number, kind == 'I'), kZero + number * kFrame);
        ++number;
        while (const auto part = builder.takeReady(kZero + number * kFrame)) {
            seen += seen.empty() ? "" : "|";
            for (const auto& sample : part->samples.picture) {
                seen += sample.key ? 'I' : 'P';
            }
        }
    }
    for (const Part& part : builder.finishAll()) {
        seen += seen.empty() ? "" : "|";
        for (const auto& sample : part.samples.picture) {
            seen += sample.key ? 'I' : 'P';
        }
    }
    return seen;
}

}  // namespace

TEST_SUITE("recorder/part_builder") {
    TEST_CASE("parts are cut after half a second and at each key frame") {
        CHECK(cuts("IPPPP") == "IPPPP");
        CHECK(cuts("IPPPPPPPPPPPPPPP") == "IPPPPPPPPPPPP|PPP");
        CHECK(cuts("IPPPPIPP") == "IPPPP|IPP");
        CHECK(cuts("PPIPPIPP") == "IPP|IPP");
    }

    TEST_CASE("a part waits for its sound, but not longer than 200 ms") {
        PartBuilder builder({}, kZero, 0, 0);
        builder.add(sound(0), kZero);
        for (int i = 0; i <= 13; ++i) {
            builder.add(picture(i, i == 0), kZero + i * kFrame);
        }
        const Nanoseconds cut = kZero + 13 * kFrame;
        CHECK_FALSE(builder.takeReady(cut + 199ms).has_value());
        CHECK(builder.takeReady(cut + 200ms).has_value());
    }

    TEST_CASE("a part is ready once sound has passed its end, and takes all that began before") {
        PartBuilder builder({}, kZero, 0, 0);
        for (int i = 0; i <= 13; ++i) {
            builder.add(picture(i, i == 0), kZero + i * kFrame);
        }
        for (int i = 0; i < 26; ++i) {
            builder.add(sound(i), kZero + 13 * kFrame);
        }
        const auto part = builder.takeReady(kZero + 13 * kFrame);
        REQUIRE(part.has_value());
        CHECK(part->samples.picture.size() == 13);
        CHECK(part->samples.sound.size() == 25);  // 24 * 21.3 ms = 512 ms < 520 ms <= 533 ms
    }

    TEST_CASE("both tracks go on without a gap from part to part") {
        PartBuilder builder({}, kZero, 0, 0);
        std::uint64_t pictureEnd = 0;
        std::uint64_t soundEnd = 0;
        int parts = 0;
        int sounds = 0;
        for (int i = 0; i < 250; ++i) {
            builder.add(picture(i, i % 25 == 0), kZero + i * kFrame);
            // The microphone's clock runs 0.2 % fast: its frames come earlier than they count.
            for (; sounds * 21291 < i * 40000; ++sounds) {
                builder.add(sound(sounds, Nanoseconds(-42'000LL * sounds)), kZero + i * kFrame);
            }
            while (const auto part = builder.takeReady(kZero + i * kFrame)) {
                ++parts;
                for (const auto& sample : part->samples.picture) {
                    CHECK(sample.start == pictureEnd);
                    pictureEnd = sample.start + sample.duration;
                }
                for (const auto& sample : part->samples.sound) {
                    CHECK(sample.start == soundEnd);
                    soundEnd = sample.start + sample.duration;
                }
            }
        }
        CHECK(parts > 15);
        // Followed, not run away from: less than 30 ms between sound and picture.
        const auto pictureMs = static_cast<std::int64_t>(pictureEnd / 90);
        const auto soundMs = static_cast<std::int64_t>(soundEnd / 48);
        CHECK(std::abs(pictureMs - soundMs) < 30);
    }

    TEST_CASE("sound alone is cut every half second") {
        PartBuilder builder({}, kZero, 0, 0);
        int parts = 0;
        for (int i = 0; i < 100; ++i) {
            builder.add(sound(i), kZero);
            while (builder.takeReady(kZero)) {
                ++parts;
            }
        }
        CHECK(parts == 4);  // 2.13 s
    }

    TEST_CASE("a hole in the sound is told, a late frame is not") {
        PartBuilder builder({}, kZero, 0, 0);
        builder.add(sound(0), kZero);
        CHECK_FALSE(builder.leavesGap(sound(1)));
        CHECK_FALSE(builder.leavesGap(sound(1, 100ms)));
        CHECK(builder.leavesGap(sound(1, 400ms)));
    }

    TEST_CASE("when one track ends the other goes on seamlessly") {
        PartBuilder builder({}, kZero, 0, 0);
        for (int i = 0; i < 5; ++i) {
            builder.add(picture(i, i == 0), kZero + i * kFrame);
            builder.add(sound(i), kZero);
        }
        const auto parts = builder.finish(Track::Sound);
        REQUIRE(parts.size() == 1);
        const Part& part = parts.front();
        CHECK(part.samples.picture.size() == 4);  // the fifth waits for its length
        CHECK(part.samples.sound.size() == 5);
        builder.add(picture(5, false), kZero + 5 * kFrame);
        const auto rest = builder.finishAll();
        REQUIRE(rest.size() == 1);
        REQUIRE(rest.front().samples.picture.size() == 2);
        const auto& last = part.samples.picture.back();
        CHECK(rest.front().samples.picture.front().start == last.start + last.duration);
    }

    TEST_CASE("an end gives out the parts that were cut, none with a key frame inside") {
        PartBuilder builder({}, kZero, 0, 0);
        builder.add(sound(0), kZero);  // and no more: the parts wait for it
        for (int i = 0; i < 30; ++i) {
            builder.add(picture(i, i % 25 == 0), kZero + i * kFrame);
        }
        std::string seen;
        for (const Part& part : builder.finishAll()) {
            seen += seen.empty() ? "" : "|";
            for (const auto& sample : part.samples.picture) {
                seen += sample.key ? 'I' : 'P';
            }
        }
        CHECK(seen == "IPPPPPPPPPPPP|PPPPPPPPPPPP|IPPPP");
        CHECK(builder.heldBytes() == 0);
    }

    TEST_CASE("a flush gives out all there is, and both tracks go on seamlessly") {
        PartBuilder builder({}, kZero, 0, 0);
        for (int i = 0; i < 5; ++i) {
            builder.add(picture(i, i == 0), kZero + i * kFrame);
            builder.add(sound(i), kZero);
        }
        CHECK(builder.heldBytes() == 5 * 3 + 5 * 2);
        const auto before = builder.flush();
        REQUIRE(before.size() == 1);
        CHECK(before.front().bytes == 5 * 3 + 5 * 2);
        CHECK(builder.heldBytes() == 0);
        builder.add(picture(5, true), kZero + 5 * kFrame);
        builder.add(sound(5), kZero);
        const auto after = builder.finishAll();
        REQUIRE(after.size() == 1);
        const auto follows = [](const auto& one, const auto& next) {
            return one.back().start + one.back().duration == next.front().start;
        };
        CHECK(follows(before.front().samples.picture, after.front().samples.picture));
        CHECK(follows(before.front().samples.sound, after.front().samples.sound));
    }
}
