// SPDX-License-Identifier: Apache-2.0
// Entries of one chapter on disk while it is not known yet where the chapter ends.
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/entry.hpp"
#include "common/net/http_types.hpp"

#include <memory>
#include <optional>
#include <string>

namespace liuhen::ingest {

using core::Result;

/// A scratch file. Nothing in it is needed after a crash: the recorder has it. Not thread-safe.
class Spool {
public:
    /// Its folder's file system keeps `reserveBytes` free: they are for the vault, if it is the
    /// same. Errors: those of the file system.
    [[nodiscard]] static Result<Spool> create(core::Files& files,
                                              std::string path,
                                              std::uint64_t reserveBytes);
    Spool(Spool&&) noexcept = default;
    Spool& operator=(Spool&&) = delete;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Errors: also ResourceExhausted if the reserve would be touched.
    [[nodiscard]] Result<void> append(core::ByteView bytes);
    [[nodiscard]] Result<void> clear();
    /// Puts the bytes from an offset on into the sink, in pieces.
    [[nodiscard]] Result<void> pump(std::uint64_t from, const net::Sink& sink) const;

    /// Reads the entries one by one from the beginning; must not outlive the spool.
    class Reader {
    public:
        explicit Reader(const Spool& spool) : spool_(&spool) {}
        /// Nothing at the end. Errors: DataLoss if what follows is no entry.
        [[nodiscard]] Result<std::optional<evidence::Entry>> next();

    private:
        const Spool* spool_;
        std::uint64_t read_ = 0;  // from the file into `held_`
        core::Buffer held_;
        std::size_t used_ = 0;  // of `held_`
    };

private:
    Spool(core::Files& files,
          std::string path,
          std::uint64_t reserveBytes,
          std::unique_ptr<core::File> file)
        : files_(&files),
          path_(std::move(path)),
          reserveBytes_(reserveBytes),
          file_(std::move(file)) {}
    [[nodiscard]] Result<void> checkRoom(std::uint64_t needed);

    core::Files* files_;
    std::string path_;
    std::uint64_t reserveBytes_;
    std::unique_ptr<core::File> file_;
    std::uint64_t size_ = 0;
    std::uint64_t granted_ = 0;  // bytes that may be added before room is looked for again
};

}  // namespace liuhen::ingest
