// SPDX-License-Identifier: Apache-2.0
// C2SP signed notes and cosignatures (Ed25519): a text, and lines that say who vouches for it.
#pragma once

#include "common/crypto/keys.hpp"
#include "common/tlog/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::tlog {

/// What we read at most; longer notes are refused.
inline constexpr std::size_t kNoteBytes = 65'536;
inline constexpr std::size_t kNoteSignatures = 64;

/// The 32 bytes of an Ed25519 public key.
using NotePublicKey = std::array<std::uint8_t, 32>;

/// The signature types that we know (C2SP signed-note, "Signature types").
enum class NoteKeyType : std::uint8_t {
    Ed25519 = 0x01,        // over the text itself
    CosignatureV1 = 0x04,  // over time and text (C2SP tlog-cosignature)
};

/// A public key with name and type, as a verifier is configured with it.
struct VerifierKey {
    std::string name;
    NoteKeyType type = NoteKeyType::Ed25519;
    NotePublicKey publicKey{};

    bool operator==(const VerifierKey&) const = default;
};

/// First four bytes of SHA-256(name || 0A || type || key), big-endian.
[[nodiscard]] std::uint32_t keyId(const VerifierKey& key);
/// "name+id+base64(type || key)", the id as eight hex digits.
[[nodiscard]] std::string toText(const VerifierKey& key);
/// Errors: InvalidArgument for anything that toText would not have made, such as a wrong id.
[[nodiscard]] Result<VerifierKey> parseVerifierKey(std::string_view text);

/// Whether `name` may name a key: UTF-8, not empty, no Unicode spaces, no plus, no control
/// characters.
[[nodiscard]] bool isKeyName(std::string_view name);

/// One signature line, not yet judged.
struct NoteSignature {
    std::string name;
    std::uint32_t keyId = 0;
    Buffer signature;  // without the key id; at least one byte
};

/// A note taken apart. `text` ends with a newline; it is untrusted until a signature is verified.
struct Note {
    std::string text;
    std::vector<NoteSignature> signatures;
};

/// Takes a note apart without judging its signatures.
/// Errors: InvalidArgument if it is malformed or larger than the limits above.
[[nodiscard]] Result<Note> parseNote(std::string_view bytes);

/// The whole note: `text`, an empty line and one signature by `key` under `name`.
/// Errors: InvalidArgument if `text` cannot stand in a note or `name` is no key name.
[[nodiscard]] Result<std::string> signNote(std::string_view text,
                                           std::string_view name,
                                           const crypto::NoteKey& key);

/// Whether the key signed the note. A note with a bad signature under the key's name and id is
/// refused, even if a good one stands beside it; signatures of others are not looked at.
[[nodiscard]] bool verifySignature(const Note& note,
                                   std::string_view name,
                                   const NotePublicKey& publicKey);

/// The signature line (with its newline) by which a witness says that it saw `text` at that time.
/// Errors: InvalidArgument as signNote, and for a time above 2^63 - 1.
[[nodiscard]] Result<std::string> cosign(std::string_view text,
                                         std::string_view witnessName,
                                         const crypto::NoteKey& key,
                                         std::uint64_t unixSeconds);

/// When the witness cosigned the note, in seconds since 1970-01-01 UTC; the latest if it did so
/// more than once. Nothing if it did not, or if any line under its name and id does not verify.
[[nodiscard]] std::optional<std::uint64_t> verifyCosignature(const Note& note,
                                                             std::string_view name,
                                                             const NotePublicKey& publicKey);

/// The note with one more signature line (with its newline), as cosign gives it; a line already
/// there is not repeated. Errors: InvalidArgument if the outcome is no note.
[[nodiscard]] Result<std::string> withSignature(std::string_view note, std::string_view line);

}  // namespace liuhen::tlog
