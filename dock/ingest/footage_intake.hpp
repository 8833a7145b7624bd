// SPDX-License-Identifier: Apache-2.0
// Fetches the segments that stored chapters tell of and hands them to the vault.
#pragma once

#include "common/core/clock.hpp"
#include "dock/ingest/session.hpp"

#include <set>
#include <utility>
#include <vector>

namespace liuhen::ingest {

/// All generations of one recorder, one pass.
class FootageIntake {
public:
    FootageIntake(Session& session, const Patience& patience)
        : session_(session), patience_(patience) {}

    /// Takes every segment that is missing; those that the recorder does not have are noted as
    /// absent. Errors: of cable, vault and catalogue; DataLoss or ResourceExhausted if the recorder
    /// does not send what its entries tell of.
    [[nodiscard]] Result<Flow> run(const std::vector<std::uint64_t>& generations);

private:
    using Name = std::pair<std::uint64_t, std::uint64_t>;

    struct Wanted {
        SegmentPlace place;
        std::optional<catalogue::SegmentRow> row;
    };
    struct Committing {
        vault::Offer offer;
        ByteSource source;
    };
    /// What the vault misses of a generation, page by page.
    [[nodiscard]] Result<Flow> takeMissing(std::uint64_t generation);
    /// What is stored, but not entered, as after a crash between the two.
    [[nodiscard]] Result<Flow> takeNotEntered(std::uint64_t generation);
    /// Adds what was not tried yet to the batch.
    void want(std::vector<Wanted>& batch,
              const SegmentPlace& place,
              std::optional<catalogue::SegmentRow> row);
    [[nodiscard]] Result<Flow> takeAll(const std::vector<Wanted>& batch);
    [[nodiscard]] Result<Flow> take(const Wanted& wanted);
    /// Fetches a segment while the vault commits the one before, then finishes that one.
    [[nodiscard]] Result<Flow> fetch(const Wanted& wanted, vault::Offer offer, SegmentHead head);
    [[nodiscard]] Result<Flow> finishCommit();
    [[nodiscard]] Result<Flow> conclude(const vault::Offer& offer, const Taken& taken);
    [[nodiscard]] Result<void> noteAbsent(const Wanted& wanted, const vault::Place& place);

    Session& session_;
    const Patience& patience_;
    core::SystemClock clock_;
    std::set<std::pair<std::uint64_t, Name>> tried_;
    std::uint64_t total_ = 0;
    std::optional<Committing> committing_;
};

}  // namespace liuhen::ingest
