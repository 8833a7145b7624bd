// SPDX-License-Identifier: Apache-2.0
// Frees the card of footage that a vault has confirmed, oldest first, a little work at a time.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/crypto/digest.hpp"
#include "firmware/recorder/ledger.hpp"
#include "firmware/storage/release_index.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace liuhen::recorder {

/// Which receipts free space.
struct ReleasePolicy {
    std::optional<crypto::Certificate> root;  // the agency's; none: nothing is ever freed
    /// Receipts of fewer than two copies count once the recorder ran for so long since they came;
    /// none: they never do. Not negative.
    std::optional<std::chrono::seconds> singleCopyAfter;
};

/// Frees one segment after the other: receipt and file checked, `release` synced, file removed
/// (design section 6, ADR 0018). Not thread-safe: the writer thread owns it.
///
/// Power loss at any point: the file is there, or a `release` that names it is durable.
class Releaser {
public:
    Releaser(core::Files& files,
             const std::string& cardFolder,
             core::Clock& clock,
             Ledger& ledger,
             ReleasePolicy policy);

    /// Does some milliseconds of work, if there is any: reads on in the ledger, checks a file,
    /// frees it. Answers whether room was made: ask then whether more is wanted. Call it often
    /// while it is. Errors are logged and tried again later.
    bool step();
    /// Begins anew: the card is another one.
    void forget();

    /// The policy as entries tell it.
    [[nodiscard]] core::Cbor describePolicy() const;

private:
    enum class Stage { Index, Hash, Sync, Remove };
    struct Job {
        storage::SegmentName name;
        evidence::Head receiptHead;
        evidence::Receipt receipt;
        std::unique_ptr<core::File> file;
        crypto::Sha256 hash;
        std::uint64_t offset = 0;
        std::optional<evidence::Head> release;  // to be synced; none: one stood before
    };

    [[nodiscard]] core::Result<void> work();
    [[nodiscard]] core::Result<void> readLedger();
    [[nodiscard]] core::Result<void> pick();
    [[nodiscard]] core::Result<void> hashOn();
    [[nodiscard]] core::Result<void> syncRelease();
    [[nodiscard]] core::Result<void> remove();
    [[nodiscard]] bool allows(const storage::ReceiptPlace& receipt) const;
    [[nodiscard]] bool isRunning(const storage::SegmentName& name,
                                 const storage::SegmentRecord& record) const;
    [[nodiscard]] bool take(const storage::SegmentName& name,
                            storage::SegmentRecord& record,
                            std::unique_ptr<core::File>& file);
    [[nodiscard]] std::string pathOf(const storage::SegmentName& name) const;
    void keep(std::string_view why);
    void enter();

    core::Files* files_;
    std::string cardFolder_;
    core::Clock* clock_;
    Ledger* ledger_;
    ReleasePolicy policy_;
    storage::ReleaseIndex index_;
    Stage stage_ = Stage::Index;
    std::optional<Job> job_;
    core::Nanoseconds due_{};
    std::string told_;
};

}  // namespace liuhen::recorder
