// SPDX-License-Identifier: Apache-2.0
// Stored chapters that were read and checked lately, and locks by recorder.
#pragma once

#include "dock/vault/segment_judge.hpp"

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::vault {

/// The newest used stored chapters, bounded by their bytes. Thread-safe.
class ChapterCache {
public:
    /// Of the chapters' objects; what they take in memory is several times that. The newest one is
    /// kept whatever its size.
    explicit ChapterCache(std::uint64_t limitBytes) : limitBytes_(limitBytes) {}

    /// Nothing if it is not there.
    [[nodiscard]] std::shared_ptr<const StoredChapter> find(const Digest& object);
    void put(const Digest& object,
             std::shared_ptr<const StoredChapter> chapter,
             std::uint64_t sizeBytes);

private:
    struct Item {
        Digest object{};
        std::shared_ptr<const StoredChapter> chapter;
        std::uint64_t sizeBytes = 0;
    };
    std::uint64_t limitBytes_;
    std::mutex mutex_;
    std::list<Item> items_;  // newest used first
    std::uint64_t bytes_ = 0;
};

/// A mutex for each name that somebody holds one of. Thread-safe.
class NamedLocks {
public:
    /// Holds a name's mutex while it lives.
    class Held {
    public:
        Held() = default;
        void release() {
            lock_ = {};
            mutex_.reset();
        }

    private:
        friend class NamedLocks;
        explicit Held(std::shared_ptr<std::mutex> mutex)
            : mutex_(std::move(mutex)), lock_(*mutex_) {}
        std::shared_ptr<std::mutex> mutex_;
        std::unique_lock<std::mutex> lock_;
    };
    /// Waits for the name.
    [[nodiscard]] Held take(const std::string& name);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<std::mutex>> mutexes_;
};

}  // namespace liuhen::vault
