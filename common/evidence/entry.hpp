// SPDX-License-Identifier: Apache-2.0
// One entry of the ledger: how it is framed, read and signed (docs/format/ledger.md sections 2 and
// 3).
#pragma once

#include "common/core/cbor.hpp"
#include "common/crypto/keys.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::evidence {

using core::Buffer;
using core::ByteView;
using core::Cbor;
using core::Digest;
using core::Result;

inline constexpr std::string_view kEntryContentType = "liuhen/entry";
inline constexpr std::size_t kMaxPayloadBytes = 65000;
inline constexpr std::size_t kMinPayloadBytes = 24;
/// The longest entry: 21 bytes before the payload's head, head, payload, signature with its head.
inline constexpr std::size_t kMaxEntryBytes = 21 + 3 + kMaxPayloadBytes + 66;

/// Where a clock's time came from last.
enum class UtcSource : std::uint8_t {
    None = 0,
    ClockChip = 1,
    Dock = 2,
    Satellite = 3,
    Network = 4
};

/// The two times of an entry.
struct EntryTime {
    std::uint64_t boottimeNs = 0;
    std::int64_t utcUs = 0;
    UtcSource source = UtcSource::None;
    std::optional<std::uint64_t> ageSeconds;  // since the last sync
};

/// Place and hash of one entry, as `head` in bodies and in the keystore.
struct Head {
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest hash{};

    [[nodiscard]] bool operator==(const Head&) const = default;
    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss if it is not a map of generation, seq and hash.
    [[nodiscard]] static Result<Head> fromCbor(const Cbor& value);
};

/// What is signed in an entry, without `version`.
struct EntryFields {
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest previous{};
    std::uint64_t boot = 0;
    EntryTime time;
    std::string kind;
    Cbor body;
};

/// An entry as read: its fields, whole bytes and hash.
struct Entry : EntryFields {
    Buffer bytes;
    Digest hash{};

    [[nodiscard]] Head head() const { return Head{generation, seq, hash}; }
};

/// 1 to 32 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool isDeviceName(std::string_view name);

/// Signs an entry. Asserts that the payload is within its bounds: bodies are the recorder's own.
[[nodiscard]] Entry signEntry(const EntryFields& fields, const crypto::PrivateKey& key);

enum class Framing { Whole, Torn, Malformed };

/// How the bytes from one position on are framed. `sizeBytes` is that of a whole entry, else 0.
struct Frame {
    Framing framing = Framing::Torn;
    std::size_t sizeBytes = 0;
};

/// Judges the frame of the first entry in `bytes` without reading its payload.
[[nodiscard]] Frame frameEntry(ByteView bytes);

/// Reads one entry that fills `bytes`; the signature is not checked.
/// Errors: DataLoss, with what is wrong.
[[nodiscard]] Result<Entry> parseEntry(ByteView bytes);

/// Whether `key` signed this entry.
[[nodiscard]] bool verifyEntry(const Entry& entry, const crypto::PublicKey& key);

/// Takes a sequence apart into whole entries. Errors: DataLoss for the first that is none.
[[nodiscard]] Result<std::vector<Entry>> parseEntries(ByteView bytes);

}  // namespace liuhen::evidence
