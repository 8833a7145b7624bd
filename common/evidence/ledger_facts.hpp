// SPDX-License-Identifier: Apache-2.0
// What is kept of a ledger's entries beyond their chapter: releases, receipts, names of torn files,
// and the few entries that others ask for.
#pragma once

#include "common/evidence/budget.hpp"
#include "common/evidence/typed_body.hpp"
#include "common/evidence/verdict.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// A release of a segment, a chapter or a torn file.
struct ReleaseRecord {
    std::uint64_t generation = 0;
    std::uint64_t recording = 0;  // segment
    std::uint64_t number = 0;     // segment: its number; chapter: seq of its last entry
    Head receipt;
};

struct TornReleaseRecord {
    std::uint64_t generation = 0;
    std::string file;
    Head receipt;
};

/// A `receipt` entry and where its bytes are.
struct ReceiptRecord {
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest hash{};
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t file = 0;  // of its generation
};

/// A `docking`, or a `clock` with a dock's message, for what they say of time.
struct TimeRecord {
    Head entry;
    Buffer message;  // of a clock; empty: a docking
};

/// An entry's word on a torn file.
struct TornRecord {
    TornFile torn;
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest entry{};
};

/// What is remembered of an entry that somebody asks for.
struct AskedRecord {
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest hash{};
    std::uint64_t boot = 0;
    std::optional<crypto::PublicKey> resume;  // the resume key named last at or before it
};

/// The seq 0 of a generation.
struct OpeningRecord {
    GenesisBody body;
    bool rollback = false;
    std::string device;
    Digest hash{};
    std::uint64_t boot = 0;
    std::int64_t utcUs = 0;
    Place place;
};

/// Facts in the order of their entries.
struct LedgerFacts {
    std::deque<ReleaseRecord> segmentReleases;
    std::deque<ReleaseRecord> chapterReleases;
    std::deque<TornReleaseRecord> tornReleases;
    std::deque<ReceiptRecord> receipts;
    std::deque<TornRecord> torn;
    std::deque<AskedRecord> asked;
    std::deque<TimeRecord> times;
    std::vector<Finding> findings;  // at most kMaxFindings
    std::uint64_t findingsLeftOut = 0;

    /// Keeps what is to be kept of an entry. Errors: ResourceExhausted.
    [[nodiscard]] Result<void> take(const Entry& entry,
                                    const Body& body,
                                    const Place& place,
                                    std::uint32_t file,
                                    Budget& budget);
    /// Declared losses and interruptions; `bootBefore` is the counter of the entry before.
    void findIn(const Entry& entry,
                const Body& body,
                const Place& place,
                std::optional<std::uint64_t> bootBefore);
    void append(LedgerFacts more);

private:
    void findClock(const Entry& entry, const Place& place);
    void find(std::string kind, const Place& place, std::string text);
};

}  // namespace liuhen::evidence
