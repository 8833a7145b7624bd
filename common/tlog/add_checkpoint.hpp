// SPDX-License-Identifier: Apache-2.0
// What is sent to a witness and what comes back (C2SP tlog-witness, add-checkpoint); over HTTP or
// in files.
#pragma once

#include "common/tlog/checkpoint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace liuhen::tlog {

/// The most lines of a consistency proof.
inline constexpr std::size_t kProofLines = 63;
/// The longest request: its first line, a full proof, an empty line, the longest note.
inline constexpr std::size_t kAddCheckpointBytes = 25 + kProofLines * 45 + 1 + kNoteBytes;
/// The longest answer that is read: a full set of signature lines.
inline constexpr std::size_t kWitnessAnswerBytes = kNoteBytes;

/// The type under which a witness answers the size that it remembers.
inline constexpr std::string_view kTreeSizeType = "text/x.tlog.size";

/// A checkpoint shown to a witness, with the proof from the tree that it remembers.
struct AddCheckpoint {
    std::uint64_t oldSize = 0;  // what the witness is thought to remember; 0 for nothing
    std::vector<Digest> path;   // consistency of `oldSize` with the note's size
    std::string note;           // whole, as signed
};

/// "old N", the path in base64 line by line, an empty line, the note.
/// Errors: InvalidArgument if the path has more than kProofLines hashes.
[[nodiscard]] Result<std::string> toText(const AddCheckpoint& request);

/// A request read, its note taken apart; nothing of it is judged.
struct ShownCheckpoint {
    AddCheckpoint request;
    SignedCheckpoint shown;
};

/// Errors: InvalidArgument for anything that toText would not have made of a checkpoint, and for an
/// old size above the note's.
[[nodiscard]] Result<ShownCheckpoint> parseAddCheckpoint(std::string_view body);

/// The signature lines of a witness's answer, each with its newline; not judged.
/// Errors: InvalidArgument if it is anything else, or empty.
[[nodiscard]] Result<std::vector<std::string>> parseCosignatures(std::string_view body);

/// The size in a witness's answer "N" and newline. Errors: InvalidArgument.
[[nodiscard]] Result<std::uint64_t> parseTreeSize(std::string_view body);

}  // namespace liuhen::tlog
