// SPDX-License-Identifier: Apache-2.0
// The simulated card: a folder with a quota that can be pulled, and the files that feel both.
#pragma once

#include "common/core/files.hpp"
#include "hal/card.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace liuhen::hal::sim {

/// What card and files share. Thread-safe.
struct CardState {
    std::string folder;
    std::uint64_t quotaBytes = UINT64_MAX;
    std::atomic<bool> present = true;
    std::atomic<std::uint64_t> pulls = 0;      // open files from before a pull stay dead
    std::atomic<std::uint64_t> usedBytes = 0;  // sizes of all files in the folder
};

class SimCard final : public Card {
public:
    /// Makes the folder if need be and adds up what is in it.
    [[nodiscard]] static core::Result<std::unique_ptr<SimCard>> open(core::Files& system,
                                                                     std::string folder,
                                                                     std::uint64_t quotaBytes);

    [[nodiscard]] const std::string& folder() const override { return state_->folder; }
    [[nodiscard]] bool present() const override { return state_->present; }
    [[nodiscard]] core::Result<std::uint64_t> freeBytes() const override;

    void pull();
    void putBack() { state_->present = true; }
    [[nodiscard]] const std::shared_ptr<CardState>& state() const { return state_; }

private:
    SimCard(core::Files& system, std::shared_ptr<CardState> state)
        : system_(system), state_(std::move(state)) {}

    core::Files& system_;
    std::shared_ptr<CardState> state_;
};

/// The system's files, where those in the card's folder obey its quota and its presence.
///
/// Without the card they answer EIO (DataLoss), as a pulled card does. At the quota as much is
/// written as fits, then ENOSPC (ResourceExhausted).
class SimFiles final : public core::Files {
public:
    /// `system` must outlive it.
    SimFiles(core::Files& system, std::shared_ptr<CardState> card)
        : system_(system), card_(std::move(card)) {}

    [[nodiscard]] core::Result<std::unique_ptr<core::File>> open(const std::string& path,
                                                                 core::OpenMode mode) override;
    [[nodiscard]] core::Result<std::vector<core::FolderItem>> list(
        const std::string& folder) override;
    [[nodiscard]] bool exists(const std::string& path) override;
    [[nodiscard]] core::Result<void> makeFolders(const std::string& folder) override;
    [[nodiscard]] core::Result<void> rename(const std::string& from,
                                            const std::string& to) override;
    [[nodiscard]] core::Result<void> renameNoReplace(const std::string& from,
                                                     const std::string& to) override;
    [[nodiscard]] core::Result<void> remove(const std::string& path) override;
    [[nodiscard]] core::Result<void> syncFolder(const std::string& folder) override;
    [[nodiscard]] core::Result<std::uint64_t> freeBytes(const std::string& folder) override;

private:
    [[nodiscard]] bool onCard(const std::string& path) const;
    [[nodiscard]] core::Result<void> check(const std::string& path, const char* attempt) const;
    [[nodiscard]] std::uint64_t sizeOf(const std::string& path);

    core::Files& system_;
    std::shared_ptr<CardState> card_;
};

}  // namespace liuhen::hal::sim
