// SPDX-License-Identifier: Apache-2.0
// The storage in memory behind FaultFiles: files and folders, each as seen and as kept.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace liuhen::core {

/// A file's content: what programs see, and what the medium keeps.
class FaultInode {
public:
    FaultInode() = default;
    explicit FaultInode(Buffer content)
        : seen_(std::move(content)), kept_(seen_), same_(seen_.size()) {}

    [[nodiscard]] const Buffer& seen() const { return seen_; }
    void append(ByteView bytes);
    void truncate(std::size_t size);
    /// The medium now keeps what is seen, unless an earlier sync failed.
    void sync();
    /// A failed sync: the system forgets which bytes were not written, so later syncs keep nothing
    /// until the file is cut back to what was kept.
    void failSync() { abandoned_ = true; }
    /// What the medium has after a power cut. With `torn`, each unsynced append is there whole, in
    /// part, as zeros or not at all, and unsynced truncations may be there.
    [[nodiscard]] Buffer surviving(std::mt19937_64* torn) const;

private:
    struct Change {
        bool isAppend = false;
        std::size_t size = 0;  // the file's size after a truncation, before an append
        Buffer bytes;
    };
    Buffer seen_;
    Buffer kept_;
    std::size_t same_ = 0;  // so many leading bytes are equal in both
    std::vector<Change> changes_;
    bool abandoned_ = false;
};

struct FaultFolder;
/// What a name stands for.
using FaultNode = std::variant<std::shared_ptr<FaultInode>, std::shared_ptr<FaultFolder>>;

struct FaultFolder {
    std::map<std::string, FaultNode, std::less<>> seen;
    std::map<std::string, FaultNode, std::less<>> kept;
};

/// The folders, and the changes of names that the medium does not have yet. Not thread-safe.
class FaultTree {
public:
    FaultTree() : root_(std::make_shared<FaultFolder>()) {}

    /// Where a path leads: the folder that holds (or would hold) it, its name there, and the node.
    struct Place {
        std::shared_ptr<FaultFolder> folder;
        std::string name;  // empty for the root
        const FaultNode* node = nullptr;
    };
    /// Errors: NotFound or FailedPrecondition if a folder on the way is missing or is none;
    /// InvalidArgument for a path without elements to go by or with "..".
    [[nodiscard]] Result<Place> find(std::string_view verb, const std::string& path) const;
    /// Errors: as find; NotFound and FailedPrecondition also for the last element.
    [[nodiscard]] Result<std::shared_ptr<FaultFolder>> folder(std::string_view verb,
                                                              const std::string& path) const;

    void add(const Place& at, FaultNode node);
    void remove(const Place& at);
    /// Takes the node of `from` to `to` in one step.
    void rename(const Place& from, const Place& to);
    /// Makes a folder durable at once, with its name.
    void addDurable(const Place& at);
    /// The names in `folder` are kept. A rename out of it is kept at its other end too.
    void sync(const std::shared_ptr<FaultFolder>& folder);
    /// The tree becomes what the medium has; with `torn` also the first so many unsynced changes.
    void crash(std::mt19937_64* torn);

    /// Bytes in all files that can be seen.
    [[nodiscard]] std::uint64_t usedBytes() const;

private:
    struct Edit {
        std::shared_ptr<FaultFolder> folder;
        std::string name;
        std::optional<FaultNode> node;  // nothing: the name goes
    };
    using Change = std::vector<Edit>;  // all edits of one change are kept together

    static void keep(const Edit& edit);
    /// Drops the edits of the same name in the changes before `change`: what is kept is newer.
    void forget(std::size_t change, const Edit& kept);

    std::shared_ptr<FaultFolder> root_;
    std::vector<Change> changes_;
};

}  // namespace liuhen::core
