// SPDX-License-Identifier: Apache-2.0
// What a real capture draws on the picture can be read off what a decoder makes of it.
#include "firmware/capture/capture.hpp"
#include "hal/gst.hpp"
#include "hal/sim/sim_board.hpp"
#include "tests/firmware/capture/read_overlay.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

namespace liuhen::capture {

namespace gst = hal::gst;
using namespace std::chrono_literals;
using hal::test::TemporaryFolder;

namespace {

constexpr int kWidth = 1280;
constexpr int kHeight = 720;
constexpr std::size_t kPictures = 40;  // more than a second: the time changes on the way

std::unique_ptr<hal::Board> openBoard(const TemporaryFolder& folder, const std::string& pattern) {
    const auto config = hal::sim::loadSimConfig(folder.write(
        "sim.toml",
        fmt::format("[camera]\npattern = \"{}\"\nwidth = {}\nheight = {}\nframerate = 25\n"
                    "[microphone]\npattern = \"silence\"\n[card]\nfolder = \"card\"\n"
                    "[keystore]\nfolder = \"keys\"\n",
                    pattern,
                    kWidth,
                    kHeight)));
    REQUIRE(config);
    auto board = hal::sim::open(*config);
    REQUIRE(board);
    return *std::move(board);
}

/// The first pictures of a capture, from a key frame on.
std::vector<EncodedUnit> record(Capture& capture) {
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<EncodedUnit> units;
    CaptureListener listener;
    listener.unit = [&](EncodedUnit unit) {
        const std::lock_guard lock(mutex);
        if (unit.track == Track::Picture) {
            units.push_back(std::move(unit));
            wake.notify_all();
        }
    };
    listener.sourceLost = [](const SourceLost&) {};
    listener.sourceReturned = [](const SourceReturned&) {};
    listener.parametersChanged = [](Track, const core::Buffer&) {};
    capture.start(std::move(listener));
    {
        std::unique_lock lock(mutex);
        REQUIRE(wake.wait_for(lock, 20s, [&] { return units.size() >= kPictures; }));
    }
    capture.stop();
    units.resize(kPictures);
    return units;
}

/// Decodes units and hands out each picture's brightness, in order.
void decode(const PictureParameters& parameters,
            const std::vector<EncodedUnit>& units,
            const std::function<void(std::size_t, const LumaPlane&)>& look) {
    const auto pipeline = gst::makePipeline(
        "appsrc name=in format=time ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! "
        "appsink name=out sync=false");
    REQUIRE(pipeline);
    const auto in = gst::child(pipeline->get(), "in");
    const auto out = gst::child(pipeline->get(), "out");
    GstBuffer* avcC = gst_buffer_new_memdup(parameters.avcC.data(), parameters.avcC.size());
    const gst::Ptr<GstCaps> caps(gst_caps_new_simple("video/x-h264",
                                                     "stream-format",
                                                     G_TYPE_STRING,
                                                     "avc",
                                                     "alignment",
                                                     G_TYPE_STRING,
                                                     "au",
                                                     "codec_data",
                                                     GST_TYPE_BUFFER,
                                                     avcC,
                                                     nullptr));
    gst_buffer_unref(avcC);
    gst_app_src_set_caps(GST_APP_SRC(in.get()), caps.get());
    gst_element_set_state(pipeline->get(), GST_STATE_PLAYING);
    for (const EncodedUnit& unit : units) {
        GstBuffer* buffer = gst_buffer_new_memdup(unit.bytes.data(), unit.bytes.size());
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(unit.captureTime.count());
        REQUIRE(gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer) == GST_FLOW_OK);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
    std::size_t count = 0;
    while (const gst::Ptr<GstSample> sample{
        gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), 20 * GST_SECOND)}) {
        GstMapInfo map;
        REQUIRE(gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ));
        look(count, {map.data, kWidth, kWidth, kHeight});
        gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
        ++count;
    }
    gst_element_set_state(pipeline->get(), GST_STATE_NULL);
    CHECK(count == units.size());
}

/// UTC less BOOTTIME, from readings between which nothing else ran.
core::Microseconds offsetOf(const core::Clock& clock) {
    for (;;) {
        const core::Nanoseconds before = clock.boottime();
        const core::Microseconds utc = clock.utc();
        if (clock.boottime() - before < 500us) {
            return utc - std::chrono::duration_cast<core::Microseconds>(before);
        }
    }
}

}  // namespace

TEST_SUITE_BEGIN("firmware/capture/osd");

TEST_CASE("time, device and officer are read off every decoded picture, on any ground") {
    for (const std::string pattern : {"white", "black", "snow", "smpte"}) {
        CAPTURE(pattern);
        const TemporaryFolder folder;
        const auto board = openBoard(folder, pattern);
        CaptureConfig config;
        config.picture.bitrate = 8'000'000;
        config.osd = OsdSettings{8h, "recorder-1", "4711"};
        auto capture =
            Capture::open(config, &board->camera(), &board->microphone(), board->clock());
        REQUIRE(capture);
        const std::vector<EncodedUnit> units = record(**capture);
        const core::Microseconds offset = offsetOf(board->clock());
        std::size_t wrong = 0;
        decode(*(*capture)->picture(), units, [&](std::size_t i, const LumaPlane& plane) {
            const auto taken =
                std::chrono::duration_cast<core::Microseconds>(units.at(i).captureTime) + offset;
            // The two clocks are read one after the other: a millisecond either way.
            const std::string time = test::readLine(plane, 0, 26);
            const bool right =
                time == formatLocal(taken - 1ms, 8h) || time == formatLocal(taken + 1ms, 8h);
            const std::string who = test::readLine(plane, 1, 26);
            if (!right || who != "RECORDER-1  4711") {
                ++wrong;
                MESSAGE("picture ",
                        i,
                        ": ",
                        time,
                        " | ",
                        who,
                        " taken ",
                        core::formatUtc(taken),
                        " offset ",
                        offset.count());
            }
        });
        CHECK(wrong == 0);
    }
}

TEST_SUITE_END();

}  // namespace liuhen::capture
