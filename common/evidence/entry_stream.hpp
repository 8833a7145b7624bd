// SPDX-License-Identifier: Apache-2.0
// Ledger files read through a window, so that a check's memory does not grow with them.
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/entry.hpp"

#include <optional>

namespace liuhen::evidence {

/// Reads a file forwards through one buffer of 1 MiB. The file must outlive it.
class ByteWindow {
public:
    explicit ByteWindow(const core::File& file) : file_(&file) {}

    /// `count` bytes from `offset` on, fewer where the file ends; they stay until the next call.
    /// Errors: those of reading.
    [[nodiscard]] Result<ByteView> at(std::uint64_t offset, std::size_t count);

private:
    const core::File* file_;
    Buffer buffer_;
    std::uint64_t start_ = 0;
    std::size_t filled_ = 0;
};

/// Takes a file of entries apart, one after the other, judging their frames alone.
class EntryStream {
public:
    struct Item {
        Framing framing = Framing::Torn;
        std::uint64_t offset = 0;
        ByteView bytes;  // of a whole entry, until the next call
    };

    explicit EntryStream(const core::File& file, std::uint64_t offset = 0)
        : window_(file), offset_(offset) {}

    /// The next place; nothing at the file's end. Behind one that is not whole there is none.
    [[nodiscard]] Result<std::optional<Item>> next();
    /// Where the next place is: behind the last whole entry.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
    ByteWindow window_;
    std::uint64_t offset_;
};

struct FileHash {
    std::uint64_t size = 0;
    Digest hash{};
};
/// Length and SHA-256 of a whole file, read in small pieces. Errors: those of reading.
[[nodiscard]] Result<FileHash> hashFile(const core::File& file);

/// Bytes in memory as a file to read.
class MemoryFile final : public core::File {
public:
    explicit MemoryFile(Buffer bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] ByteView bytes() const { return bytes_; }
    [[nodiscard]] Result<std::uint64_t> size() const override { return bytes_.size(); }
    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override;
    /// Errors of all that change: FailedPrecondition.
    [[nodiscard]] Result<void> append(std::span<const ByteView> pieces) override;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override;
    [[nodiscard]] Result<void> sync() override;

private:
    Buffer bytes_;
};

}  // namespace liuhen::evidence
