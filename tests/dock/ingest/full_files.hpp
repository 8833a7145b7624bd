// SPDX-License-Identifier: Apache-2.0
// Files of which those that end so cannot grow, as long as they are told to be full.
#pragma once

#include "common/core/files.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace liuhen::test {

class FullFiles final : public core::Files {
public:
    FullFiles(core::Files& files, std::string ending) : files_(files), ending_(std::move(ending)) {}
    std::atomic<bool> full{false};
    std::atomic<std::uint64_t> freeNow{std::uint64_t{1} << 40U};

    [[nodiscard]] core::Result<std::unique_ptr<core::File>> open(const std::string& path,
                                                                 core::OpenMode mode) override {
        LIUHEN_TRY(auto file, files_.open(path, mode));
        if (!path.ends_with(ending_)) {
            return file;
        }
        return std::make_unique<FullFile>(std::move(file), full);
    }
    [[nodiscard]] core::Result<std::vector<core::FolderItem>> list(
        const std::string& folder) override {
        return files_.list(folder);
    }
    [[nodiscard]] bool exists(const std::string& path) override { return files_.exists(path); }
    [[nodiscard]] core::Result<void> makeFolders(const std::string& folder) override {
        return files_.makeFolders(folder);
    }
    [[nodiscard]] core::Result<void> rename(const std::string& from,
                                            const std::string& to) override {
        return files_.rename(from, to);
    }
    [[nodiscard]] core::Result<void> renameNoReplace(const std::string& from,
                                                     const std::string& to) override {
        return files_.renameNoReplace(from, to);
    }
    [[nodiscard]] core::Result<void> remove(const std::string& path) override {
        return files_.remove(path);
    }
    [[nodiscard]] core::Result<void> syncFolder(const std::string& folder) override {
        return files_.syncFolder(folder);
    }
    [[nodiscard]] core::Result<std::uint64_t> freeBytes(const std::string& /*folder*/) override {
        return freeNow.load();
    }

private:
    class FullFile final : public core::File {
    public:
        FullFile(std::unique_ptr<core::File> file, const std::atomic<bool>& full)
            : file_(std::move(file)), full_(full) {}
        [[nodiscard]] core::Result<std::uint64_t> size() const override { return file_->size(); }
        [[nodiscard]] core::Result<std::size_t> readAt(
            std::uint64_t offset, std::span<std::uint8_t> into) const override {
            return file_->readAt(offset, into);
        }
        [[nodiscard]] core::Result<void> append(std::span<const core::ByteView> pieces) override {
            return full_ ? core::Result<void>(core::fail(core::ErrorKind::ResourceExhausted,
                                                         "append: No space left on device"))
                         : file_->append(pieces);
        }
        [[nodiscard]] core::Result<void> truncate(std::uint64_t size) override {
            return file_->truncate(size);
        }
        [[nodiscard]] core::Result<void> sync() override { return file_->sync(); }

    private:
        std::unique_ptr<core::File> file_;
        const std::atomic<bool>& full_;
    };
    core::Files& files_;
    std::string ending_;
};

}  // namespace liuhen::test
