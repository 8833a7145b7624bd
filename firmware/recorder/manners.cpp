// SPDX-License-Identifier: Apache-2.0
// Recordings of sound alone, and photos, each of which is a whole recording.
#include "firmware/recorder/recorder.hpp"

namespace liuhen::recorder {

using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr const char* kSound = "sound";
constexpr const char* kPhoto = "photo";
/// How long a photo is shown: no duration may be 0.
constexpr std::uint32_t kPhotoTicks = media::kPictureTimescale / 25;

}  // namespace

media::Tracks Recorder::tracksFor(std::string_view manner) const {
    media::Tracks tracks;
    if (manner == kPhoto) {
        return tracks;
    }
    tracks = tracks_;
    if (manner == kSound) {
        tracks.video.reset();
    }
    return tracks;
}

Result<std::uint64_t> Recorder::start(std::string_view trigger, Nanoseconds press) {
    return startAs(config_.manner, tracksFor(config_.manner), trigger, press);
}

Result<std::uint64_t> Recorder::startSound(std::string_view trigger, Nanoseconds press) {
    return startAs(kSound, tracksFor(kSound), trigger, press);
}

Result<std::uint64_t> Recorder::takePhoto(std::string_view trigger,
                                          Nanoseconds press,
                                          const capture::Photo& photo) {
    media::Tracks tracks;
    tracks.photo = media::PhotoTrack{static_cast<std::uint16_t>(photo.width),
                                     static_cast<std::uint16_t>(photo.height)};
    LIUHEN_CHECK(media::checkTracks(tracks));
    LIUHEN_TRY(const std::uint64_t start, startAs(kPhoto, std::move(tracks), trigger, press));
    session_->zero = photo.takenAt;
    Part part;
    part.samples.picture.push_back(media::Sample{0, kPhotoTicks, 0, true, photo.jpeg});
    part.oldest = photo.takenAt;
    part.bytes = photo.jpeg.size();
    part.startsWithKey = true;
    const std::uint64_t before = partsWritten_;
    queue(Item(std::move(part)));
    writeOut();
    LIUHEN_CHECK(end("button"));
    if (partsWritten_ == before) {
        return core::fail(ErrorKind::Unavailable, "take a photo: the card did not take it");
    }
    return start;
}

}  // namespace liuhen::recorder
