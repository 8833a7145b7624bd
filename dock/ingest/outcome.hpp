// SPDX-License-Identifier: Apache-2.0
// What an intake brought, object by object.
#pragma once

#include "dock/ingest/progress.hpp"
#include "dock/vault/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::ingest {

/// How far an object came. `verified` and `committed` lie within the vault's answer to a commit.
enum class ObjectState {
    Offered,
    Receiving,
    Received,
    Verified,
    Committed,
    Receipted,
    Quarantined,
    Forked,
    Absent,   // the recorder has no such file
    Waiting,  // not taken now: something else must be done first
};

[[nodiscard]] std::string_view name(ObjectState state);

struct ObjectOutcome {
    vault::Place place;
    std::uint64_t sizeBytes = 0;
    ObjectState state = ObjectState::Offered;
    std::string verdict;     // of the vault; "" if it gave none
    std::string object;      // hash in hex, if stored
    std::string reason;      // why it is not receipted
    bool delivered = false;  // the recorder has the receipt

    /// Receipted with the verdict `intact`.
    [[nodiscard]] bool good() const {
        return state == ObjectState::Receipted && verdict == "intact";
    }
};

/// One intake. `end` is one of the phases at which an intake ends.
struct Outcome {
    std::string bay;
    std::string device;
    Phase end = Phase::Failed;
    std::string reason;
    bool transient = false;    // failed in a way that may pass: the whole may be run again
    bool refusedPeer = false;  // failed since one side refused the other's certificate
    bool noRoom = false;       // failed since a disk is full: to be run again when there is room
    bool waiting = false;      // some object is Waiting: to be run again later
    std::uint64_t boot = 0;    // the recorder's, to tell another visit
    std::int64_t startUs = 0;
    std::int64_t endUs = 0;
    std::uint64_t footageBytes = 0;            // of the segments below that are receipted
    std::vector<std::string> earlierReceipts;  // of objects stored before, handed over now
    std::uint64_t secondReceipts = 0;          // of two copies, for what had one of fewer
    std::uint64_t omitted = 0;   // objects beyond the list's limit; they are in the counts
    std::uint64_t chapters = 0;  // receipted
    std::uint64_t segments = 0;  // receipted
    std::vector<ObjectOutcome> objects;
    bool allGood = true;  // every object is good() and delivered

    /// Adds to the counts, and to the list while it is short enough.
    void add(ObjectOutcome object);
    /// Adds what an earlier, cut try of the same intake had receipted.
    void join(const Outcome& earlier);
};

}  // namespace liuhen::ingest
