// SPDX-License-Identifier: Apache-2.0
// One pass over one ledger file; for LedgerWalk alone.
#pragma once

#include "common/evidence/ledger_walk.hpp"

namespace liuhen::evidence {

/// Walks a file from a state that it keeps a copy of.
class FileWalk {
public:
    FileWalk(LedgerWalk::Settings& settings,
             LedgerWalk::State state,
             Chapter chapter,
             std::uint32_t index,
             bool allSignatures)
        : settings_(&settings),
          state_(std::move(state)),
          chapter_(std::move(chapter)),
          index_(index),
          all_(allSignatures) {}

    /// Errors: those of reading; ResourceExhausted.
    [[nodiscard]] Result<void> run(bool isLast);
    /// The two entries that are kept of a pruned stretch which ends before `first`.
    [[nodiscard]] Result<void> runAnchor(std::uint64_t first);

    [[nodiscard]] Chapter& chapter() { return chapter_; }
    [[nodiscard]] LedgerWalk::State& state() { return state_; }

private:
    using Wrong = std::optional<std::string>;

    void fail(Verdict verdict, std::uint64_t seq, std::uint64_t offset, std::string text);
    [[nodiscard]] Result<void> take(ByteView bytes, std::uint64_t offset);
    [[nodiscard]] Wrong judge(const Entry& entry, const Body& body, std::uint64_t offset);
    [[nodiscard]] Wrong judgeIdentity(const Entry& entry) const;
    [[nodiscard]] Wrong judgeSignature(const Entry& entry, const Body& body);
    [[nodiscard]] Wrong judgeStatement(const Entry& entry, const Body& body) const;
    [[nodiscard]] Wrong judgePending();
    [[nodiscard]] Wrong judgeAnchor(const Entry& entry, const Body& body);
    [[nodiscard]] Result<void> keep(Entry entry, Body body, std::uint64_t offset);
    [[nodiscard]] Place placeAt(std::uint64_t seq, std::uint64_t offset) const;

    LedgerWalk::Settings* settings_;
    LedgerWalk::State state_;
    Chapter chapter_;
    std::uint32_t index_;
    bool all_;
    std::optional<Entry> pending_;  // the last entry, if its signature is not checked yet
    std::uint64_t pendingOffset_ = 0;
};

}  // namespace liuhen::evidence
