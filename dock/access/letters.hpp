// SPDX-License-Identifier: Apache-2.0
// Scans of the letters by which others ask for recordings (docs/format/access.md section 2.1).
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::access {

using core::Result;

/// The longest scan.
inline constexpr std::size_t kLetterBytes = std::size_t{4} << 20U;

enum class LetterType : std::uint8_t { Pdf, Jpeg, Png };

/// What a file is by its first bytes; nothing if it is none of these.
[[nodiscard]] std::optional<LetterType> letterTypeOf(core::ByteView file);
/// How a file of the type is named: "pdf", "jpg", "png".
[[nodiscard]] const char* suffixOf(LetterType type);

/// letters/ in a folder: a file a scan, named by its SHA-256 in hex, readable by its owner alone,
/// never replaced and never removed. Thread-safe.
///
/// Errors of all calls: those of the storage. Power loss: a scan is there whole once keep() has
/// answered, before that whole or not at all. One whose request was not made after all stays.
class Letters {
public:
    /// Opens, making the folder if there is none.
    [[nodiscard]] static Result<std::unique_ptr<Letters>> open(const std::string& folder);

    /// Keeps a scan of at most kLetterBytes; its digest may be committed to from then on.
    /// Errors besides: DataLoss if other bytes stand under its name, which stay.
    [[nodiscard]] Result<core::Digest> keep(core::ByteView scan);
    /// The bytes of this digest. Errors besides: NotFound if they are gone; DataLoss if others
    /// stand in their place.
    [[nodiscard]] Result<core::Buffer> read(const core::Digest& scan);

private:
    Letters(std::string folder, std::unique_ptr<core::Files> files)
        : folder_(std::move(folder)), files_(std::move(files)) {}
    [[nodiscard]] std::string pathOf(const core::Digest& scan) const;
    [[nodiscard]] Result<void> write(const std::string& path, core::ByteView scan);

    std::string folder_;
    std::unique_ptr<core::Files> files_;
    std::mutex mutex_;  // of what writes
};

}  // namespace liuhen::access
