// SPDX-License-Identifier: Apache-2.0
// moof and mdat header in one pass over the samples and one buffer of the right size.
#include "common/media/fragment_writer.hpp"

#include "common/media/fragment_layout.hpp"
#include "common/media/track.hpp"

#include <limits>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

using namespace fragment_layout;  // NOLINT(google-build-using-namespace): constants of this one
                                  // format

/// Puts big-endian numbers one after the other into a buffer that is large enough.
class Putter {
public:
    explicit Putter(Buffer& to) : to_(to) {}

    void u32(std::uint32_t value) {
        std::uint8_t* at = to_.data() + position_;
        at[0] = static_cast<std::uint8_t>(value >> 24U);
        at[1] = static_cast<std::uint8_t>(value >> 16U);
        at[2] = static_cast<std::uint8_t>(value >> 8U);
        at[3] = static_cast<std::uint8_t>(value);
        position_ += 4;
    }
    void u64(std::uint64_t value) {
        u32(static_cast<std::uint32_t>(value >> 32U));
        u32(static_cast<std::uint32_t>(value));
    }
    void box(std::uint32_t size, std::uint32_t type) {
        u32(size);
        u32(type);
    }
    void fullBox(std::uint32_t size, std::uint32_t type, std::uint32_t versionAndFlags) {
        box(size, type);
        u32(versionAndFlags);
    }
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    Buffer& to_;
    std::size_t position_ = 0;
};

/// Checks a track's samples and answers how many bytes they have.
Result<std::uint64_t> checkSamples(std::span<const Sample> samples, std::string_view track) {
    if (samples.size() > kMaxRunSamples) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("make fragment: {} {} samples, at most {} are allowed",
                                samples.size(),
                                track,
                                kMaxRunSamples));
    }
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const Sample& sample = samples[i];
        if (sample.data.empty() || sample.duration == 0) {
            return fail(
                ErrorKind::InvalidArgument,
                fmt::format("make fragment: {} sample {} is empty or has no duration", track, i));
        }
        if (i > 0 && samples[i - 1].start + samples[i - 1].duration != sample.start) {
            return fail(
                ErrorKind::InvalidArgument,
                fmt::format(
                    "make fragment: {} sample {} starts at {}, the one before it ends at {}",
                    track,
                    i,
                    sample.start,
                    samples[i - 1].start + samples[i - 1].duration));
        }
        if (sample.start > std::numeric_limits<std::uint64_t>::max() - sample.duration) {
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("make fragment: {} sample {} ends too late", track, i));
        }
        bytes += sample.data.size();
    }
    return bytes;
}

std::uint32_t trunBytes(std::span<const Sample> samples) {
    return kTrunHeadBytes + kTrunEntryBytes * static_cast<std::uint32_t>(samples.size());
}

std::uint32_t trafBytes(std::span<const Sample> samples) {
    return samples.empty() ? 0 : 8 + kTfhdBytes + kTfdtBytes + trunBytes(samples);
}

void putTraf(Putter& put,
             std::uint32_t trackId,
             std::span<const Sample> samples,
             std::uint32_t dataOffset) {
    put.box(trafBytes(samples), kTraf);
    put.fullBox(kTfhdBytes, kTfhd, kTfhdFlags);
    put.u32(trackId);
    put.fullBox(kTfdtBytes, kTfdt, kTfdtFlags);
    put.u64(samples.front().start);
    put.fullBox(trunBytes(samples), kTrun, kTrunFlags);
    put.u32(static_cast<std::uint32_t>(samples.size()));
    put.u32(dataOffset);
    for (const Sample& sample : samples) {
        put.u32(sample.duration);
        put.u32(static_cast<std::uint32_t>(sample.data.size()));
        put.u32(sample.key || trackId == kSoundTrackId ? kKeySample : kOtherSample);
        put.u32(static_cast<std::uint32_t>(sample.compositionOffset));
    }
}

}  // namespace

Result<FragmentHead> makeFragment(std::uint32_t sequenceNumber,
                                  std::span<const Sample> picture,
                                  std::span<const Sample> sound) {
    LIUHEN_TRY(const std::uint64_t pictureBytes, checkSamples(picture, "picture"));
    LIUHEN_TRY(const std::uint64_t soundBytes, checkSamples(sound, "sound"));
    if (picture.empty() && sound.empty()) {
        return fail(ErrorKind::InvalidArgument, "make fragment: there is no sample");
    }
    const std::uint32_t moofBytes = kMoofHeadBytes + trafBytes(picture) + trafBytes(sound);
    // data_offset is signed and counts from moof, so the last sample must start below 2 GiB; so
    // must its end here.
    constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();
    FragmentHead head;
    head.payloadBytes = pictureBytes + soundBytes;
    if (pictureBytes > kMostBytes || soundBytes > kMostBytes ||
        moofBytes + kMdatHeadBytes + head.payloadBytes > kMostBytes) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("make fragment: {} bytes of samples are too many", head.payloadBytes));
    }
    const std::uint32_t dataOffset = moofBytes + kMdatHeadBytes;
    head.bytes.resize(dataOffset);
    Putter put(head.bytes);
    put.box(moofBytes, kMoof);
    put.fullBox(kMfhdBytes, kMfhd, 0);
    put.u32(sequenceNumber);
    if (!picture.empty()) {
        putTraf(put, kPictureTrackId, picture, dataOffset);
    }
    if (!sound.empty()) {
        putTraf(put, kSoundTrackId, sound, dataOffset + static_cast<std::uint32_t>(pictureBytes));
    }
    put.box(kMdatHeadBytes + static_cast<std::uint32_t>(head.payloadBytes), kMdat);
    LIUHEN_ASSERT(put.position() == head.bytes.size());
    return head;
}

}  // namespace liuhen::media
