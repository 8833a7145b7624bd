// SPDX-License-Identifier: Apache-2.0
// C2SP checkpoints: the signed head of a log, as it goes out to witnesses, receipts and prints.
#pragma once

#include "common/tlog/note.hpp"

#include <string>
#include <string_view>

namespace liuhen::tlog {

/// The head of a log: whose, how many leaves, which root.
struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Digest root{};

    bool operator==(const Checkpoint&) const = default;
};

/// A checkpoint with the note that carries it; untrusted until a signature of `note` is verified.
struct SignedCheckpoint {
    Checkpoint checkpoint;
    Note note;
};

/// The note's text: three lines, origin, decimal size, base64 root.
[[nodiscard]] std::string toText(const Checkpoint& checkpoint);

/// The whole note with one signature; a log's key name equals its origin (docs/format/custody.md).
/// Errors: InvalidArgument if the origin is empty or has a newline or control character, or as
/// signNote.
[[nodiscard]] Result<std::string> signCheckpoint(const Checkpoint& checkpoint,
                                                 std::string_view keyName,
                                                 const crypto::NoteKey& key);

/// Takes a checkpoint apart without judging its signatures.
///
/// Errors: InvalidArgument if it is no note (see parseNote), its text is not exactly what toText
/// makes (extension lines are refused), or an empty tree has another root than emptyRoot().
[[nodiscard]] Result<SignedCheckpoint> parseCheckpoint(std::string_view note);

}  // namespace liuhen::tlog
