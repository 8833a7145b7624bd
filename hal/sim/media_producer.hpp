// SPDX-License-Identifier: Apache-2.0
// Decodes a file, or draws a pattern, into raw frames or sound, on demand and as fast as asked.
#pragma once

#include "common/core/clock.hpp"
#include "hal/gst.hpp"
#include "hal/sim/sim_config.hpp"

#include <optional>
#include <string>

namespace liuhen::hal::sim {

/// An inner pipeline that ends in a short queue. One caller at a time.
class MediaProducer {
public:
    /// Raw I420 pictures of `format`'s size from a video file or a pattern.
    /// Errors: NotFound, or Unimplemented with GStreamer's words.
    [[nodiscard]] static core::Result<MediaProducer> openPicture(const CameraConfig& camera);
    /// Raw S16LE interleaved sound of `format` from one file.
    [[nodiscard]] static core::Result<MediaProducer> openSoundFile(const std::string& file,
                                                                   const SoundFormat& format);
    /// The same from a pattern, "tone" or "silence", without end.
    [[nodiscard]] static core::Result<MediaProducer> openSoundPattern(const std::string& pattern,
                                                                      const SoundFormat& format);

    MediaProducer(MediaProducer&&) noexcept = default;
    MediaProducer& operator=(MediaProducer&&) noexcept = default;
    MediaProducer(const MediaProducer&) = delete;
    MediaProducer& operator=(const MediaProducer&) = delete;
    ~MediaProducer();

    /// The next buffer; nothing if none came within `limit` or the end is reached (see atEnd()).
    [[nodiscard]] gst::Ptr<GstBuffer> pull(core::Nanoseconds limit);
    [[nodiscard]] bool atEnd() const;
    /// Starts the file anew. Errors: Unavailable if it cannot be sought.
    [[nodiscard]] core::Result<void> rewind();
    /// What the pipeline says is wrong, if anything.
    [[nodiscard]] std::optional<std::string> trouble() const;

private:
    MediaProducer(gst::Ptr<GstElement> pipeline, gst::Ptr<GstElement> sink)
        : pipeline_(std::move(pipeline)), sink_(std::move(sink)) {}
    [[nodiscard]] static core::Result<MediaProducer> start(const std::string& description,
                                                           const std::string& file);

    gst::Ptr<GstElement> pipeline_;
    gst::Ptr<GstElement> sink_;
};

}  // namespace liuhen::hal::sim
