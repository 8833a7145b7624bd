// SPDX-License-Identifier: Apache-2.0
// Reading under a view.
#include "dock/web/api/view_reading.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

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
/// A piece is as long as key frames that the vault tells of are apart; so long one is waited for.
constexpr std::uint64_t kLongestPieceNs = 30 * kSecondNs;
constexpr std::uint64_t kUsNs = 1000;
constexpr std::size_t kAtOnce = 8;
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

private:
    VaultPool* vault_;
    core::Digest view_;
    std::uint64_t segment_;
};

/// Puts parts together to pieces.
class Cutter {
public:
    explicit Cutter(bool picture) : picture_(picture) {}

    void add(const ListedPart& part) {
        if (part.toNs <= part.fromNs) {
            return;  // no sample in it
        }
        const bool begun = !pieces_.empty();
        const bool joins = begun && pieces_.back().toNs == part.fromNs &&
                           pieces_.back().offset + pieces_.back().sizeBytes == part.offset;
        const std::uint64_t length = joins ? pieces_.back().toNs - pieces_.back().fromNs : 0;
        const bool key = picture_ ? part.key.value_or(false) : length >= vault::kKeysApartNs;
        if (!joins || key || length >= kLongestPieceNs) {
            pieces_.push_back(
                {part.offset, part.sizeBytes, part.fromNs, part.toNs, key || !picture_});
        } else {
            pieces_.back().sizeBytes += part.sizeBytes;
            pieces_.back().toNs = part.toNs;
        }
    }
    [[nodiscard]] std::vector<PlaylistPiece> pieces() && { return std::move(pieces_); }

private:
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
    Cutter cutter(hasPicture(listed.codecs));
    for (std::uint64_t count = 0;;) {
        for (const ListedPart& part : listed.parts) {
            cutter.add(part);
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

/// All of a view's, in order. Each waits for a disk thousands of times, so several are asked for at
/// once.
std::vector<Result<PlaylistSegment>> readSegments(VaultPool& vault, const OpenView& view) {
    std::vector<Result<PlaylistSegment>> read(view.segments.size(), PlaylistSegment());
    std::atomic<std::size_t> next{0};
    const auto work = [&vault, &view, &read, &next] {
        for (std::size_t i = next++; i < read.size(); i = next++) {
            const vault::OpenedSegment& opened = view.segments[i];
            read[i] = readSegment(Reader(vault, view.id, opened.segment), opened);
        }
    };
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(kAtOnce, read.size()); ++i) {
        others.emplace_back(work);
    }
    work();
    others.clear();  // joins
    return read;
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
    if (view.subject.object) {
        return fail(ErrorKind::InvalidArgument, "play an object: it was kept as no footage");
    }
    std::vector<PlaylistSegment> segments;
    for (auto& segment : readSegments(vault, view)) {
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
