// SPDX-License-Identifier: Apache-2.0
// The fault-injecting storage: what is done to names, and how the power is cut.
#include "common/core/fault_files.hpp"

#include "common/core/fault_state.hpp"

#include <errno.h>

#include <random>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

using Inode = std::shared_ptr<FaultInode>;
using Folder = std::shared_ptr<FaultFolder>;

/// Whether `inner` is `outer` or lies below it.
bool liesWithin(const Folder& outer, const Folder& inner) {
    std::vector<Folder> left{outer};
    while (!left.empty()) {
        const Folder folder = std::move(left.back());
        left.pop_back();
        if (folder == inner) {
            return true;
        }
        for (const auto& [name, node] : folder->seen) {
            if (const Folder* below = std::get_if<Folder>(&node)) {
                left.push_back(*below);
            }
        }
    }
    return false;
}

/// The errno of replacing one node by another, or 0.
int replacing(const FaultNode& old, const FaultNode& by) {
    const Folder* folder = std::get_if<Folder>(&old);
    if (folder == nullptr) {
        return std::holds_alternative<Folder>(by) ? ENOTDIR : 0;
    }
    if (!std::holds_alternative<Folder>(by)) {
        return EISDIR;
    }
    return (*folder)->seen.empty() ? 0 : ENOTEMPTY;
}

tl::unexpected<Error> precondition(int errorNumber, const std::string& what) {
    Error error = failErrno(errorNumber, what).value();
    error.kind = ErrorKind::FailedPrecondition;
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Result<void> FaultFiles::State::move(const std::string& from, const std::string& to, bool replace) {
    LIUHEN_CHECK(pass(FileOperation::Rename, from));
    const std::string what = fmt::format("rename {} to {}", from, to);
    const std::lock_guard lock(mutex);
    LIUHEN_TRY(const FaultTree::Place source, tree.find("rename", from));
    LIUHEN_TRY(const FaultTree::Place target, tree.find("rename to", to));
    if (source.name.empty() || target.name.empty()) {
        return failErrno(EINVAL, what);
    }
    if (source.node == nullptr) {
        return failErrno(ENOENT, what);
    }
    if (target.node != nullptr && !replace) {
        return failErrno(EEXIST, what);
    }
    if (target.node == source.node) {
        return {};
    }
    const Folder* moved = std::get_if<Folder>(source.node);
    if (moved != nullptr && liesWithin(*moved, target.folder)) {
        return failErrno(EINVAL, what);
    }
    if (const int reason = target.node == nullptr ? 0 : replacing(*target.node, *source.node);
        reason != 0) {
        return precondition(reason, what);
    }
    tree.rename(source, target);
    return {};
}

FaultFiles::FaultFiles(std::uint64_t quotaBytes) : state_(std::make_shared<State>(quotaBytes)) {}
FaultFiles::~FaultFiles() = default;

void FaultFiles::setFault(Fault fault) {
    const std::lock_guard lock(state_->mutex);
    state_->fault = std::move(fault);
}

std::uint64_t FaultFiles::operations() const {
    const std::lock_guard lock(state_->mutex);
    return state_->operations;
}

std::uint64_t FaultFiles::syncs() const {
    const std::lock_guard lock(state_->mutex);
    return state_->syncs;
}

void FaultFiles::crash(std::uint64_t tornSeed) {
    const std::lock_guard lock(state_->mutex);
    std::mt19937_64 torn(tornSeed);
    state_->tree.crash(tornSeed == 0 ? nullptr : &torn);
    ++state_->crashes;
    state_->syncsLeft = UINT64_MAX;
    state_->operationsLeft = UINT64_MAX;
}

void FaultFiles::cutAfterSyncs(std::uint64_t count) {
    const std::lock_guard lock(state_->mutex);
    state_->syncsLeft = count;
}

void FaultFiles::cutAfterOperations(std::uint64_t count) {
    const std::lock_guard lock(state_->mutex);
    state_->operationsLeft = count;
}

Result<std::unique_ptr<File>> FaultFiles::open(const std::string& path, OpenMode mode) {
    LIUHEN_CHECK(state_->pass(FileOperation::Open, path));
    const std::lock_guard lock(state_->mutex);
    LIUHEN_TRY(const FaultTree::Place place, state_->tree.find("open", path));
    const bool create = mode == OpenMode::CreateNew;
    if (create && (place.name.empty() || place.node != nullptr)) {
        return failErrno(EEXIST, "open " + path);
    }
    if (!create && place.node == nullptr && !place.name.empty()) {
        return failErrno(ENOENT, "open " + path);
    }
    Inode inode;
    if (create) {
        inode = std::make_shared<FaultInode>();
        state_->tree.add(place, inode);
    } else if (place.node == nullptr || !std::holds_alternative<Inode>(*place.node)) {
        return precondition(EISDIR, "open " + path);
    } else {
        inode = std::get<Inode>(*place.node);
    }
    const bool writable = mode != OpenMode::Read && mode != OpenMode::ReadScattered;
    return State::openFile(state_, std::move(inode), path, writable);
}

Result<std::vector<FolderItem>> FaultFiles::list(const std::string& folder) {
    LIUHEN_CHECK(state_->pass(FileOperation::List, folder));
    const std::lock_guard lock(state_->mutex);
    LIUHEN_TRY(const Folder found, state_->tree.folder("list", folder));
    std::vector<FolderItem> items;
    for (const auto& [name, node] : found->seen) {
        const Inode* inode = std::get_if<Inode>(&node);
        items.push_back({.name = name,
                         .isFolder = inode == nullptr,
                         .sizeBytes = inode == nullptr ? 0 : (*inode)->seen().size()});
    }
    return items;
}

bool FaultFiles::exists(const std::string& path) {
    const std::lock_guard lock(state_->mutex);
    const Result<FaultTree::Place> place = state_->tree.find("look for", path);
    return !state_->dark() && place && (place->node != nullptr || place->name.empty());
}

Result<void> FaultFiles::makeFolders(const std::string& folder) {
    LIUHEN_CHECK(state_->pass(FileOperation::MakeFolders, folder));
    const std::lock_guard lock(state_->mutex);
    std::size_t end = 0;
    while (end != std::string::npos) {
        end = folder.find('/', folder.find_first_not_of('/', end));
        const std::string part = folder.substr(0, end);
        LIUHEN_TRY(const FaultTree::Place place, state_->tree.find("make folder", part));
        if (place.name.empty()) {
            continue;
        }
        if (place.node == nullptr) {
            state_->tree.addDurable(place);
        } else if (!std::holds_alternative<Folder>(*place.node)) {
            return precondition(ENOTDIR, "make folder " + part);
        }
    }
    return {};
}

Result<void> FaultFiles::rename(const std::string& from, const std::string& to) {
    return state_->move(from, to, true);
}

Result<void> FaultFiles::renameNoReplace(const std::string& from, const std::string& to) {
    return state_->move(from, to, false);
}

Result<void> FaultFiles::remove(const std::string& path) {
    LIUHEN_CHECK(state_->pass(FileOperation::Remove, path));
    const std::lock_guard lock(state_->mutex);
    LIUHEN_TRY(const FaultTree::Place place, state_->tree.find("remove", path));
    if (place.node == nullptr) {
        return failErrno(place.name.empty() ? EINVAL : ENOENT, "remove " + path);
    }
    if (const Folder* folder = std::get_if<Folder>(place.node);
        folder != nullptr && !(*folder)->seen.empty()) {
        return precondition(ENOTEMPTY, "remove " + path);
    }
    state_->tree.remove(place);
    return {};
}

Result<void> FaultFiles::syncFolder(const std::string& folder) {
    LIUHEN_CHECK(state_->pass(FileOperation::SyncFolder, folder));
    const std::lock_guard lock(state_->mutex);
    LIUHEN_TRY(const Folder found, state_->tree.folder("sync folder", folder));
    state_->tree.sync(found);
    return {};
}

Result<std::uint64_t> FaultFiles::freeBytes(const std::string& folder) {
    const std::lock_guard lock(state_->mutex);
    if (state_->dark()) {
        return powerCut("measure " + folder);
    }
    LIUHEN_TRY(const Folder found, state_->tree.folder("measure", folder));
    return state_->freeBytes();
}

}  // namespace liuhen::core
