// SPDX-License-Identifier: Apache-2.0
// Fetches a generation's entries, cuts them into chapters and hands those to the vault.
#pragma once

#include "dock/ingest/session.hpp"
#include "dock/ingest/spool.hpp"

#include <optional>

namespace liuhen::ingest {

/// The most that one intake takes of one generation's ledger.
inline constexpr std::uint64_t kMaxLedgerBytes = std::uint64_t{1} << 30U;

/// One generation, one pass. Nothing that the recorder sends is trusted: entries are cut here and
/// judged in the vault.
class LedgerIntake {
public:
    LedgerIntake(Session& session, Spool& spool, std::uint64_t generation)
        : session_(session), spool_(spool), generation_(generation) {}

    /// Takes all chapters that the vault does not have, up to the first that it does not store:
    /// what comes behind must wait for that one. Entries after the last docking stay for the next
    /// time. Errors: of cable, vault and catalogue; DataLoss if the recorder does not go on with
    /// what it was asked for, or beyond kMaxLedgerBytes.
    [[nodiscard]] Result<Flow> run();

    /// Whether entries after the last docking tell of footage, or of what people did.
    [[nodiscard]] bool tailMatters() const { return tailMatters_; }

private:
    /// Where the vault's, and the catalogue's, knowledge ends.
    struct Join {
        std::uint64_t next = 0;
        std::optional<core::Digest> last;  // hash of the entry before `next`
    };
    [[nodiscard]] Result<Join> findJoin();
    [[nodiscard]] Result<Flow> pass(const Join& join, bool& joined);
    [[nodiscard]] Result<Flow> takeEntries(core::ByteView bytes);
    /// Whether the first entry that came goes on where `join` ended. An entry that the vault has
    /// already is cut off the front.
    [[nodiscard]] static bool goesOn(const Join& join, core::ByteView& bytes);
    [[nodiscard]] Result<Flow> closeChapter(const std::optional<core::Digest>& docking);
    /// A generation after the first names the docking that ended the one before.
    [[nodiscard]] Result<void> lookAtGenesis(const evidence::Entry& genesis);

    Session& session_;
    Spool& spool_;
    std::uint64_t generation_;
    std::uint64_t next_ = 0;              // seq due
    std::optional<std::uint64_t> first_;  // seq of the first entry in the spool
    bool tailMatters_ = false;
    bool ended_ = false;  // a chapter was not stored: nothing after it can be
    std::uint64_t received_ = 0;
};

}  // namespace liuhen::ingest
