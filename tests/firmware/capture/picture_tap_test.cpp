// SPDX-License-Identifier: Apache-2.0
// Drawing on GStreamer's buffers: formats, strides, and pictures that others hold too.
#include "firmware/capture/picture_tap.hpp"

#include "tests/firmware/capture/read_overlay.hpp"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

namespace liuhen::capture {

namespace gst = hal::gst;
using namespace std::chrono_literals;

namespace {

constexpr core::Microseconds kSomeTime(1'770'000'001'280'000);
constexpr int kWidth = 322;  // no multiple of 4: rows are padded
constexpr int kHeight = 180;

gst::Ptr<GstCaps> capsOf(const char* format) {
    return gst::Ptr<GstCaps>(gst_caps_new_simple("video/x-raw",
                                                 "format",
                                                 G_TYPE_STRING,
                                                 format,
                                                 "width",
                                                 G_TYPE_INT,
                                                 kWidth,
                                                 "height",
                                                 G_TYPE_INT,
                                                 kHeight,
                                                 "framerate",
                                                 GST_TYPE_FRACTION,
                                                 25,
                                                 1,
                                                 nullptr));
}

/// All bytes 200.
gst::Ptr<GstBuffer> makePicture(gsize bytes) {
    gst::Ptr<GstBuffer> picture(gst_buffer_new_allocate(nullptr, bytes, nullptr));
    gst_buffer_memset(picture.get(), 0, 200, bytes);
    GST_BUFFER_PTS(picture.get()) = 40 * GST_MSECOND;
    return picture;
}

/// The time on the picture; the bytes of all other planes must be as they were.
std::string readTime(GstBuffer* picture, const GstVideoInfo& info) {
    GstVideoFrame frame;
    REQUIRE(gst_video_frame_map(&frame, const_cast<GstVideoInfo*>(&info), picture, GST_MAP_READ));
    const LumaPlane plane{static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)),
                          GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
                          kWidth,
                          kHeight};
    std::string text = test::readLine(plane, 0, 26);
    for (guint i = 1; i < GST_VIDEO_FRAME_N_PLANES(&frame); ++i) {
        const auto* bytes = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, i));
        // What pads a row is no picture, and not copied.
        const int used =
            GST_VIDEO_FRAME_COMP_WIDTH(&frame, i) * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, i);
        for (int row = 0; row < kHeight / 2; ++row) {
            const auto* begin = bytes + row * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i);
            REQUIRE(
                std::all_of(begin, begin + used, [](std::uint8_t byte) { return byte == 200; }));
        }
    }
    gst_video_frame_unmap(&frame);
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("firmware/capture/picture_tap");

TEST_CASE("I420 and NV12 are drawn on in their brightness alone") {
    gst::init();
    const core::SystemClock clock;
    for (const char* format : {"I420", "NV12"}) {
        CAPTURE(format);
        PictureTap tap(OsdSettings{8h, "recorder-1", "4711"}, clock);
        REQUIRE(tap.setFormat(capsOf(format).get()));
        GstVideoInfo info;
        REQUIRE(gst_video_info_from_caps(&info, capsOf(format).get()));
        const auto drawn = tap.draw(makePicture(GST_VIDEO_INFO_SIZE(&info)), kSomeTime);
        CHECK(readTime(drawn.get(), info) == "2026-02-02 10:40:01 +08:00");
    }
    PictureTap tap(OsdSettings{}, clock);
    CHECK_FALSE(tap.setFormat(capsOf("YUY2").get()));
}

TEST_CASE("strides and offsets of the buffer count, not those of the caps") {
    gst::init();
    const core::SystemClock clock;
    PictureTap tap(OsdSettings{8h, "recorder-1", ""}, clock);
    REQUIRE(tap.setFormat(capsOf("NV12").get()));
    GstVideoInfo info;
    REQUIRE(gst_video_info_from_caps(&info, capsOf("NV12").get()));
    std::array<gint, 4> strides{512, 512, 0, 0};
    std::array<gsize, 4> offsets{64, 64 + 512 * kHeight, 0, 0};
    auto picture = makePicture(64 + 512 * kHeight * 3 / 2);
    gst_buffer_add_video_meta_full(picture.get(),
                                   GST_VIDEO_FRAME_FLAG_NONE,
                                   GST_VIDEO_FORMAT_NV12,
                                   kWidth,
                                   kHeight,
                                   2,
                                   offsets.data(),
                                   strides.data());
    const auto drawn = tap.draw(std::move(picture), kSomeTime);
    CHECK(readTime(drawn.get(), info) == "2026-02-02 10:40:01 +08:00");
}

TEST_CASE("a picture that somebody else holds is copied, not drawn on") {
    gst::init();
    const core::SystemClock clock;
    PictureTap tap(OsdSettings{8h, "recorder-1", ""}, clock);
    REQUIRE(tap.setFormat(capsOf("I420").get()));
    GstVideoInfo info;
    REQUIRE(gst_video_info_from_caps(&info, capsOf("I420").get()));
    const auto original = makePicture(GST_VIDEO_INFO_SIZE(&info));
    SUBCASE("the buffer") {
        const auto drawn = tap.draw(gst::Ptr<GstBuffer>(gst_buffer_ref(original.get())), kSomeTime);
        CHECK(drawn != original);
        CHECK(GST_BUFFER_PTS(drawn.get()) == 40 * GST_MSECOND);
        CHECK(readTime(drawn.get(), info) == "2026-02-02 10:40:01 +08:00");
    }
    SUBCASE("its memory") {
        const auto drawn =
            tap.draw(gst::Ptr<GstBuffer>(gst_buffer_copy(original.get())), kSomeTime);
        CHECK(readTime(drawn.get(), info) == "2026-02-02 10:40:01 +08:00");
    }
    GstMapInfo map;
    REQUIRE(gst_buffer_map(original.get(), &map, GST_MAP_READ));
    for (gsize i = 0; i < map.size; ++i) {
        REQUIRE(map.data[i] == 200);
    }
    gst_buffer_unmap(original.get(), &map);
}

TEST_CASE("a picture of its own is drawn on in place, and without settings nothing is") {
    gst::init();
    const core::SystemClock clock;
    PictureTap tap(OsdSettings{8h, "recorder-1", ""}, clock);
    REQUIRE(tap.setFormat(capsOf("I420").get()));
    auto picture = makePicture(kWidth * kHeight * 2);
    const GstBuffer* before = picture.get();
    CHECK(tap.draw(std::move(picture), kSomeTime).get() == before);

    PictureTap off(std::nullopt, clock);
    REQUIRE(off.setFormat(capsOf("I420").get()));
    auto plain = makePicture(kWidth * kHeight * 2);
    auto same = off.draw(std::move(plain), kSomeTime);
    std::uint8_t byte = 0;
    for (gsize i = 0; i < kWidth * kHeight; ++i) {
        gst_buffer_extract(same.get(), i, &byte, 1);
        REQUIRE(byte == 200);
    }
}

TEST_SUITE_END();

}  // namespace liuhen::capture
