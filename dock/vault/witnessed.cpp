// SPDX-License-Identifier: Apache-2.0
// Checkpoints as they are shown to others, and what is known of those who remember them.
#include "common/core/log.hpp"
#include "common/evidence/witnesses.hpp"
#include "common/tlog/checkpoint.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

/// Somewhat longer than a dock waits from one look to the next, so that each witness asks once.
constexpr core::Nanoseconds kProposed = std::chrono::seconds(90);

}  // namespace

Result<CheckpointAnswer> Vault::checkpoint(std::uint64_t oldSize) {
    return checkpointFor(oldSize, ShownTo::Anybody);
}

Result<CheckpointAnswer> Vault::checkpointForWitness(std::uint64_t oldSize) {
    return checkpointFor(oldSize, ShownTo::Witness);
}

Result<CheckpointAnswer> Vault::checkpointFor(std::uint64_t oldSize, ShownTo whom) {
    LIUHEN_CHECK(usable());
    std::unique_lock lock(mutex_);
    CheckpointAnswer answer;
    const auto newest = publishLeaves();
    tlog::TileStore& tiles = log_->tiles();
    const bool full =
        !newest && newest.error().kind == ErrorKind::ResourceExhausted && !tiles.note().empty();
    if (!newest && !full) {  // without room for a newer one, the present one goes out
        return tl::make_unexpected(newest.error());
    }
    if (oldSize > tiles.size()) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("prove a checkpoint of {} leaves: this log has {}", oldSize, tiles.size()));
    }
    const std::uint64_t size = whom == ShownTo::Witness ? proposedSize(oldSize) : tiles.size();
    LIUHEN_TRY(answer.note, noteAt(size));
    LIUHEN_TRY(answer.path, tiles.consistencyPath(oldSize, size));
    answer.certificate = parts_.identity.checkpointCertificate.der();
    lock.unlock();
    // Who remembers it must find it again after a restore. Without the second copy it goes all the
    // same: recorders could not be taken in.
    if (second_ != nullptr && second_->logSize() < size) {
        if (const auto ready = readySecond(); ready) {
            const auto mirrored = mirrorLog();
            noteSecond(mirrored ? std::string() : mirrored.error().message);
        }
    }
    return answer;
}

/// The tree that a witness is shown which remembers `oldSize` leaves. It stays the same until it is
/// witnessed or a while has passed: a quorum counts cosignatures of one note only.
std::uint64_t Vault::proposedSize(std::uint64_t oldSize) {
    const tlog::TileStore& tiles = log_->tiles();
    const core::Nanoseconds now = parts_.clock.boottime();
    const bool stands = proposal_ && oldSize < proposal_->size &&
                        tiles.witnessedSize() < proposal_->size &&
                        now - proposal_->since < kProposed;
    if (!stands) {
        proposal_ = Proposal{tiles.size(), now};
    }
    return proposal_->size;
}

/// The note of the log's tree of so many leaves, with the cosignatures that are known. The log's
/// own line is the same each time: Ed25519 has no randomness.
Result<std::string> Vault::noteAt(std::uint64_t size) {
    tlog::TileStore& tiles = log_->tiles();
    if (size == tiles.size()) {
        return tiles.note();
    }
    if (const auto found = cosigned_.find(size); found != cosigned_.end()) {
        return found->second;
    }
    if (size == tiles.witnessedSize()) {
        return tiles.witnessed();
    }
    LIUHEN_TRY(const Digest root, tiles.rootAt(size));
    return tlog::signCheckpoint({parts_.identity.origin, size, root},
                                parts_.identity.origin,
                                parts_.identity.checkpointKey);
}

/// Read anew each time: the agency may name another witness while the vault runs.
Result<evidence::Witnesses> Vault::namedWitnesses() {
    return folders_.witnesses.empty() ? Result<evidence::Witnesses>(evidence::Witnesses())
                                      : evidence::Witnesses::open(parts_.files, folders_.witnesses);
}

Result<void> Vault::tellWitnesses(Status& status) {
    Witnessing& told = status.witnessing;
    const auto witnesses = namedWitnesses();
    std::vector<std::string> notes;
    std::string seen;
    std::uint64_t evidence = 0;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [size, note] : cosigned_) {
            notes.push_back(note);
        }
        seen = log_->tiles().witnessed();
        notes.push_back(log_->tiles().note());
        LIUHEN_TRY(evidence, records_.evidenceEnd());
        LIUHEN_TRY(told.recorders, records_.recorderCount());
    }
    if (!witnesses) {
        told.trouble = witnesses.error().message;
        return {};
    }
    const auto& keys = witnesses->keys();
    for (std::size_t i = 0; i < std::min(keys.size(), kWitnessesShown); ++i) {
        told.witnesses.push_back({keys[i].name, 0, 0});
    }
    if (!seen.empty()) {
        notes.push_back(seen);
    }
    for (const std::string& text : notes) {
        LIUHEN_TRY(const tlog::SignedCheckpoint note, tlog::parseCheckpoint(text));
        const std::uint64_t size = note.checkpoint.size;
        for (std::size_t i = 0; i < told.witnesses.size(); ++i) {
            const auto when = tlog::verifyCosignature(note.note, keys[i].name, keys[i].publicKey);
            if (when && size >= told.witnesses[i].leaves) {
                told.witnesses[i].leaves = size;
                told.witnesses[i].unixSeconds = *when;
            }
        }
        // As a check of the folder has it: the newest note, and the one beside it.
        const bool newest = &text == &notes[notes.size() - (seen.empty() ? 1 : 2)];
        const bool kept = !seen.empty() && &text == &notes.back();
        if ((newest || kept) && witnesses->isWitnessed(note.note)) {
            told.leaves = std::max(told.leaves, size);
            told.witnessed = told.witnessed || newest || size >= evidence;
        }
    }
    return {};
}

}  // namespace liuhen::vault
