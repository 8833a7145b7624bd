// SPDX-License-Identifier: Apache-2.0
// What a store must do beyond files: make objects read-only, and read past the system's cache.
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/gmac.hpp"
#include "dock/vault/types.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace liuhen::vault {

/// The medium under the objects. Thread-safe; blocks.
class Medium {
public:
    Medium() = default;
    Medium(const Medium&) = delete;
    Medium& operator=(const Medium&) = delete;
    virtual ~Medium() = default;

    /// Makes a stored object read-only, as far as the vault's account can.
    [[nodiscard]] virtual Result<void> freeze(const std::string& path) = 0;
    /// A synced file, for reading what the medium has, not what the system remembers of it. It is
    /// for one thread, and quickest from the beginning to the end.
    [[nodiscard]] virtual Result<std::unique_ptr<core::File>> open(const std::string& path) = 0;
};

/// Mode 0440; reads with O_DIRECT, or with the cached pages dropped where that is not possible.
[[nodiscard]] std::unique_ptr<Medium> systemMedium();

/// Hashes a file while somebody reads it, so that the bytes that are judged and the bytes that are
/// hashed come off the medium once. Not thread-safe.
class HashedReading {
public:
    /// With a key, the code of what is read is made too.
    explicit HashedReading(std::unique_ptr<core::File> file, ByteView key = {});
    HashedReading(const HashedReading&) = delete;
    HashedReading& operator=(const HashedReading&) = delete;
    ~HashedReading();

    /// A view of the file; at most one at a time is of use, and it must not outlive this object.
    [[nodiscard]] std::unique_ptr<core::File> view();
    /// Reads what nobody has read and answers the hash of the whole.
    [[nodiscard]] Result<Digest> finish();
    /// The code of the whole; once, after finish(), of a reading that has a key.
    [[nodiscard]] crypto::GmacCode code();
    /// Whether the medium could not be read.
    [[nodiscard]] bool failed() const { return failed_; }

private:
    class View;
    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> into);
    [[nodiscard]] Result<std::size_t> readFile(std::uint64_t offset, std::span<std::uint8_t> into);
    /// Reads and hashes up to an offset, or the end.
    [[nodiscard]] Result<void> hashUpTo(std::uint64_t offset);

    std::unique_ptr<core::File> file_;
    /// Takes the next bytes.
    void take(ByteView bytes);

    crypto::Sha256 hash_;
    std::optional<crypto::Gmac> code_;
    std::uint64_t hashed_ = 0;
    bool failed_ = false;
};

/// The hash of a whole file off the medium.
[[nodiscard]] Result<Digest> readBack(Medium& medium, const std::string& path);

}  // namespace liuhen::vault
