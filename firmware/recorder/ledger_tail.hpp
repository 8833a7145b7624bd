// SPDX-License-Identifier: Apache-2.0
// The end of the ledger that no sync has answered for yet, and the chapter files it goes to.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/files.hpp"
#include "firmware/storage/internal_entries.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace liuhen::recorder {

/// Keeps every entry in memory until a sync has answered for it, so that nothing signed is lost to
/// a card that fails or is away for a while.
///
/// After any error the file is given up. The next try, with back-off, opens it anew, cuts it back
/// to the length last synced and writes all since then again: a sync that failed is never believed
/// later on. Until one has succeeded all of it is durable on internal storage too, so that a power
/// cut meanwhile loses no entry. Not thread-safe.
class LedgerTail {
public:
    /// `internalFolder` may be empty: then nothing is kept off the card.
    LedgerTail(core::Files& files,
               const std::string& cardFolder,
               const std::string& internalFolder = "");

    /// Entries go to the chapter file that begins at `first` from now on; `syncedBytes` of it are
    /// durable already.
    void begin(std::uint64_t generation, std::uint64_t first, std::uint64_t syncedBytes);
    /// The card has gone for good: what is unsynced stays on internal storage alone. Then begin().
    void moveOn();
    /// The next entry begins another chapter of the same generation.
    void beginChapter(std::uint64_t first);

    /// Takes an entry and writes what is not written, if a try is due. Never fails: what the card
    /// refuses stays in memory and is logged.
    void add(core::ByteView entry, core::Nanoseconds now);

    /// Writes what is not written and syncs; tries at once, whatever happened before.
    ///
    /// Errors: of core::Files; FailedPrecondition if the card is another one than before. Nothing
    /// counts as synced then.
    [[nodiscard]] core::Result<void> sync(core::Nanoseconds now);

    [[nodiscard]] bool isSynced() const;
    /// Where the newest chapter begins. After begin().
    [[nodiscard]] std::uint64_t chapterFirst() const { return chapters_.back().first; }
    /// Whether the time to try again after an error has come.
    [[nodiscard]] bool mayTry(core::Nanoseconds now) const { return now >= retryAt_; }
    /// Why the last try failed; nothing once one has succeeded.
    [[nodiscard]] const std::optional<core::Error>& trouble() const { return trouble_; }

private:
    struct Chapter {
        std::uint64_t first = 0;
        std::string path;
        std::uint64_t syncedBytes = 0;
        core::Buffer mark;        // the last synced bytes, to know the file by
        core::Buffer bytes;       // since then
        std::size_t written = 0;  // of `bytes`, to the open file
        bool made = false;        // its file, by this process
    };

    [[nodiscard]] std::string pathOf(std::uint64_t first) const;
    [[nodiscard]] core::Result<void> open(Chapter& chapter);
    [[nodiscard]] core::Result<std::unique_ptr<core::File>> openOrMake(Chapter& chapter);
    [[nodiscard]] core::Result<void> check(const core::File& file, Chapter& chapter) const;
    [[nodiscard]] core::Result<void> write(Chapter& chapter);
    [[nodiscard]] core::Result<void> syncAll();
    void fail(const core::Error& error, core::Nanoseconds now);
    void keepInternal();
    void dropInternal();

    core::Files* files_;
    std::string ledgerFolder_;
    std::uint64_t generation_ = 0;
    std::deque<Chapter> chapters_;      // all but the last one are ended and not yet synced
    std::unique_ptr<core::File> file_;  // of the first of them
    core::Nanoseconds retryAt_{};
    std::optional<core::Error> trouble_;
    storage::InternalEntries internal_;
    std::uint64_t internalBytes_ = 0;  // of what is unsynced, from its beginning: kept there too
    bool internalHas_ = false;         // there may be files
    std::string internalTold_;
};

}  // namespace liuhen::recorder
