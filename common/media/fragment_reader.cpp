// SPDX-License-Identifier: Apache-2.0
// Walks moof and mdat in the one order that makeFragment writes; whatever differs is refused with
// its place.
#include "common/media/fragment_reader.hpp"

#include "common/media/fragment_layout.hpp"
#include "common/media/fragment_writer.hpp"
#include "common/media/track.hpp"

#include <initializer_list>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

using namespace fragment_layout;  // NOLINT(google-build-using-namespace): constants of this one
                                  // format

/// Reads fields that have one right value, and tells where another stands.
class Expecter {
public:
    explicit Expecter(ByteView bytes) : reader_(bytes) {}

    [[nodiscard]] std::size_t position() const { return reader_.position(); }

    Result<std::uint32_t> u32(std::string_view field) {
        const std::size_t place = position();
        const auto value = reader_.u32();
        if (!value) {
            return cut(field, place);
        }
        return *value;
    }
    Result<std::uint64_t> u64(std::string_view field) {
        const std::size_t place = position();
        const auto value = reader_.u64();
        if (!value) {
            return cut(field, place);
        }
        return *value;
    }
    Result<void> expect(std::string_view field, std::uint32_t right) {
        const std::size_t place = position();
        LIUHEN_TRY(const std::uint32_t value, u32(field));
        if (value != right) {
            return fail(
                ErrorKind::DataLoss,
                fmt::format(
                    "read fragment: {} at {} is {:#x}, not {:#x}", field, place, value, right));
        }
        return {};
    }

    /// Several fields, one after the other.
    Result<void> expectAll(
        std::initializer_list<std::pair<std::string_view, std::uint32_t>> fields) {
        for (const auto& [field, right] : fields) {
            LIUHEN_CHECK(expect(field, right));
        }
        return {};
    }

private:
    static tl::unexpected<core::Error> cut(std::string_view field, std::size_t place) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read fragment: the data ends at {} within {}", place, field));
    }

    core::ByteReader reader_;
};

tl::unexpected<core::Error> bad(std::size_t place, std::string_view why) {
    return fail(ErrorKind::DataLoss, fmt::format("read fragment: at {}: {}", place, why));
}

/// What a traf says before its entries.
struct RunHead {
    std::uint32_t trackId = 0;
    std::uint32_t count = 0;
    std::uint64_t dataOffset = 0;
};

/// Reads the entries of a run.
Result<void> readEntries(Expecter& in, const RunHead& head, TrackRun& run) {
    run.samples.reserve(head.count);
    std::uint64_t dataOffset = head.dataOffset;
    std::uint64_t time = run.start;
    for (std::uint32_t i = 0; i < head.count; ++i) {
        const std::size_t place = in.position();
        SampleInfo sample;
        LIUHEN_TRY(sample.duration, in.u32("sample duration"));
        LIUHEN_TRY(sample.size, in.u32("sample size"));
        LIUHEN_TRY(const std::uint32_t flags, in.u32("sample flags"));
        LIUHEN_TRY(const std::uint32_t composition, in.u32("composition offset"));
        if (sample.duration == 0 || sample.size == 0) {
            return bad(place, "a sample is empty or has no duration");
        }
        if (flags != kKeySample && (flags != kOtherSample || head.trackId == kSoundTrackId)) {
            return bad(place, fmt::format("sample flags {:#010x} are none of ours", flags));
        }
        if (time > std::numeric_limits<std::uint64_t>::max() - sample.duration) {
            return bad(place, "the time overflows");
        }
        sample.offset = dataOffset;
        sample.start = time;
        sample.compositionOffset = static_cast<std::int32_t>(composition);
        sample.key = flags == kKeySample;
        dataOffset += sample.size;
        time += sample.duration;
        run.samples.push_back(sample);
    }
    run.duration = time - run.start;
    return {};
}

/// Reads a traf of `trafBytes` from the decode time on. `dataOffset` gets past this track's
/// samples.
Result<TrackRun> readRun(Expecter& in,
                         std::uint32_t trackId,
                         std::uint32_t trafBytes,
                         std::uint64_t& dataOffset) {
    TrackRun run;
    LIUHEN_TRY(run.start, in.u64("decode time"));
    const std::uint32_t entryBytes = trafBytes - kTrafHeadBytes;
    const std::uint32_t count = entryBytes / kTrunEntryBytes;
    const std::size_t place = in.position();
    if (count == 0 || count > kMaxRunSamples || entryBytes % kTrunEntryBytes != 0) {
        return bad(place, fmt::format("traf of {} bytes holds no run of ours", trafBytes));
    }
    LIUHEN_CHECK(in.expectAll({{"trun size", kTrunHeadBytes + entryBytes},
                               {"trun type", kTrun},
                               {"trun flags", kTrunFlags},
                               {"trun sample count", count}}));
    if (dataOffset > std::numeric_limits<std::int32_t>::max()) {
        return bad(place, "samples start beyond 2 GiB");
    }
    LIUHEN_CHECK(in.expect("trun data offset", static_cast<std::uint32_t>(dataOffset)));
    LIUHEN_CHECK(readEntries(in, {trackId, count, dataOffset}, run));
    const SampleInfo& last = run.samples.back();
    dataOffset = last.offset + last.size;
    return run;
}

/// Reads the trafs of a moof of `moofBytes`; answers where the samples end.
Result<std::uint64_t> readTracks(Expecter& in, std::uint32_t moofBytes, FragmentInfo& info) {
    std::uint64_t dataOffset = std::uint64_t{moofBytes} + kMdatHeadBytes;
    while (in.position() < moofBytes) {
        const std::size_t place = in.position();
        LIUHEN_TRY(const std::uint32_t trafBytes, in.u32("traf size"));
        if (trafBytes < kTrafHeadBytes || trafBytes > moofBytes - place) {
            return bad(place,
                       fmt::format("traf of {} bytes in a moof of {}", trafBytes, moofBytes));
        }
        LIUHEN_CHECK(in.expectAll({{"traf type", kTraf},
                                   {"tfhd size", kTfhdBytes},
                                   {"tfhd type", kTfhd},
                                   {"tfhd flags", kTfhdFlags}}));
        LIUHEN_TRY(const std::uint32_t trackId, in.u32("track number"));
        const bool picture = trackId == kPictureTrackId && !info.picture && !info.sound;
        if (!picture && (trackId != kSoundTrackId || info.sound)) {
            return bad(place, fmt::format("track {} is unknown, double or out of order", trackId));
        }
        LIUHEN_CHECK(in.expectAll(
            {{"tfdt size", kTfdtBytes}, {"tfdt type", kTfdt}, {"tfdt version", kTfdtFlags}}));
        LIUHEN_TRY((picture ? info.picture : info.sound),
                   readRun(in, trackId, trafBytes, dataOffset));
    }
    if (!info.picture && !info.sound) {
        return bad(in.position(), "moof has no track");
    }
    return dataOffset;
}

}  // namespace

Result<FragmentInfo> readFragmentHead(ByteView bytes) {
    Expecter in(bytes);
    FragmentInfo info;
    LIUHEN_TRY(const std::uint32_t moofBytes, in.u32("moof size"));
    if (moofBytes < kMoofHeadBytes || moofBytes > kMaxFragmentHeadBytes - kMdatHeadBytes ||
        moofBytes > bytes.size()) {
        return bad(0, fmt::format("moof of {} bytes, {} are there", moofBytes, bytes.size()));
    }
    LIUHEN_CHECK(in.expectAll({{"moof type", kMoof},
                               {"mfhd size", kMfhdBytes},
                               {"mfhd type", kMfhd},
                               {"mfhd flags", 0}}));
    LIUHEN_TRY(info.sequenceNumber, in.u32("sequence number"));
    LIUHEN_TRY(info.totalBytes, readTracks(in, moofBytes, info));
    info.headBytes = in.position() + kMdatHeadBytes;
    if (info.totalBytes > std::numeric_limits<std::int32_t>::max()) {
        return bad(in.position(),
                   fmt::format("the samples end at {}, beyond 2 GiB", info.totalBytes));
    }
    LIUHEN_CHECK(
        in.expectAll({{"mdat size", static_cast<std::uint32_t>(info.totalBytes - moofBytes)},
                      {"mdat type", kMdat}}));
    return info;
}

Result<FragmentInfo> readFragment(ByteView bytes) {
    LIUHEN_TRY(FragmentInfo info, readFragmentHead(bytes));
    if (info.totalBytes != bytes.size()) {
        return bad(static_cast<std::size_t>(info.headBytes),
                   fmt::format(
                       "moof and mdat have {} bytes, {} are there", info.totalBytes, bytes.size()));
    }
    return info;
}

}  // namespace liuhen::media
