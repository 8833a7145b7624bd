// SPDX-License-Identifier: Apache-2.0
// The letters, the time and how both are drawn.
#include "firmware/capture/overlay.hpp"

#include "tests/firmware/capture/read_overlay.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace liuhen::capture {

using namespace std::chrono_literals;

namespace {

constexpr core::Microseconds kSomeTime(1'770'000'001'280'000);  // 2026-02-02 02:40:01.28 UTC

struct Picture {
    int width;
    int height;
    int stride;
    core::Buffer bytes;

    Picture(int w, int h, int s, std::uint8_t all)
        : width(w),
          height(h),
          stride(s),
          bytes(static_cast<std::size_t>(s) * static_cast<std::size_t>(h), all) {}
    LumaPlane plane() { return {bytes.data(), stride, width, height}; }
};

}  // namespace

TEST_SUITE_BEGIN("firmware/capture/overlay");

TEST_CASE("every letter has dots of its own") {
    std::set<GlyphRows> seen;
    for (const char letter : kGlyphs) {
        CAPTURE(letter);
        CHECK(seen.insert(glyphOf(letter)).second);
        CHECK(std::all_of(
            glyphOf(letter).begin(), glyphOf(letter).end(), [](unsigned row) { return row < 32; }));
    }
    CHECK(glyphOf('q') == glyphOf('Q'));
    CHECK(seen.insert(glyphOf('?')).second);
    CHECK(glyphOf('?') == glyphOf('\xe7'));
}

TEST_CASE("the time is local, to the second begun, with its zone") {
    CHECK(formatLocal(kSomeTime, 8h) == "2026-02-02 10:40:01 +08:00");
    CHECK(formatLocal(kSomeTime, -210min) == "2026-02-01 23:10:01 -03:30");
    CHECK(formatLocal(core::Microseconds(0), 0min) == "1970-01-01 00:00:00 +00:00");
    CHECK(formatLocal(core::Microseconds(-1), 0min) == "1969-12-31 23:59:59 +00:00");
    CHECK(parseZone("+08:00").value() == 480min);
    CHECK(parseZone("-03:30").value() == -210min);
    for (const char* wrong : {"", "8", "+8:00", "+08:60", "+15:00", "+14:01", "08:00+", "+0a:00"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parseZone(wrong));
    }
}

TEST_CASE("lines are read back on white, black and grey, at any size and stride") {
    struct Row {
        int width, height, stride;
        std::uint8_t all;
    };
    for (const Row& row : {Row{1920, 1080, 1920, 255},
                           Row{1920, 1080, 2048, 0},
                           Row{1280, 720, 1281, 128},
                           Row{640, 360, 640, 255},
                           Row{320, 180, 333, 16},
                           Row{3840, 2160, 3840, 235}}) {
        CAPTURE(row.width);
        CAPTURE(row.all);
        Picture picture(row.width, row.height, row.stride, row.all);
        Overlay overlay(row.width, row.height);
        overlay.setLines({formatLocal(kSomeTime, 8h), "rec_7.x-Q  4711"});
        overlay.draw(picture.plane());
        CHECK(test::readLine(picture.plane(), 0, 26) == "2026-02-02 10:40:01 +08:00");
        CHECK(test::readLine(picture.plane(), 1, 26) == "REC_7.X-Q  4711");
        // Nothing behind a row's pixels is touched.
        for (int y = 0; y < row.height; ++y) {
            for (int x = row.width; x < row.stride; ++x) {
                REQUIRE(picture.bytes[static_cast<std::size_t>(y * row.stride + x)] == row.all);
            }
        }
    }
}

TEST_CASE(
    "eight pixels at once give what one at a time gives, and the ground lets the picture through") {
    Picture picture(320, 180, 320, 0);
    for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
        picture.bytes[i] = static_cast<std::uint8_t>(i * 7);
    }
    Picture before = picture;
    Overlay overlay(320, 180);
    overlay.setLines(
        {"8:8", ""});  // 3 letters of 6 dots and 2 borders: 22 pixels, no multiple of 8
    overlay.draw(picture.plane());
    int ink = 0;
    for (int y = 0; y < 180; ++y) {
        for (int x = 0; x < 320; ++x) {
            const auto at = static_cast<std::size_t>(y * 320 + x);
            const bool ground = x >= 4 && x < 26 && y >= 4 && y < 16;
            if (!ground) {
                REQUIRE(picture.bytes[at] == before.bytes[at]);
            } else if (picture.bytes[at] == 235) {
                ++ink;
            } else {
                REQUIRE(picture.bytes[at] == before.bytes[at] / 4 + 12);
            }
        }
    }
    CHECK(ink == 17 + 8 + 17);
}

TEST_CASE("text wider than the picture is cut off, and a smaller plane is not overrun") {
    Picture picture(64, 16, 64, 100);
    Overlay overlay(64, 16);
    overlay.setLines({formatLocal(kSomeTime, 8h), "a second line that is below the picture"});
    overlay.draw(picture.plane());
    Picture small(20, 8, 20, 100);
    overlay.draw(small.plane());
    CHECK(small.bytes.back() != 100);
    Picture none(2, 2, 2, 100);
    overlay.draw(none.plane());
    CHECK(none.bytes == core::Buffer(4, 100));
}

TEST_SUITE_END();

}  // namespace liuhen::capture
