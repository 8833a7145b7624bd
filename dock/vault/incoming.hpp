// SPDX-License-Identifier: Apache-2.0
// Uploads: bytes that come in, hashed while they are written, resumable at any byte.
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/digest.hpp"
#include "dock/vault/types.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::vault {

/// One upload: a file `<name>.part`. Its mutex must be held for everything but `offer` and `name`.
class Upload {
public:
    Upload(core::Files& files, std::string path, std::string uploadName, Offer what)
        : name(std::move(uploadName)),
          offer(std::move(what)),
          files_(&files),
          path_(std::move(path)) {}

    const std::string name;
    const Offer offer;
    std::mutex mutex;

    /// Opens the file, or makes it; bytes that are there are hashed.
    [[nodiscard]] Result<void> open();
    /// Gives the descriptor up, so that nobody can write any more; open() takes up again.
    void close() { file_.reset(); }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool whole() const { return size_ == offer.sizeBytes; }
    /// Some of its bytes were written before this vault started: what they are is not sure until
    /// the check, since a power cut may have left anything of them.
    [[nodiscard]] bool resumed() const { return resumed_; }
    /// Not open: never opened, closed, or given up after an error.
    [[nodiscard]] bool lost() const { return file_ == nullptr; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Appends; syncs each 8 MiB. After an error of the disk the upload is lost: drop it.
    /// Errors: ResourceExhausted if the disk is full; what was there before stays then.
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// Makes all bytes durable. After an error the upload is lost: drop it.
    [[nodiscard]] Result<void> sync();
    /// The hash of a whole upload.
    [[nodiscard]] Digest hash();

private:
    [[nodiscard]] Result<void> hashContent();

    core::Files* files_;
    std::string path_;
    std::unique_ptr<core::File> file_;
    crypto::Sha256 running_;
    std::optional<Digest> hash_;
    std::uint64_t size_ = 0;
    std::uint64_t unsynced_ = 0;
    bool resumed_ = false;
};

/// The folder of uploads. Thread-safe.
class Incoming {
public:
    Incoming(core::Files& files, std::string folder) : files_(&files), folder_(std::move(folder)) {}

    /// The upload for an offer, begun or found.
    [[nodiscard]] std::shared_ptr<Upload> at(const Offer& offer);
    /// Nothing if it is not known: it was done, given up, or of an earlier run and not offered yet.
    [[nodiscard]] std::shared_ptr<Upload> find(const std::string& name);
    /// Forgets an upload and removes its file if that is still there.
    void drop(Upload& upload);
    [[nodiscard]] std::uint64_t count();

    /// Where the file of an upload for these bytes lies.
    [[nodiscard]] std::string pathOf(const Offer& offer) const;

private:
    core::Files* files_;
    std::string folder_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Upload>> uploads_;
};

/// 32 hex digits that stand for place, size and, if told, last entry: the same offer, the same
/// name.
[[nodiscard]] std::string uploadName(const Offer& offer);

}  // namespace liuhen::vault
