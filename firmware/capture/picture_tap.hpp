// SPDX-License-Identifier: Apache-2.0
// Where raw pictures pass on their way to the encoder: drawn on, and taken as photos.
#pragma once

#include "firmware/capture/overlay.hpp"
#include "firmware/capture/photo_maker.hpp"
#include "firmware/capture/timeline.hpp"
#include "hal/gst.hpp"

#include <memory>
#include <optional>

#include <gst/video/video.h>

namespace liuhen::capture {

/// The name of the element behind which raw 4:2:0 pictures (I420 or NV12) pass.
inline constexpr const char* kRawPictures = "raw";

/// Draws on each picture and gives those that are asked for to the photo maker. One pipeline at a
/// time; it must outlive that pipeline.
class PictureTap {
public:
    /// Without settings nothing is drawn, without `photos` nothing is given. `clock` and `photos`
    /// must outlive the tap.
    PictureTap(std::optional<OsdSettings> osd,
               const core::Clock& clock,
               PhotoMaker* photos = nullptr);
    ~PictureTap() = default;
    PictureTap(const PictureTap&) = delete;
    PictureTap& operator=(const PictureTap&) = delete;

    /// Listens behind element kRawPictures of `chain`, before the pipeline starts. `timeline` must
    /// outlive the pipeline.
    void attach(GstElement* chain, const Timeline& timeline);

    /// What the pictures from here on are. False if they are none that can be drawn on.
    bool setFormat(const GstCaps* caps);
    /// Draws on one picture in the format set; `utc` is when it was taken. The buffer is copied
    /// first if somebody else holds it or its memory. Streaming thread.
    [[nodiscard]] hal::gst::Ptr<GstBuffer> draw(hal::gst::Ptr<GstBuffer> picture,
                                                core::Microseconds utc);

private:
    void onEvent(GstEvent* event);
    [[nodiscard]] hal::gst::Ptr<GstBuffer> onPicture(hal::gst::Ptr<GstBuffer> picture);
    /// BOOTTIME.
    [[nodiscard]] core::Nanoseconds takenAt(const GstBuffer* picture) const;
    [[nodiscard]] hal::gst::Ptr<GstBuffer> writable(hal::gst::Ptr<GstBuffer> picture);

    std::optional<OsdSettings> osd_;
    std::string who_;  // the second line
    const core::Clock& clock_;
    PhotoMaker* photos_;

    // The streaming thread alone, and attach() before it runs.
    const Timeline* timeline_ = nullptr;
    GstSegment segment_{};
    std::optional<GstVideoInfo> format_;
    hal::gst::Ptr<GstCaps> caps_;  // of the same
    std::optional<Overlay> overlay_;
    hal::gst::Ptr<GstBufferPool> copies_;
    std::int64_t second_ = 0;  // that the overlay shows; 0: none
    bool troubleTold_ = false;
};

}  // namespace liuhen::capture
