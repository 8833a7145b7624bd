// SPDX-License-Identifier: Apache-2.0
// The scratch file of a chapter.
#include "dock/ingest/spool.hpp"

#include "common/core/log.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::ingest {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
constexpr std::uint64_t kGrantBytes = std::uint64_t{1} << 20U;

}  // namespace

Result<Spool> Spool::create(core::Files& files, std::string path, std::uint64_t reserveBytes) {
    if (files.exists(path)) {
        LIUHEN_CHECK(files.remove(path));
    }
    LIUHEN_TRY(auto file, files.open(path, core::OpenMode::CreateNew));
    return Spool(files, std::move(path), reserveBytes, std::move(file));
}

Spool::~Spool() {
    if (file_ == nullptr) {
        return;
    }
    file_.reset();
    if (const auto removed = files_->remove(path_); !removed) {
        core::log(core::LogLevel::Warning, "ingest", removed.error().message);
    }
}

Result<void> Spool::append(core::ByteView bytes) {
    if (granted_ < bytes.size()) {
        LIUHEN_CHECK(checkRoom(bytes.size()));
    }
    const std::array<core::ByteView, 1> pieces = {bytes};
    LIUHEN_CHECK(file_->append(pieces));
    size_ += bytes.size();
    granted_ -= bytes.size();
    return {};
}

Result<void> Spool::checkRoom(std::uint64_t needed) {
    const std::uint64_t grant = std::max<std::uint64_t>(needed, kGrantBytes);
    LIUHEN_TRY(const std::uint64_t free, files_->freeBytes(core::folderOf(path_)));
    if (free < reserveBytes_ || free - reserveBytes_ < grant) {
        return core::fail(core::ErrorKind::ResourceExhausted,
                          fmt::format("write {}: its disk has {} bytes left, {} of them are kept "
                                      "for the vault",
                                      path_,
                                      free,
                                      reserveBytes_));
    }
    granted_ = grant;
    return {};
}

Result<void> Spool::clear() {
    LIUHEN_CHECK(file_->truncate(0));
    size_ = 0;
    return {};
}

Result<void> Spool::pump(std::uint64_t from, const net::Sink& sink) const {
    core::Buffer piece(kPieceBytes);
    while (from < size_) {
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(size_ - from, kPieceBytes));
        LIUHEN_TRY(const std::size_t count, file_->readAt(from, std::span(piece).first(want)));
        if (count == 0) {
            return core::fail(core::ErrorKind::DataLoss, "read " + path_ + ": it became shorter");
        }
        LIUHEN_CHECK(sink(core::ByteView(piece).first(count)));
        from += count;
    }
    return {};
}

Result<std::optional<evidence::Entry>> Spool::Reader::next() {
    for (;;) {
        const core::ByteView rest = core::ByteView(held_).subspan(used_);
        const evidence::Frame frame = evidence::frameEntry(rest);
        if (frame.framing == evidence::Framing::Whole) {
            used_ += frame.sizeBytes;
            LIUHEN_TRY(auto entry, evidence::parseEntry(rest.first(frame.sizeBytes)));
            return std::optional<evidence::Entry>(std::move(entry));
        }
        if (frame.framing == evidence::Framing::Malformed || read_ == spool_->size_) {
            if (rest.empty()) {
                return std::optional<evidence::Entry>();
            }
            return core::fail(core::ErrorKind::DataLoss, "read " + spool_->path_ + ": no entry");
        }
        held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ = 0;
        const std::size_t before = held_.size();
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(spool_->size_ - read_, kPieceBytes));
        held_.resize(before + want);
        LIUHEN_TRY(const std::size_t count,
                   spool_->file_->readAt(read_, std::span(held_).subspan(before)));
        held_.resize(before + count);
        read_ += count;
        if (count == 0) {
            return core::fail(core::ErrorKind::DataLoss,
                              "read " + spool_->path_ + ": it became shorter");
        }
    }
}

}  // namespace liuhen::ingest
