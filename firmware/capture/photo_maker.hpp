// SPDX-License-Identifier: Apache-2.0
// A photo: one raw picture on its way to the encoder, made a JPEG beside it.
#pragma once

#include "firmware/capture/photo.hpp"
#include "hal/gst.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace liuhen::capture {

/// Takes pictures that pass and encodes them on a thread of its own, so that the picture track
/// waits for nothing but one copy of a raw picture.
class PhotoMaker {
public:
    /// `encoder` is a gst-launch description from raw 4:2:0 video to image/jpeg.
    explicit PhotoMaker(std::string encoder) : encoder_(std::move(encoder)) {}
    ~PhotoMaker() = default;
    PhotoMaker(const PhotoMaker&) = delete;
    PhotoMaker& operator=(const PhotoMaker&) = delete;

    /// Asks for the next picture. Thread-safe. `done` gets FailedPrecondition at once while another
    /// photo is under way, Unavailable if no picture comes within kPhotoLimit, the encoder's
    /// errors.
    void request(PhotoDone done);

    /// Ends the photo under way, if one is, with its answer; later ones get FailedPrecondition.
    void stop();

    /// Whether give() would be heard. Thread-safe, cheap.
    [[nodiscard]] bool isWanted() const { return wanted_; }
    /// Gives a picture; its media are copied at once. Streaming thread.
    void give(const GstBuffer* picture, GstCaps* caps, core::Nanoseconds takenAt);

private:
    struct Raw {
        hal::gst::Ptr<GstBuffer> picture;
        hal::gst::Ptr<GstCaps> caps;
        core::Nanoseconds takenAt{};
    };
    void run(const std::stop_token& stop);
    [[nodiscard]] core::Result<Photo> make(const Raw& raw) const;

    std::string encoder_;
    std::atomic<bool> wanted_ = false;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    PhotoDone done_;          // under the mutex; set while a photo is under way
    std::optional<Raw> raw_;  // under the mutex
    bool stopped_ = false;    // under the mutex
    std::jthread thread_;     // last: it ends before what it uses
};

}  // namespace liuhen::capture
