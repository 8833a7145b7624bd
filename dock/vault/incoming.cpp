// SPDX-License-Identifier: Apache-2.0
// The folder of uploads.
#include "dock/vault/incoming.hpp"

#include "dock/vault/messages.hpp"

namespace liuhen::vault {

namespace {

constexpr std::size_t kNameBytes = 16;
constexpr std::string_view kEnding = ".part";

/// Whether a file has the name of an upload, and this ending.
bool isNamed(const core::FolderItem& item, std::string_view ending) {
    const std::string_view name = item.name;
    return !item.isFolder && name.ends_with(ending) &&
           isUploadName(name.substr(0, name.size() - ending.size()));
}

}  // namespace

std::string uploadName(const Offer& offer) {
    const Digest hash = crypto::sha256(encode(OfferRequest{offer}));
    return core::toHex(ByteView(hash).first(kNameBytes));
}

std::string Incoming::pathOf(const Offer& offer) const {
    return core::joinPath(folder_, uploadName(offer).append(kEnding));
}

std::shared_ptr<Upload> Incoming::at(const Offer& offer) {
    const std::string name = uploadName(offer);
    const std::lock_guard lock(mutex_);
    if (const auto found = byName_.find(name); found != byName_.end()) {
        uploads_.splice(uploads_.begin(), uploads_, found->second);
    } else {
        makeRoom();
        uploads_.push_front(std::make_shared<Upload>(*files_, pathOf(offer), name, offer));
        byName_[name] = uploads_.begin();
    }
    return uploads_.front();
}

/// Called with the mutex held. One that somebody is at is left alone, so there may be a few more.
void Incoming::makeRoom() {
    for (auto at = uploads_.end(); uploads_.size() >= kMaxUploads && at != uploads_.begin();) {
        --at;
        const std::shared_ptr<Upload> oldest = *at;
        const std::unique_lock lock(oldest->mutex, std::try_to_lock);
        if (lock.owns_lock()) {
            oldest->rest();
            byName_.erase(oldest->name);
            at = uploads_.erase(at);
        }
    }
}

std::shared_ptr<Upload> Incoming::find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = byName_.find(name);
    if (found == byName_.end()) {
        return nullptr;
    }
    uploads_.splice(uploads_.begin(), uploads_, found->second);
    return uploads_.front();
}

void Incoming::rest(const std::string& name) {
    std::shared_ptr<Upload> found;
    {
        const std::lock_guard lock(mutex_);
        const auto known = byName_.find(name);
        if (known == byName_.end()) {
            return;
        }
        found = *known->second;
    }
    const std::unique_lock lock(found->mutex, std::try_to_lock);
    if (!lock.owns_lock()) {
        return;
    }
    found->rest();
    if (found->spoilt()) {
        drop(*found);
    }
}

void Incoming::drop(Upload& upload) {
    upload.close();
    // A leftover that cannot be removed now is found again by the next offer of the same bytes.
    static_cast<void>(files_->remove(upload.path()));
    const std::lock_guard lock(mutex_);
    const auto known = byName_.find(upload.name);
    // Another upload may have taken the name since this one was put aside.
    if (known != byName_.end() && known->second->get() == &upload) {
        uploads_.erase(known->second);
        byName_.erase(known);
    }
}

std::uint64_t Incoming::count() {
    const std::lock_guard lock(mutex_);
    return uploads_.size();
}

std::uint64_t Incoming::promisedBeside(const Upload& upload) {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const std::shared_ptr<Upload>& other : uploads_) {
        sum += other.get() == &upload ? 0 : other->promised();
    }
    return sum;
}

Result<std::size_t> Incoming::removeStale(std::int64_t beforeUs) {
    LIUHEN_TRY(const auto items, files_->list(folder_));
    std::size_t removed = 0;
    for (const core::FolderItem& item : items) {
        const bool upload = isNamed(item, kEnding);
        const bool stale = upload && item.changedUs != 0 && item.changedUs < beforeUs;
        if (stale || isNamed(item, kImportEnding)) {
            LIUHEN_CHECK(files_->remove(core::joinPath(folder_, item.name)));
            ++removed;
        }
    }
    return removed;
}

}  // namespace liuhen::vault
