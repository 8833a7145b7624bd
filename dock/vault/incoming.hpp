// SPDX-License-Identifier: Apache-2.0
// Uploads: bytes that come in, coded while they are written, resumable at any byte.
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/gmac.hpp"
#include "dock/vault/timed_mutex.hpp"
#include "dock/vault/types.hpp"

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::vault {

/// One upload: a file `<name>.part`. Its mutex must be held for everything but `offer`, `name` and
/// promised().
class Upload {
public:
    Upload(core::Files& files, std::string path, std::string uploadName, Offer what)
        : name(std::move(uploadName)),
          offer(std::move(what)),
          files_(&files),
          path_(std::move(path)) {}

    const std::string name;
    const Offer offer;
    TimedMutex mutex;

    /// Opens the file, or makes it; bytes that this process did not write are read.
    [[nodiscard]] Result<void> open();
    /// Makes what came durable and gives the descriptor up; open() takes up again.
    void rest();
    /// Gives the descriptor up, so that nobody can write any more. Only after sync().
    void close();
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool whole() const { return size_ == offer.sizeBytes; }
    /// Some of its bytes were written before this vault started: what they are is not sure until
    /// the check, since a power cut may have left anything of them.
    [[nodiscard]] bool resumed() const { return resumed_; }
    /// What the medium has of it is not known any more, after an error: drop it, and never write to
    /// or sync its file again.
    [[nodiscard]] bool spoilt() const { return spoilt_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Bytes that were offered and are still to come while it is open.
    [[nodiscard]] std::uint64_t promised() const { return promised_; }

    /// Appends; nothing of it is durable yet. Errors: ResourceExhausted if the disk is full; unless
    /// the upload is spoilt then, what was there before stays. After any other error it is spoilt.
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// Makes all bytes durable. After any error the upload is spoilt.
    [[nodiscard]] Result<void> sync();
    /// What tells the bytes of a whole upload from others: the code of what was written, and the
    /// key, drawn for this upload and known to this process alone, to make that of what is there.
    struct Written {
        Buffer key;
        crypto::GmacCode code;
    };
    [[nodiscard]] Written written();

private:
    [[nodiscard]] Result<void> openFound();
    void begin();
    [[nodiscard]] Result<void> readContent();

    core::Files* files_;
    std::string path_;
    std::unique_ptr<core::File> file_;
    Buffer key_;
    std::optional<crypto::Gmac> running_;  // of the first size_ bytes
    std::optional<crypto::GmacCode> code_;
    bool known_ = false;  // size_ and running_ are of this process's own writing or reading
    std::uint64_t size_ = 0;
    std::uint64_t unsynced_ = 0;
    std::uint64_t begun_ = 0;  // bytes that the system was told to write
    std::atomic<std::uint64_t> promised_{0};
    bool resumed_ = false;
    bool spoilt_ = false;
};

/// How the files of imports end there. Nobody goes on with them after a start.
inline constexpr std::string_view kImportEnding = ".import";

/// The folder of uploads. Thread-safe.
class Incoming {
public:
    /// So many uploads are known at once; the one longest unused goes first. Its file stays.
    static constexpr std::size_t kMaxUploads = 256;

    Incoming(core::Files& files, std::string folder) : files_(&files), folder_(std::move(folder)) {}

    /// The upload for an offer, begun or found.
    [[nodiscard]] std::shared_ptr<Upload> at(const Offer& offer);
    /// Nothing if it is not known: it was done, given up, put aside for others, or of an earlier
    /// run and not offered yet.
    [[nodiscard]] std::shared_ptr<Upload> find(const std::string& name);
    /// Makes durable what came of an upload and closes its file, unless somebody is at it.
    void rest(const std::string& name);
    /// Forgets an upload and removes its file if that is still there.
    void drop(Upload& upload);
    [[nodiscard]] std::uint64_t count();
    /// Bytes that other open uploads may still bring.
    [[nodiscard]] std::uint64_t promisedBeside(const Upload& upload);

    /// Removes the files of uploads that were not written to since `beforeUs`, UTC, and those of
    /// imports that were broken off, whatever their age. Never anything else. Answers how many. For
    /// a start, before anything comes in.
    [[nodiscard]] Result<std::size_t> removeStale(std::int64_t beforeUs);

    /// Where the file of an upload for these bytes lies.
    [[nodiscard]] std::string pathOf(const Offer& offer) const;

private:
    void makeRoom();

    core::Files* files_;
    std::string folder_;
    std::mutex mutex_;
    std::list<std::shared_ptr<Upload>> uploads_;  // last used first
    std::map<std::string, std::list<std::shared_ptr<Upload>>::iterator> byName_;
};

/// 32 hex digits that stand for place, size and, if told, last entry: the same offer, the same
/// name.
[[nodiscard]] std::string uploadName(const Offer& offer);

}  // namespace liuhen::vault
