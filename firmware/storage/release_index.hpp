// SPDX-License-Identifier: Apache-2.0
// What a whole ledger tells of freeing space: segments, the receipts for them, releases so far.
#pragma once

#include "common/evidence/bodies.hpp"
#include "common/evidence/messages.hpp"
#include "firmware/storage/ledger_walk.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace liuhen::storage {

/// A `receipt` entry, and what its message claims. Nothing is verified yet.
struct ReceiptPlace {
    EntryPlace place;
    evidence::Head head;          // of the entry
    std::uint64_t enteredNs = 0;  // ranNs() at the entry
    core::Digest entry{};         // of the segment's last entry
    std::uint64_t copies = 0;
};

/// One segment, as all entries on the card tell.
struct SegmentRecord {
    std::uint64_t seq = 0;       // of its `segment` entry
    core::Digest last{};         // hash of its last entry (custody.md section 2)
    core::Digest beforeLast{};   // as long as `last` may turn out to be a lost part
    std::uint64_t lastPart = 0;  // seq of the part that `last` is of
    std::vector<ReceiptPlace> receipts;
    bool released = false;  // a `release` entry stands
    bool settled = false;   // nothing more is to be done about it
};

/// Generation, seq of the recording's start, segment: the oldest is the lowest.
using SegmentName = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

/// Collects while the ledger is read, a little at a time. Not thread-safe.
class ReleaseIndex {
public:
    ReleaseIndex(core::Files& files, const std::string& cardFolder) : walk_(files, cardFolder) {}

    /// Reads on; answers whether there may be more now. Errors: as LedgerWalk::step.
    [[nodiscard]] core::Result<bool> step(std::size_t limitBytes);

    [[nodiscard]] std::map<SegmentName, SegmentRecord>& segments() { return segments_; }
    /// For how long the recorder ran, as the entries read so far tell: the sum of what BOOTTIME
    /// moved on from entry to entry of one process start. It only grows, is never more than what
    /// passed, and no clock that can be set is in it (ADR 0033).
    [[nodiscard]] std::uint64_t ranNs() const { return ranNs_; }
    /// The receipt in this entry, verified, and the entry is still the one that was seen. Errors:
    /// those of reading and of Receipt::verify; DataLoss for another entry.
    [[nodiscard]] core::Result<evidence::Receipt> verify(const ReceiptPlace& held,
                                                         const crypto::Certificate& root);

private:
    void see(const EntryPlace& place, core::ByteView bytes);
    void seeFootage(const evidence::Entry& entry);
    void seeReceipt(const EntryPlace& place, const evidence::Entry& entry);
    void seeLost(const evidence::Entry& entry);
    void seeTime(const evidence::Entry& entry);
    [[nodiscard]] SegmentRecord* find(const evidence::Entry& entry,
                                      std::uint64_t recording,
                                      std::uint64_t segment);

    /// Of the entry read last.
    struct Moment {
        std::uint64_t generation = 0;
        std::uint64_t boot = 0;
        std::uint64_t boottimeNs = 0;
    };

    LedgerWalk walk_;
    std::optional<Moment> last_;
    std::uint64_t ranNs_ = 0;
    std::map<SegmentName, SegmentRecord> segments_;
};

}  // namespace liuhen::storage
