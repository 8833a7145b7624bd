// SPDX-License-Identifier: Apache-2.0
// The bodies of the entry kinds that the check reads (docs/format/ledger.md section 5), typed.
#pragma once

#include "common/evidence/entry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

inline constexpr std::uint64_t kPictureTrack = 1;
inline constexpr std::uint64_t kSoundTrack = 2;
/// Bounds of the format: a part from `link` to before `proof`, an init, a segment file.
inline constexpr std::uint64_t kMaxPartBytes = std::uint64_t{64} << 20U;
inline constexpr std::uint64_t kMaxInitBytes = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{1} << 40U;

/// The public keys that a naming entry makes current.
struct NextKeys {
    crypto::PublicKey epoch;
    crypto::PublicKey resume;
};

/// Whether entries of this kind name keys.
[[nodiscard]] bool isNaming(std::string_view kind);
/// The keys that a naming entry's body names. Errors (of all readers here): DataLoss.
[[nodiscard]] Result<NextKeys> readNextKeys(const Cbor& body);
void setNextKeys(Cbor& body, const NextKeys& keys);

/// Body of `genesis` and `rollback`.
struct GenesisBody {
    Buffer certificate;  // DER
    NextKeys next;
    Buffer witnessKey;  // Ed25519, 32 bytes
    Cbor names;         // as in `boot`; null where a boot follows
    std::optional<Head> head;
    std::optional<Head> docking;        // genesis: the last one, if no start came after it
    std::optional<Buffer> resume;       // genesis: the resume key's Sign1; null in a rollback
    std::optional<Head> card;           // rollback
    std::optional<std::string> reason;  // rollback

    GenesisBody(Buffer der, NextKeys keys) : certificate(std::move(der)), next(std::move(keys)) {}
    [[nodiscard]] Cbor toCbor(bool rollback) const;
    [[nodiscard]] static Result<GenesisBody> fromCbor(const Cbor& body, bool rollback);
};

/// What the resume key signs inside a later `genesis`: content type "liuhen/resume".
[[nodiscard]] Buffer resumeStatementPayload(std::uint64_t generation,
                                            const Head& head,
                                            const NextKeys& next);
/// What the identity key signs inside a `docking`: content type "liuhen/docking".
[[nodiscard]] Buffer dockingStatementPayload(const EntryFields& docking,
                                             ByteView nonce,
                                             const NextKeys& next);

/// Span of one track in a part, in the track's timescale.
struct TrackSpan {
    std::uint64_t track = 0;
    std::uint64_t start = 0;
    std::uint64_t duration = 0;
    std::uint64_t samples = 0;

    [[nodiscard]] bool operator==(const TrackSpan&) const = default;
};

struct PartEncryption {
    std::uint64_t counter = 0;
    Digest clear{};
};

struct PartBody {
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;
    std::uint64_t part = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    Digest hash{};
    Digest init{};
    std::vector<TrackSpan> tracks;
    std::optional<PartEncryption> encryption;

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<PartBody> fromCbor(const Cbor& body);
};

/// How a segment's init describes a track, for people.
struct TrackDescription {
    std::uint64_t id = 0;
    std::string kind;   // picture, sound, photo
    std::string codec;  // avc1.42c01f, mp4a.40.2, jpeg
    std::uint64_t timescale = 0;
};

struct SegmentBody {
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;
    Digest init{};
    std::uint64_t initSize = 0;
    std::vector<TrackDescription> tracks;
    std::int64_t zeroNs = 0;  // BOOTTIME of media time 0
    bool preEvent = false;
    std::optional<Digest> keyCommitment;  // set: encrypted

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<SegmentBody> fromCbor(const Cbor& body);
};

struct SegmentEndBody {
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;
    std::uint64_t size = 0;
    std::uint64_t parts = 0;

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<SegmentEndBody> fromCbor(const Cbor& body);
};

/// A file in card/torn: bytes that were cut off a file and kept.
struct TornFile {
    std::string file;  // name in card/torn, isTornName()
    std::uint64_t size = 0;
    Digest hash{};

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<TornFile> fromCbor(const Cbor& value);
};

/// 1 to 60 of A-Z a-z 0-9 . _ - and then ".torn".
[[nodiscard]] bool isTornName(std::string_view name);

/// A recovery names at most so many files.
inline constexpr std::size_t kMaxTorn = 256;

struct PartLostBody {
    std::uint64_t entry = 0;  // seq of the part
    std::string reason;
    std::optional<TornFile> torn;  // its bytes, where some were written

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<PartLostBody> fromCbor(const Cbor& body);
};

struct RecoveryBody {
    std::vector<TornFile> torn;          // at most kMaxTorn
    std::vector<std::uint64_t> missing;  // seqs of part entries
    std::optional<std::uint64_t> recording;
    std::uint64_t lostMs = 0;

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<RecoveryBody> fromCbor(const Cbor& body);
};

/// What is freed: a segment, a chapter or a torn file.
struct ReleaseBody {
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> recording;  // with segment
    std::optional<std::uint64_t> segment;
    std::optional<std::uint64_t> chapter;  // seq of its last entry
    std::optional<std::string> torn;
    Head receipt;  // of the receipt entry

    [[nodiscard]] Cbor toCbor() const;
    [[nodiscard]] static Result<ReleaseBody> fromCbor(const Cbor& body);
};

/// The tracks of an `interruption` or `resume`.
struct TracksBody {
    std::uint64_t recording = 0;
    std::vector<std::uint64_t> tracks;

    [[nodiscard]] static Result<TracksBody> fromCbor(const Cbor& body);
};

/// "<generation>-<seq of start>", the recording's name in paths.
[[nodiscard]] std::string recordingName(std::uint64_t generation, std::uint64_t start);
/// "<generation>/<seq, ten digits>.cbor", a chapter's path under card/ledger.
[[nodiscard]] std::string chapterPath(std::uint64_t generation, std::uint64_t firstSeq);

}  // namespace liuhen::evidence
