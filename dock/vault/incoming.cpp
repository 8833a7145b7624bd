// SPDX-License-Identifier: Apache-2.0
// Bytes into .part files.
#include "dock/vault/incoming.hpp"

#include "dock/vault/messages.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::uint64_t kSyncBytes = std::uint64_t{8} << 20U;
constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
constexpr std::size_t kNameBytes = 16;

}  // namespace

std::string uploadName(const Offer& offer) {
    const Digest hash = crypto::sha256(encode(OfferRequest{offer}));
    return core::toHex(ByteView(hash).first(kNameBytes));
}

Result<void> Upload::open() {
    if (file_ != nullptr) {
        return {};
    }
    if (!files_->exists(path_)) {
        running_ = crypto::Sha256();
        hash_.reset();
        size_ = 0;
        resumed_ = false;
        LIUHEN_TRY(file_, files_->open(path_, core::OpenMode::CreateNew));
        return files_->syncFolder(core::folderOf(path_));
    }
    LIUHEN_TRY(auto found, files_->open(path_, core::OpenMode::Read));
    LIUHEN_TRY(const std::uint64_t size, found->size());
    if (size > offer.sizeBytes) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format(
                "resume {}: {} bytes are there, {} were offered", path_, size, offer.sizeBytes));
    }
    if (size < offer.sizeBytes) {
        LIUHEN_TRY(found, files_->open(path_, core::OpenMode::AppendExisting));
    }
    if (hash_ && size == size_) {
        file_ = std::move(found);  // closed since; it was hashed by this process
        return {};
    }
    file_ = std::move(found);
    running_ = crypto::Sha256();
    hash_.reset();
    size_ = size;
    resumed_ = size > 0;
    auto ready = hashContent();
    if (ready) {
        ready = sync();
    }
    if (!ready) {
        file_.reset();
    }
    return ready;
}

Result<void> Upload::hashContent() {
    Buffer buffer(kReadBytes);
    std::uint64_t done = 0;
    while (done < size_) {
        LIUHEN_TRY(const std::size_t got, file_->readAt(done, buffer));
        if (got == 0) {
            return fail(ErrorKind::DataLoss, fmt::format("resume {}: it became shorter", path_));
        }
        running_.update(ByteView(buffer).first(got));
        done += got;
    }
    return {};
}

Result<void> Upload::append(ByteView bytes) {
    if (lost()) {
        return fail(ErrorKind::NotFound, "append to an upload that was given up");
    }
    const std::array<ByteView, 1> pieces{bytes};
    if (auto done = file_->append(pieces); !done) {
        // Some of the bytes may be there; without them the upload can go on when there is room.
        const bool full = done.error().kind == ErrorKind::ResourceExhausted;
        if (!full || !file_->truncate(size_)) {
            file_.reset();
        }
        return done;
    }
    running_.update(bytes);
    size_ += bytes.size();
    unsynced_ += bytes.size();
    return unsynced_ >= kSyncBytes ? sync() : Result<void>();
}

Result<void> Upload::sync() {
    if (lost()) {
        return fail(ErrorKind::NotFound, "sync an upload that was given up");
    }
    auto done = file_->sync();
    if (!done) {
        file_.reset();
        return done;
    }
    unsynced_ = 0;
    return done;
}

Digest Upload::hash() {
    LIUHEN_ASSERT(whole());
    if (!hash_) {
        hash_ = running_.finish();
    }
    return *hash_;
}

std::string Incoming::pathOf(const Offer& offer) const {
    return core::joinPath(folder_, uploadName(offer) + ".part");
}

std::shared_ptr<Upload> Incoming::at(const Offer& offer) {
    const std::string name = uploadName(offer);
    const std::lock_guard lock(mutex_);
    auto& upload = uploads_[name];
    if (upload == nullptr) {
        upload = std::make_shared<Upload>(*files_, pathOf(offer), name, offer);
    }
    return upload;
}

std::shared_ptr<Upload> Incoming::find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(name);
    return found == uploads_.end() ? nullptr : found->second;
}

void Incoming::drop(Upload& upload) {
    upload.close();
    // A leftover that cannot be removed now is found again by the next offer of the same bytes.
    static_cast<void>(files_->remove(upload.path()));
    const std::lock_guard lock(mutex_);
    uploads_.erase(upload.name);
}

std::uint64_t Incoming::count() {
    const std::lock_guard lock(mutex_);
    return uploads_.size();
}

}  // namespace liuhen::vault
