// SPDX-License-Identifier: Apache-2.0
// A stored segment as a clear file: `ftyp moov`, then the clear `moof mdat` of its parts.
#pragma once

#include "common/evidence/bodies.hpp"
#include "common/evidence/footage_key.hpp"
#include "common/media/box_list.hpp"
#include "common/media/track.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace liuhen::evidence {

/// Nanoseconds of media time, the second exclusive.
using MediaSpan = std::pair<std::uint64_t, std::uint64_t>;

/// One part of the clear file.
struct ClearPart {
    std::uint64_t offset = 0;  // of its `moof` in the clear file
    std::uint64_t size = 0;    // of `moof mdat`
    MediaSpan time;  // of its picture, else of its sound; {0, 0} of a part with no samples
    std::vector<TrackSpan> tracks;
    // In the stored file:
    std::uint64_t from = 0;     // of `link`
    std::uint64_t content = 0;  // of `moof`, or of `locked`
    std::uint64_t proof = 0;
    Digest hash{};  // of what lies before the proof
    std::optional<PartEncryption> encryption;
};

/// The clear form of one segment, or of the parts of it that lie in a span. What it hands out was
/// held against the part's entry in the file; whose entry that is, intake has checked. Not
/// thread-safe; the file is the caller's, the same at every call.
class ClearSegment {
public:
    /// Reads boxes and entries, not the footage: of at most `mostParts` parts. What a power cut
    /// left behind the last whole part is left out.
    ///
    /// Errors: DataLoss if it is no segment; what `read` answers.
    [[nodiscard]] static Result<ClearSegment> open(const media::ReadAt& read,
                                                   std::uint64_t fileBytes,
                                                   std::size_t mostParts = kMostParts);
    static constexpr std::size_t kMostParts = 100'000;

    [[nodiscard]] bool isEncrypted() const { return !envelope_.empty(); }
    /// Errors: as FootageKey::open.
    [[nodiscard]] Result<void> unlock(const crypto::PrivateKey& recipient);
    /// Leaves out the parts of which no sample lies in `span`.
    void narrow(const MediaSpan& span);

    [[nodiscard]] const media::Tracks& tracks() const { return tracks_; }
    /// Length of `ftyp moov`.
    [[nodiscard]] std::uint64_t initBytes() const { return init_.size(); }
    [[nodiscard]] const std::vector<ClearPart>& parts() const { return parts_; }
    [[nodiscard]] std::uint64_t size() const;

    /// Fills as much of `into` as the clear file has from `offset` on; answers how many bytes.
    ///
    /// Errors: FailedPrecondition if it is encrypted and not unlocked; DataLoss if the bytes are
    /// not what was signed; what `read` answers.
    [[nodiscard]] Result<std::size_t> readAt(const media::ReadAt& read,
                                             std::uint64_t offset,
                                             std::span<std::uint8_t> into);

    /// Whether the picture of a part begins with a key frame; of one without a picture, false. For
    /// finding where a player may begin, among hundreds of parts: nothing is handed out, and what
    /// is not encrypted is not held against its entry as readAt() does.
    ///
    /// Errors: as readAt().
    [[nodiscard]] Result<bool> beginsWithKey(const media::ReadAt& read,
                                             const ClearPart& part) const;

private:
    ClearSegment() = default;
    [[nodiscard]] Result<void> readParts(const media::ReadAt& read,
                                         std::uint64_t fileBytes,
                                         std::uint64_t offset,
                                         std::size_t mostParts);
    [[nodiscard]] MediaSpan timeOf(const TrackSpan& span) const;
    [[nodiscard]] Result<Buffer> clearPart(const media::ReadAt& read, const ClearPart& part) const;
    void place();

    Buffer init_;  // ftyp moov
    Buffer envelope_;
    Digest initHash_{};
    media::Tracks tracks_;
    std::vector<ClearPart> parts_;
    std::optional<FootageKey> key_;
    std::optional<std::size_t> held_;  // the part of which `heldBytes_` are
    Buffer heldBytes_;
};

}  // namespace liuhen::evidence
