// SPDX-License-Identifier: Apache-2.0
// Which chapters stay in memory, and who waits for whom.
#include "dock/vault/chapter_cache.hpp"

#include <algorithm>

namespace liuhen::vault {

std::shared_ptr<const StoredChapter> ChapterCache::find(const Digest& object) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(items_.begin(), items_.end(), [&object](const Item& item) {
        return item.object == object;
    });
    if (found == items_.end()) {
        return nullptr;
    }
    items_.splice(items_.begin(), items_, found);
    return items_.front().chapter;
}

void ChapterCache::put(const Digest& object,
                       std::shared_ptr<const StoredChapter> chapter,
                       std::uint64_t sizeBytes) {
    const std::lock_guard lock(mutex_);
    items_.push_front(Item{object, std::move(chapter), sizeBytes});
    bytes_ += sizeBytes;
    while (items_.size() > 1 && bytes_ > limitBytes_) {
        bytes_ -= items_.back().sizeBytes;
        items_.pop_back();
    }
}

NamedLocks::Held NamedLocks::take(const std::string& name) {
    std::shared_ptr<std::mutex> mutex;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(mutexes_, [](const auto& item) { return item.second.expired(); });
        std::weak_ptr<std::mutex>& known = mutexes_[name];
        mutex = known.lock();
        if (mutex == nullptr) {
            mutex = std::make_shared<std::mutex>();
            known = mutex;
        }
    }
    return Held(std::move(mutex));
}

}  // namespace liuhen::vault
