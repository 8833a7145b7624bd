// SPDX-License-Identifier: Apache-2.0
// Photos out of a running capture, which goes on as if nothing had been.
#include "firmware/capture/capture.hpp"
#include "hal/sim/sim_board.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <algorithm>
#include <future>
#include <mutex>
#include <vector>

#include <doctest/doctest.h>

namespace liuhen::capture {

using namespace std::chrono_literals;
using hal::test::TemporaryFolder;

namespace {

struct Filming {
    TemporaryFolder folder;
    std::unique_ptr<hal::Board> board;
    std::unique_ptr<Capture> capture;
    std::mutex mutex;
    std::vector<core::Nanoseconds> pictures;

    explicit Filming(const std::string& events = "") {
        folder.write("script.toml", "[[boot]]\nevent = [" + events + "]\n");
        const auto config = hal::sim::loadSimConfig(
            folder.write("sim.toml",
                         "[camera]\npattern = \"ball\"\nwidth = 640\nheight = 360\nframerate = 25\n"
                         "[microphone]\npattern = \"tone\"\n[card]\nfolder = \"card\"\n"
                         "[keystore]\nfolder = \"keys\"\n[script]\nfile = \"script.toml\"\n"
                         "state_folder = \"state\"\n"));
        REQUIRE(config);
        auto opened = hal::sim::open(*config);
        REQUIRE(opened);
        board = *std::move(opened);
        CaptureConfig settings;
        settings.osd = OsdSettings{8h, "recorder-1", ""};
        auto made = Capture::open(settings, &board->camera(), &board->microphone(), board->clock());
        REQUIRE(made);
        capture = *std::move(made);
        CaptureListener listener;
        listener.unit = [this](const EncodedUnit& unit) {
            const std::lock_guard lock(mutex);
            if (unit.track == Track::Picture) {
                pictures.push_back(unit.captureTime);
            }
        };
        listener.sourceLost = [](const SourceLost&) {};
        listener.sourceReturned = [](const SourceReturned&) {};
        listener.parametersChanged = [](Track, const core::Buffer&) {};
        capture->start(std::move(listener));
        board->ready();
    }

    core::Result<Photo> photo() {
        std::promise<core::Result<Photo>> answer;
        auto waiting = answer.get_future();
        capture->takePhoto([&answer](core::Result<Photo> taken) { answer.set_value(taken); });
        return waiting.get();
    }
};

}  // namespace

TEST_SUITE_BEGIN("firmware/capture/photo");

TEST_CASE("photos are JPEGs of the picture's size, and no picture of the track is missing") {
    Filming filming;
    for (int tries = 0; tries < 20 && !filming.photo(); ++tries) {
        // The camera has not begun yet: that may take its time on a busy machine.
    }
    std::vector<core::Nanoseconds> taken;
    for (int i = 0; i < 20; ++i) {
        const auto photo = filming.photo();
        REQUIRE_MESSAGE(photo, (photo ? "" : photo.error().message));
        CHECK(photo->width == 640);
        CHECK(photo->height == 360);
        REQUIRE(photo->jpeg.size() > 1000);
        CHECK(core::toHex(core::ByteView(photo->jpeg).first(2)) == "ffd8");
        CHECK(core::toHex(core::ByteView(photo->jpeg).last(2)) == "ffd9");
        taken.push_back(photo->takenAt);
    }
    filming.capture->stop();
    REQUIRE(filming.pictures.size() > 10);
    for (std::size_t i = 1; i < filming.pictures.size(); ++i) {
        CHECK(filming.pictures[i] - filming.pictures[i - 1] < 41ms);
    }
    // Each is one of the pictures of the track, the last ones perhaps not encoded yet.
    for (const core::Nanoseconds at : taken) {
        CHECK((at > filming.pictures.back() ||
               std::find(filming.pictures.begin(), filming.pictures.end(), at) !=
                   filming.pictures.end()));
    }
    CHECK_FALSE(filming.photo());  // after the stop
}

TEST_CASE("without a picture the answer comes all the same") {
    Filming filming("{at = 0.0, do = \"camera_unplug\"}");
    core::Result<Photo> answer = filming.photo();
    while (answer) {  // until the script has come to it
        answer = filming.photo();
    }
    CHECK(answer.error().kind == core::ErrorKind::Unavailable);
}

TEST_SUITE_END();

}  // namespace liuhen::capture
