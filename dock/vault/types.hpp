// SPDX-License-Identifier: Apache-2.0
// What the vault and those who speak with it call things: places, offers and the answers to them.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::vault {

using core::Buffer;
using core::ByteView;
using core::Digest;
using core::Result;

enum class ObjectType { Chapter, Segment };

/// "chapter" or "segment".
[[nodiscard]] std::string_view name(ObjectType type);

/// Where a recorder's bytes belong: a chapter by its first seq, a segment by recording and number.
struct Place {
    std::string device;
    std::uint64_t generation = 0;
    ObjectType type = ObjectType::Chapter;
    std::uint64_t first = 0;      // chapter
    std::uint64_t recording = 0;  // segment
    std::uint64_t segment = 0;    // segment

    bool operator==(const Place&) const = default;
};

/// "segment 3 of recording 17 of CAM-1, generation 0", for people.
[[nodiscard]] std::string describe(const Place& place);

/// Bytes that somebody wants to hand over.
struct Offer {
    Place place;
    std::uint64_t sizeBytes = 0;
    /// Hash of the last entry, if the offerer knows it: tells other content in a place that is
    /// taken. A chapter's `docking`; a segment's `segment.end`, else its last part.
    std::optional<Digest> entry;
};

/// What became of an offer.
enum class State {
    Receiving,    // bytes are missing, or the commit
    Receipted,    // stored, read back, under a checkpoint
    Quarantined,  // kept, with the reason why it is no evidence
    Forked,       // kept: a second history of what is stored
    Again,        // not now: offer again later, for the reason told
};

[[nodiscard]] std::string_view name(State state);

struct OfferAnswer {
    State state = State::Receiving;
    Buffer receipt;            // receipted
    std::string upload;        // receiving: names the upload in later requests
    std::uint64_t offset = 0;  // receiving: bytes that are durable here already
    std::string reason;        // all others: why nothing is to be sent
    std::string verdict;       // likewise; "" if it was not judged
};

struct CommitAnswer {
    State state = State::Again;
    Buffer receipt;       // receipted
    std::string reason;   // all others
    std::string verdict;  // as in the leaf; "" if it was not judged
    bool resend = false;  // again: the bytes were given up; offering them now may help
};

/// The vault's name and certificates.
struct Hello {
    std::string origin;
    std::uint64_t logSize = 0;
    Buffer receiptCertificate;     // DER
    Buffer checkpointCertificate;  // DER
    bool twoCopies = false;        // a second copy is in use: receipts of one may become of two
};

struct SegmentName {
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;

    bool operator==(const SegmentName&) const = default;
};

/// What is stored of one generation of a recorder.
struct Held {
    std::uint64_t next = 0;            // seq after the last stored chapter
    std::optional<Digest> last;        // hash of its docking; none if nothing is stored
    std::vector<SegmentName> missing;  // of stored chapters, at most kMissingLimit, oldest first
    /// Others are missing too: those after this seq, to be asked for with it.
    std::optional<std::uint64_t> more;
    Buffer receipt;  // of the last stored chapter; empty if it has none
};

inline constexpr std::size_t kMissingLimit = 4096;

struct CheckpointAnswer {
    std::string note;
    Buffer certificate;        // DER, of the key that signed it
    std::vector<Digest> path;  // consistency with the tree of the size asked for
};

struct CosignedAnswer {
    bool added = false;
    bool older = false;  // it is kept, and the newest checkpoint is of a larger tree
    std::string reason;  // why it was not added
};

/// Leaves of the custody log that stand one after the other, as many as fit an answer.
struct LeavesAnswer {
    std::uint64_t size = 0;  // leaves under the newest checkpoint
    std::vector<Buffer> leaves;
};

/// Something that custody should know, such as a refused peer.
struct Incident {
    std::string what;     // at most 64 bytes
    std::string subject;  // of the peer's certificate, or ""; at most 256 bytes
    std::string detail;   // at most 4096 bytes
};

/// Places of objects, as the freezer's folders are numbered.
enum class CopyOf : std::uint8_t { First = 0, Second = 1 };

/// An object that a reading of all found damaged in one of its copies.
struct Damage {
    std::string copy;  // "first", "second"
    Digest object{};
    std::string what;  // "absent", "changed", "unreadable"

    bool operator==(const Damage&) const = default;
};

/// How far the reading of all copies is.
struct Scrubbed {
    std::optional<std::int64_t> finishedUs;  // when the last pass through all ended, UTC
    std::uint64_t readBytes = 0;             // in the pass under way
    std::uint64_t damagedCount = 0;          // copies found damaged and not mended since
    std::vector<Damage> damaged;             // the first kDamagedShown of them
};
inline constexpr std::size_t kDamagedShown = 64;

/// A witness that the agency names, as the cosignatures kept here show it.
struct WitnessState {
    std::string name;
    std::uint64_t leaves = 0;       // of the largest tree with its cosignature; 0 if there is none
    std::uint64_t unixSeconds = 0;  // when it cosigned that, by its own clock

    bool operator==(const WitnessState&) const = default;
};

/// Who remembers the custody log elsewhere.
struct Witnessing {
    std::vector<WitnessState> witnesses;  // at most kWitnessesShown, in the agency's order
    std::uint64_t leaves = 0;  // of the newest tree that the agency's policy calls witnessed; or 0
    bool witnessed = false;    // as `liuhen verify` says it
    std::uint64_t recorders = 0;  // with chapters here: each was shown a checkpoint to remember
    std::string trouble;          // why the agency's witnesses cannot be read, "" if they can
};
inline constexpr std::size_t kWitnessesShown = 64;

struct Status {
    std::string origin;
    std::uint64_t logSize = 0;  // leaves, published or not
    std::uint64_t stored = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t forks = 0;
    std::uint64_t receipts = 0;
    std::uint64_t uploads = 0;
    std::uint64_t freeBytes = 0;
    std::uint64_t absent = 0;  // objects that were not there when the vault started
    std::string sandbox;       // what the process is shut in by, for people
    std::string freezing;      // what keeps objects from being changed: "immutable", "read-only"
    /// What is wrong with the second copy, "" if nothing; nothing if none is due.
    std::optional<std::string> second;
    std::uint64_t uncopied = 0;  // objects that the second copy lacks
    /// Whether receipts of one copy are given, and after how many hours they may free footage.
    bool singleCopy = true;
    std::optional<std::uint64_t> minimumAgeHours;
    Scrubbed scrub;
    Witnessing witnessing;
};

}  // namespace liuhen::vault
