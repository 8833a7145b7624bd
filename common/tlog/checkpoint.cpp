// SPDX-License-Identifier: Apache-2.0
// Checkpoint texts, made and read in exactly one form.
#include "common/tlog/checkpoint.hpp"

#include "common/tlog/line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;

Result<Checkpoint> parseText(std::string_view text) {
    std::string_view rest = text;
    const auto origin = takeLine(rest);
    const auto size = takeLine(rest);
    const auto root = takeLine(rest);
    if (!origin || !size || !root || !rest.empty() || origin->empty()) {
        return fail(ErrorKind::InvalidArgument,
                    "read checkpoint: not three lines of origin, size and root");
    }
    Checkpoint checkpoint;
    checkpoint.origin = *origin;
    LIUHEN_TRY(checkpoint.size, core::parseUnsigned(*size));
    LIUHEN_TRY(const Buffer hash, core::fromBase64(*root));
    if (hash.size() != checkpoint.root.size()) {
        return fail(ErrorKind::InvalidArgument, "read checkpoint: the root is not 32 bytes");
    }
    std::copy(hash.begin(), hash.end(), checkpoint.root.begin());
    if (toText(checkpoint) != text) {
        return fail(ErrorKind::InvalidArgument, "read checkpoint: a number with leading zeros");
    }
    if (checkpoint.size == 0 && checkpoint.root != emptyRoot()) {
        return fail(ErrorKind::InvalidArgument, "read checkpoint: an empty tree with another root");
    }
    return checkpoint;
}

}  // namespace

std::string toText(const Checkpoint& checkpoint) {
    return fmt::format(
        "{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, core::toBase64(checkpoint.root));
}

Result<std::string> signCheckpoint(const Checkpoint& checkpoint,
                                   std::string_view keyName,
                                   const crypto::NoteKey& key) {
    if (checkpoint.origin.empty() || checkpoint.origin.find('\n') != std::string::npos) {
        return fail(ErrorKind::InvalidArgument,
                    "sign checkpoint: the origin is empty or has more than one line");
    }
    return signNote(toText(checkpoint), keyName, key);
}

Result<SignedCheckpoint> parseCheckpoint(std::string_view note) {
    SignedCheckpoint parsed;
    LIUHEN_TRY(parsed.note, parseNote(note));
    LIUHEN_TRY(parsed.checkpoint, parseText(parsed.note.text));
    return parsed;
}

}  // namespace liuhen::tlog
