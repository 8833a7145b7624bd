// SPDX-License-Identifier: Apache-2.0
// Bytes into .part files.
#include "dock/vault/incoming.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::uint64_t kWriteBytes = std::uint64_t{4} << 20U;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kReadBytes = std::size_t{256} << 10U;

tl::unexpected<core::Error> givenUp(std::string_view what) {
    return fail(ErrorKind::NotFound, fmt::format("{} an upload that was given up", what));
}

}  // namespace

Result<void> Upload::open() {
    if (file_ != nullptr) {
        return {};
    }
    if (spoilt_) {
        return givenUp("open");
    }
    if (files_->exists(path_)) {
        LIUHEN_CHECK(openFound());
    } else {
        begin();
        size_ = 0;
        unsynced_ = 0;
        begun_ = 0;
        resumed_ = false;
        LIUHEN_TRY(file_, files_->open(path_, core::OpenMode::CreateNew));
        if (auto named = files_->syncFolder(core::folderOf(path_)); !named) {
            spoilt_ = true;
            file_.reset();
            return named;
        }
        known_ = true;
    }
    promised_ = offer.sizeBytes - size_;
    return {};
}

Result<void> Upload::openFound() {
    LIUHEN_TRY(auto found, files_->open(path_, core::OpenMode::Read));
    LIUHEN_TRY(const std::uint64_t size, found->size());
    if (size > offer.sizeBytes || (known_ && size < size_)) {
        spoilt_ = true;
        return fail(ErrorKind::DataLoss,
                    fmt::format("resume {}: {} bytes are there, {} are due",
                                path_,
                                size,
                                known_ ? size_ : offer.sizeBytes));
    }
    if (size < offer.sizeBytes) {
        LIUHEN_TRY(found, files_->open(path_, core::OpenMode::AppendExisting));
    }
    file_ = std::move(found);
    if (known_ && size == size_) {
        return {};
    }
    begin();
    size_ = size;
    resumed_ = size > 0;
    auto ready = readContent();
    if (ready) {
        ready = sync();
    }
    known_ = ready.has_value();
    if (!ready) {
        file_.reset();
    }
    return ready;
}

void Upload::rest() {
    if (file_ != nullptr && unsynced_ > 0) {
        static_cast<void>(sync());  // the upload knows what became of it
    }
    close();
}

void Upload::close() {
    file_.reset();
    promised_ = 0;
}

void Upload::begin() {
    key_ = crypto::randomBytes(kKeyBytes);
    running_.emplace(key_);
    code_.reset();
}

Result<void> Upload::readContent() {
    Buffer buffer(kReadBytes);
    std::uint64_t done = 0;
    while (done < size_) {
        LIUHEN_TRY(const std::size_t got, file_->readAt(done, buffer));
        if (got == 0) {
            spoilt_ = true;
            return fail(ErrorKind::DataLoss, fmt::format("resume {}: it became shorter", path_));
        }
        running_->update(ByteView(buffer).first(got));
        done += got;
    }
    return {};
}

Result<void> Upload::append(ByteView bytes) {
    if (file_ == nullptr || spoilt_) {
        return givenUp("append to");
    }
    const std::array<ByteView, 1> pieces{bytes};
    if (auto done = file_->append(pieces); !done) {
        // Some of the bytes may be there; without them the upload can go on when there is room.
        const bool full = done.error().kind == ErrorKind::ResourceExhausted;
        if (!full || !file_->truncate(size_)) {
            spoilt_ = true;
            close();
        }
        return done;
    }
    running_->update(bytes);
    size_ += bytes.size();
    unsynced_ += bytes.size();
    promised_ = offer.sizeBytes - size_;
    if (size_ - begun_ >= kWriteBytes) {
        file_->beginWriting(begun_, size_ - begun_);
        begun_ = size_;
    }
    return {};
}

Result<void> Upload::sync() {
    if (file_ == nullptr || spoilt_) {
        return givenUp("sync");
    }
    auto done = file_->sync();
    if (!done) {
        // Also if the disk is full: the system has dropped the bytes and would believe them
        // written.
        spoilt_ = true;
        close();
        return done;
    }
    unsynced_ = 0;
    begun_ = size_;
    return done;
}

Upload::Written Upload::written() {
    LIUHEN_ASSERT(whole());
    if (!code_) {
        code_ = running_->finish();
    }
    return {key_, *code_};
}

}  // namespace liuhen::vault
