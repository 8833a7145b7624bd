// SPDX-License-Identifier: Apache-2.0
// Reading under a view.
#include "dock/web/api/view_reading.hpp"

#include "common/crypto/digest.hpp"
#include "common/media/fragment_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using core::ErrorKind;
using core::fail;
using vault::AccessClient;
using vault::ListedPart;
using vault::ListedParts;
using vault::ReadBytes;

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// What a seek must fetch at most, more or less; and how long a key frame is waited for.
constexpr std::uint64_t kPieceNs = 10 * kSecondNs;
constexpr std::uint64_t kLongestPieceNs = 30 * kSecondNs;
constexpr std::uint64_t kUsNs = 1000;
constexpr std::uint64_t kHeadBytes = std::uint64_t{16} << 10U;
constexpr std::uint64_t kMostInitBytes = std::uint64_t{64} << 10U;

/// A segment of a view, asked for part by part.
class Reader {
public:
    Reader(VaultPool& vault, const core::Digest& view, std::uint64_t segment)
        : vault_(&vault), view_(view), segment_(segment) {}

    [[nodiscard]] Result<ReadBytes> read(std::uint64_t offset, std::uint64_t length) const {
        return vault_->read([&](vault::Client& client) {
            return AccessClient(client).read(view_, segment_, offset, length);
        });
    }
    [[nodiscard]] Result<ListedParts> parts(std::uint64_t first) const {
        return vault_->read([&](vault::Client& client) {
            return AccessClient(client).parts(view_, segment_, first);
        });
    }
    /// Whether a part begins with a key frame; one without a picture does not.
    [[nodiscard]] Result<bool> isKey(const ListedPart& part) const {
        LIUHEN_TRY(const ReadBytes head,
                   read(part.offset, std::min<std::uint64_t>(part.sizeBytes, kHeadBytes)));
        LIUHEN_TRY(const media::FragmentInfo info, media::readFragmentHead(head.bytes));
        return info.picture && info.picture->samples.front().key;
    }

private:
    VaultPool* vault_;
    core::Digest view_;
    std::uint64_t segment_;
};

/// Puts parts together to pieces.
class Cutter {
public:
    Cutter(const Reader& reader, bool picture) : reader_(&reader), picture_(picture) {}

    [[nodiscard]] Result<void> add(const ListedPart& part) {
        if (part.toNs <= part.fromNs) {
            return {};  // no sample in it
        }
        const bool begun = !pieces_.empty();
        const bool joins = begun && pieces_.back().toNs == part.fromNs &&
                           pieces_.back().offset + pieces_.back().sizeBytes == part.offset;
        bool key = !picture_;
        bool next = !joins;
        if (joins) {
            const std::uint64_t length = pieces_.back().toNs - pieces_.back().fromNs;
            next = length >= kPieceNs;
            if (next && picture_) {
                LIUHEN_TRY(key, reader_->isKey(part));
                next = key || length >= kLongestPieceNs;
            }
        } else if (picture_) {
            LIUHEN_TRY(key, reader_->isKey(part));
        }
        if (next) {
            pieces_.push_back({part.offset, part.sizeBytes, part.fromNs, part.toNs, key});
        } else {
            pieces_.back().sizeBytes += part.sizeBytes;
            pieces_.back().toNs = part.toNs;
        }
        return {};
    }
    [[nodiscard]] std::vector<PlaylistPiece> pieces() && { return std::move(pieces_); }

private:
    const Reader* reader_;
    bool picture_;
    std::vector<PlaylistPiece> pieces_;
};

bool hasPicture(const std::string& codecs) {
    return codecs.find("avc1") != std::string::npos;
}
bool hasSound(const std::string& codecs) {
    return codecs.find("mp4a") != std::string::npos;
}

/// Nothing to play of it leaves `pieces` empty.
Result<PlaylistSegment> readSegment(const Reader& reader, const vault::OpenedSegment& opened) {
    PlaylistSegment segment;
    segment.segment = opened.segment;
    segment.firstNs = opened.fromNs;
    LIUHEN_TRY(ListedParts listed, reader.parts(0));
    if (!hasPicture(listed.codecs) && !hasSound(listed.codecs)) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("play segment {}: it is no film and no sound", opened.segment));
    }
    if (listed.parts.empty()) {
        return segment;
    }
    segment.initBytes = listed.initBytes;
    LIUHEN_TRY(const ReadBytes init, reader.read(0, std::min(listed.initBytes, kMostInitBytes)));
    segment.init = crypto::sha256(init.bytes);
    Cutter cutter(reader, hasPicture(listed.codecs));
    for (std::uint64_t count = 0;;) {
        for (const ListedPart& part : listed.parts) {
            LIUHEN_CHECK(cutter.add(part));
        }
        count += listed.parts.size();
        if (!listed.more || listed.parts.empty()) {
            break;
        }
        LIUHEN_TRY(listed, reader.parts(count));
    }
    segment.pieces = std::move(cutter).pieces();
    return segment;
}

/// Times of day by the ledger: a segment's first entry is later than its first sample, its last one
/// later than its last. What is from before the press was entered at the press, and tells nothing.
void addTimes(std::vector<PlaylistSegment>& segments, const catalogue::Timeline& timeline) {
    for (PlaylistSegment& each : segments) {
        const auto found = std::find_if(
            timeline.segments.begin(), timeline.segments.end(), [&each](const auto& row) {
                return row.segment == each.segment;
            });
        if (found == timeline.segments.end() || found->preEvent) {
            continue;
        }
        const auto from = static_cast<std::int64_t>(each.firstNs / kUsNs);
        const auto to = static_cast<std::int64_t>(each.pieces.back().toNs / kUsNs);
        each.zeroUs = std::min(found->startUs - from, found->endUs - to);
    }
}

}  // namespace

Result<Playlist> readPlaylist(VaultPool& vault,
                              const OpenView& view,
                              const std::optional<catalogue::Timeline>& timeline) {
    std::vector<PlaylistSegment> segments;
    if (view.subject.object) {
        return fail(ErrorKind::InvalidArgument, "play an object: it was kept as no footage");
    }
    for (const vault::OpenedSegment& opened : view.segments) {
        auto segment = readSegment(Reader(vault, view.id, opened.segment), opened);
        if (!segment && segment.error().kind == ErrorKind::DataLoss) {
            continue;
        }
        if (!segment) {
            return tl::make_unexpected(segment.error());
        }
        if (!segment->pieces.empty()) {
            segments.push_back(*std::move(segment));
        }
    }
    if (segments.empty()) {
        return fail(ErrorKind::DataLoss, "play a view: all of its segments are damaged");
    }
    std::stable_sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) {
        return a.pieces.front().fromNs < b.pieces.front().fromNs;
    });
    if (timeline) {
        addTimes(segments, *timeline);
    }
    return Playlist(std::move(segments));
}

Result<net::BodySource> segmentSource(VaultPool& vault,
                                      const core::Digest& view,
                                      std::uint64_t segment) {
    const Reader reader(vault, view, segment);
    LIUHEN_TRY(const ReadBytes first, reader.read(0, 1));
    net::BodySource source;
    source.size = first.sizeBytes;
    source.readAt = [reader](std::uint64_t offset,
                             std::span<std::uint8_t> to) -> Result<std::size_t> {
        std::size_t done = 0;
        while (done < to.size()) {
            LIUHEN_TRY(const ReadBytes some, reader.read(offset + done, to.size() - done));
            if (some.bytes.empty()) {
                break;
            }
            std::copy(some.bytes.begin(),
                      some.bytes.end(),
                      to.begin() + static_cast<std::ptrdiff_t>(done));
            done += some.bytes.size();
        }
        return done;
    };
    return source;
}

}  // namespace liuhen::web
