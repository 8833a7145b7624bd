// SPDX-License-Identifier: Apache-2.0
// A file of the fault-injecting storage, and the counting that each operation goes through.
#include "common/core/fault_state.hpp"

#include <errno.h>

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::core {

tl::unexpected<Error> powerCut(std::string_view what) {
    return fail(ErrorKind::Unavailable, std::string(what) + ": power cut");
}

std::string_view verbOf(FileOperation operation) {
    switch (operation) {
        case FileOperation::Open:
            return "open";
        case FileOperation::Read:
            return "read";
        case FileOperation::Append:
            return "append to";
        case FileOperation::Truncate:
            return "truncate";
        case FileOperation::Sync:
            return "sync";
        case FileOperation::List:
            return "list";
        case FileOperation::MakeFolders:
            return "make folder";
        case FileOperation::Rename:
            return "rename";
        case FileOperation::Remove:
            return "remove";
        case FileOperation::SyncFolder:
            return "sync folder";
    }
    return "use";
}

Result<int> FaultFiles::State::begin(FileOperation operation, const std::string& path) {
    Fault asked;
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex);
        if (dark()) {
            return powerCut(fmt::format("{} {}", verbOf(operation), path));
        }
        number = operations++;
        --operationsLeft;
        if (operation == FileOperation::Sync || operation == FileOperation::SyncFolder) {
            ++syncs;
            --syncsLeft;
        }
        asked = fault;
    }
    return asked ? asked(operation, path, number) : 0;
}

Result<void> FaultFiles::State::pass(FileOperation operation, const std::string& path) {
    LIUHEN_TRY(const int answer, begin(operation, path));
    if (answer != 0) {
        return failErrno(answer, fmt::format("{} {}", verbOf(operation), path));
    }
    return {};
}

std::uint64_t FaultFiles::State::freeBytes() const {
    if (quotaBytes == UINT64_MAX) {
        return UINT64_MAX;
    }
    const std::uint64_t used = tree.usedBytes();
    return used < quotaBytes ? quotaBytes - used : 0;
}

/// A file until the next crash.
class FaultFiles::State::OpenFile final : public File {
public:
    OpenFile(std::shared_ptr<State> state,
             std::shared_ptr<FaultInode> inode,
             std::string path,
             bool writable)
        : state_(std::move(state)),
          inode_(std::move(inode)),
          path_(std::move(path)),
          writable_(writable),
          crashes_(state_->crashes) {}

    [[nodiscard]] Result<std::uint64_t> size() const override {
        const std::lock_guard lock(state_->mutex);
        if (gone() || state_->dark()) {
            return powerCut("size of " + path_);
        }
        return std::uint64_t{inode_->seen().size()};
    }

    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override {
        LIUHEN_CHECK(state_->pass(FileOperation::Read, path_));
        const std::lock_guard lock(state_->mutex);
        if (gone()) {
            return powerCut("read " + path_);
        }
        const Buffer& content = inode_->seen();
        if (offset >= content.size()) {
            return std::size_t{0};
        }
        const ByteView from = ByteView(content).subspan(static_cast<std::size_t>(offset));
        const std::size_t have = std::min(from.size(), into.size());
        std::copy_n(from.begin(), have, into.begin());
        return have;
    }

    [[nodiscard]] Result<void> append(std::span<const ByteView> pieces) override {
        LIUHEN_CHECK(checkWritable("append to"));
        LIUHEN_TRY(int reason, state_->begin(FileOperation::Append, path_));
        Buffer bytes;
        for (const ByteView piece : pieces) {
            core::append(bytes, piece);
        }
        const std::lock_guard lock(state_->mutex);
        if (gone()) {
            return powerCut("append to " + path_);
        }
        if (reason == ENOSPC || reason == EIO) {
            bytes.resize(bytes.size() / 2);
        } else if (reason != 0) {
            bytes.clear();
        }
        if (const std::uint64_t free = state_->freeBytes(); bytes.size() > free) {
            bytes.resize(static_cast<std::size_t>(free));
            reason = ENOSPC;
        }
        inode_->append(bytes);
        if (reason != 0) {
            return failErrno(reason, "append to " + path_);
        }
        return {};
    }

    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        LIUHEN_CHECK(checkWritable("truncate"));
        LIUHEN_CHECK(state_->pass(FileOperation::Truncate, path_));
        const std::lock_guard lock(state_->mutex);
        if (gone()) {
            return powerCut("truncate " + path_);
        }
        const std::uint64_t now = inode_->seen().size();
        if (size > now && size - now > state_->freeBytes()) {
            return failErrno(ENOSPC, "truncate " + path_);
        }
        inode_->truncate(static_cast<std::size_t>(size));
        return {};
    }

    [[nodiscard]] Result<void> sync() override {
        const Result<int> reason = state_->begin(FileOperation::Sync, path_);
        if (!reason) {
            return tl::unexpected<Error>(reason.error());
        }
        const std::lock_guard lock(state_->mutex);
        if (gone()) {
            return powerCut("sync " + path_);
        }
        if (*reason != 0) {
            inode_->failSync();
            return failErrno(*reason, "sync " + path_);
        }
        inode_->sync();
        return {};
    }

private:
    [[nodiscard]] bool gone() const { return crashes_ != state_->crashes; }

    [[nodiscard]] Result<void> checkWritable(std::string_view verb) const {
        if (!writable_) {
            return fail(ErrorKind::FailedPrecondition,
                        fmt::format("{} {}: opened for reading", verb, path_));
        }
        return {};
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<FaultInode> inode_;
    std::string path_;
    bool writable_;
    std::uint64_t crashes_;
};

std::unique_ptr<File> FaultFiles::State::openFile(std::shared_ptr<State> state,
                                                  std::shared_ptr<FaultInode> inode,
                                                  std::string path,
                                                  bool writable) {
    return std::make_unique<OpenFile>(
        std::move(state), std::move(inode), std::move(path), writable);
}

}  // namespace liuhen::core
