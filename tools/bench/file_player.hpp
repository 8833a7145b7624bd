// SPDX-License-Identifier: Apache-2.0
// The pre-encoded material as units, the way the recorder's capture gives them.
#pragma once

#include "common/media/track.hpp"
#include "firmware/capture/encoded_unit.hpp"

#include <functional>
#include <string>

namespace liuhen::bench {

/// Who hears of the file: of `tracks` once before any unit, then of units, in order within a track;
/// the two tracks call at the same time, as in the capture.
struct PlayerListener {
    std::function<void(const media::Tracks&)> tracks;
    std::function<void(capture::EncodedUnit)> unit;
};

/// How both sides begin: the file taken apart and parsed. `picture` and `sound` go on from there,
/// each behind `decoupled`: splitmuxsink waits for ever without a "queue ! " for each track; our
/// writer has a thread and a queue of its own, as in the product.
[[nodiscard]] std::string demuxDescription(const std::string& path,
                                           const std::string& decoupled,
                                           const std::string& picture,
                                           const std::string& sound);

/// Plays a file with one H.264 and one AAC track as fast as it is taken, through two appsinks.
/// Blocks until its end. `zero` is the BOOTTIME that media time 0 becomes.
///
/// Errors: Unimplemented if an element is missing; DataLoss with GStreamer's words if the file
/// cannot be played.
[[nodiscard]] core::Result<void> playFile(const std::string& path,
                                          core::Nanoseconds zero,
                                          const PlayerListener& listener);

/// Runs any pipeline to its end. Errors: as playFile.
[[nodiscard]] core::Result<void> runPipeline(const std::string& description);

}  // namespace liuhen::bench
