// SPDX-License-Identifier: Apache-2.0
// Imports as the vault and those who speak with it call them (docs/format custody.md section 9).
#pragma once

#include "common/core/cbor.hpp"
#include "common/evidence/commitment.hpp"
#include "dock/vault/types.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace liuhen::vault {

using evidence::CommittedText;

/// What a file may be said to hold; a picture with or without sound is a video.
inline constexpr std::array<std::string_view, 3> kImportMedia = {"video", "photo", "sound"};

/// What somebody declares of a file that no recorder of this system signed.
struct ImportDeclaration {
    std::string media;         // one of kImportMedia, in clear in the log
    std::string maker;         // 1 to evidence::kMaxImportNameBytes bytes, in clear in the log
    std::string device;        // likewise
    std::uint64_t fromUs = 0;  // the span that the file is said to be of; UTC
    std::uint64_t untilUs = 0;
    // Of these the log has commitments alone; texts as wrongText() allows:
    std::string file;
    std::string wearer;
    std::string reason;
    std::string by;
};

/// `sizeBytes` raw bytes follow the message.
struct ImportRequest {
    ImportDeclaration declaration;
    std::uint64_t sizeBytes = 0;
};

/// An import that is kept: its leaf, and the proof that the leaf is in the log.
struct ImportAnswer {
    Digest object{};           // SHA-256 of the bytes, as read back from the medium
    std::uint64_t leaf = 0;    // index
    Buffer bytes;              // the leaf
    std::string note;          // the checkpoint that covers it
    std::vector<Digest> path;  // audit path of the leaf in its tree (RFC 6962)
    bool known = false;        // the vault had these bytes before
};

/// An import as the log has it, with the words that the database still has of it.
struct Imported {
    std::uint64_t leaf = 0;  // index
    std::int64_t importedUs = 0;
    Digest object{};
    std::uint64_t sizeBytes = 0;
    std::string media;
    std::string maker;
    std::string device;
    std::uint64_t fromUs = 0;
    std::uint64_t untilUs = 0;
    CommittedText file;
    CommittedText wearer;
    CommittedText reason;
    CommittedText by;
};

/// At most so many in one answer: each may have four texts.
inline constexpr std::size_t kListedImports = 32;

/// Lists go by leaf, the newest first, from before `before` on.
struct ImportListRequest {
    std::optional<std::uint64_t> before;
};

/// A part of the list. Others come before leaf `more`, to be asked for with it.
struct ImportList {
    std::vector<Imported> imports;
    std::optional<std::uint64_t> more;
};

/// What is wrong with a declaration, "" if nothing: field and reason.
[[nodiscard]] std::string wrongDeclaration(const ImportDeclaration& declaration);

/// Reads the request of the verb `import`. Errors: InvalidArgument; DataLoss for a field that is
/// absent or of another type.
[[nodiscard]] Result<ImportRequest> readImport(const core::Cbor& map);
[[nodiscard]] core::Cbor toCbor(const ImportRequest& request);
[[nodiscard]] core::Cbor toCbor(const ImportAnswer& answer);
/// Errors: DataLoss.
[[nodiscard]] Result<ImportAnswer> readImportAnswer(const core::Cbor& map);

/// Reads the request of the verb `import.list`. Errors: as readImport().
[[nodiscard]] Result<ImportListRequest> readImportList(const core::Cbor& map);
[[nodiscard]] core::Cbor toCbor(const ImportListRequest& request);
[[nodiscard]] core::Cbor toCbor(const ImportList& list);
/// Errors: DataLoss.
[[nodiscard]] Result<ImportList> readImports(const core::Cbor& map);

}  // namespace liuhen::vault
