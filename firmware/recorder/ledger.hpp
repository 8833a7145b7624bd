// SPDX-License-Identifier: Apache-2.0
// The running ledger: signs entries, appends them to the card, changes keys, feeds the next link.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/files.hpp"
#include "common/evidence/entry.hpp"
#include "firmware/recorder/keychain.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::recorder {

/// Where the ledger stands when a process begins: what recovery found on the card.
struct LedgerStand {
    bool onCard = false;                 // whether the card holds a ledger at all
    std::uint64_t generation = 0;        // the card's newest
    std::optional<evidence::Head> head;  // its last entry; none if not one could be read
    std::string headKind;                // kind of that entry
    bool holdsKeystoreHead = false;      // whether the chain holds the head that the keystore knows
    std::uint64_t chapterFirst = 0;      // seq of the first entry of the open chapter
    std::optional<crypto::PublicKey> resumeKey;  // that the ledger named last
    std::optional<evidence::Entry> docking;      // the last entry, if it is one
};

/// How well the clock is set, as every entry says.
struct ClockQuality {
    evidence::UtcSource source = evidence::UtcSource::ClockChip;
    std::optional<core::Nanoseconds> syncedAt;  // BOOTTIME of the last sync
};

/// The one place where entries are made. Not thread-safe: the writer thread owns it.
///
/// An appended entry is on the card after sync() has answered, or earlier. Every member that writes
/// may fail with the errors of core::File; the entry then counts as signed all the same and is
/// written with the next one.
class Ledger {
public:
    Ledger(core::Files& files, std::string cardFolder, core::Clock& clock, Keychain& keychain);

    /// Begins this process's stretch: raises the boot counter and writes `genesis` or `rollback`
    /// where the stand asks for it, then `boot`. All of it is synced, the keystore knows the head.
    struct Beginning {
        bool firstGenesis = false;  // this is the recorder's first ledger
        bool rollback = false;
    };
    [[nodiscard]] core::Result<Beginning> begin(const LedgerStand& stand, core::Cbor bootBody);

    /// Signs one entry that is no naming kind and appends it, without a sync.
    [[nodiscard]] core::Result<evidence::Entry> append(std::string_view kind, core::Cbor body);
    /// append, then sync.
    [[nodiscard]] core::Result<evidence::Entry> appendSynced(std::string_view kind,
                                                             core::Cbor body);
    /// appendSynced, then the keystore learns it as head.
    [[nodiscard]] core::Result<evidence::Entry> appendAsHead(std::string_view kind,
                                                             core::Cbor body);
    /// Changes to new epoch and resume keys by an `epoch` entry.
    [[nodiscard]] core::Result<evidence::Entry> changeEpoch();
    /// Ends the chapter by a `docking` entry over the dock's nonce, with new keys.
    [[nodiscard]] core::Result<evidence::Entry> dock(core::ByteView nonce);
    [[nodiscard]] core::Result<void> sync();

    /// A part's entry is signed before its bytes are written, so that both go out in one write:
    /// sign, write the part, then commit or give up.
    [[nodiscard]] evidence::Entry signPart(core::Cbor body);
    /// The part is durable: appends its entry; the next link starts after it.
    [[nodiscard]] core::Result<void> commitPart(const evidence::Entry& part);
    /// The part could not be written: appends its entry and a `part.lost`; both go into the next
    /// link. `torn` is where the bytes are kept that did get written.
    [[nodiscard]] core::Result<void> losePart(const evidence::Entry& part,
                                              std::string_view reason,
                                              std::optional<evidence::TornFile> torn);
    /// The bytes of all entries that the next part's link must hold.
    [[nodiscard]] const core::Buffer& pendingLink() const { return pendingLink_; }

    [[nodiscard]] const evidence::Head& head() const { return head_; }
    [[nodiscard]] std::uint64_t nextSeq() const { return nextSeq_; }
    [[nodiscard]] std::uint64_t boot() const { return boot_; }
    [[nodiscard]] core::Nanoseconds epochBegan() const { return epochBegan_; }
    [[nodiscard]] bool hasUnsynced() const { return unsynced_; }
    void setClockQuality(ClockQuality quality) { quality_ = quality; }
    /// The entries of one generation from `fromSeq` on, synced before; at most about `limitBytes`,
    /// whole entries.
    [[nodiscard]] core::Result<core::Buffer> read(std::uint64_t generation,
                                                  std::uint64_t fromSeq,
                                                  std::size_t limitBytes);
    /// The newest `docking` over this nonce, if it is the newest docking of the ledger.
    [[nodiscard]] std::optional<evidence::Entry> dockingOver(core::ByteView nonce) const;

private:
    [[nodiscard]] evidence::Entry sign(std::string_view kind,
                                       core::Cbor body,
                                       const crypto::PrivateKey& key);
    [[nodiscard]] core::Result<void> write(const evidence::Entry& entry);
    [[nodiscard]] core::Result<void> openChapter();
    [[nodiscard]] core::Result<evidence::Entry> nameKeys(std::string_view kind,
                                                         core::Cbor body,
                                                         const crypto::PrivateKey& key);
    [[nodiscard]] core::Result<evidence::Entry> beginGeneration(const LedgerStand& stand,
                                                                bool rollback);

    core::Files* files_;
    std::string cardFolder_;
    core::Clock* clock_;
    Keychain* keychain_;
    ClockQuality quality_;
    std::unique_ptr<core::File> file_;
    core::Buffer unwritten_;  // entries signed while the card refused them
    core::Buffer pendingLink_;
    evidence::Head head_;
    std::uint64_t generation_ = 0;
    std::uint64_t nextSeq_ = 0;
    std::uint64_t chapterFirst_ = 0;
    std::uint64_t boot_ = 0;
    std::uint64_t lastBoottimeNs_ = 0;
    std::uint64_t lastBoottimeBoot_ = 0;
    core::Nanoseconds epochBegan_{};
    bool unsynced_ = false;
    std::optional<evidence::Entry> lastDocking_;
};

}  // namespace liuhen::recorder
