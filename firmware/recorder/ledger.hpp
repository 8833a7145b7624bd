// SPDX-License-Identifier: Apache-2.0
// The running ledger: signs entries, keeps them until they are safe, changes keys, feeds the links.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/files.hpp"
#include "common/evidence/entry.hpp"
#include "firmware/recorder/keychain.hpp"
#include "firmware/recorder/ledger_reader.hpp"
#include "firmware/recorder/ledger_tail.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::recorder {

/// When the last entry was made, and in which boot of the machine ("" if it is not told).
struct LastTime {
    evidence::EntryTime time;
    std::string bootId;
};

/// Where the ledger stands when a process begins: what recovery found on the card.
struct LedgerStand {
    std::uint64_t generation = 0;        // the newest of which an entry could be read
    std::optional<evidence::Head> head;  // its last entry; none if no entry could be read
    std::string headKind;                // kind of that entry
    bool holdsKeystoreHead = false;      // whether the chain holds the head that the keystore knows
    std::optional<crypto::PublicKey> resumeKey;  // that the ledger named last
    std::uint64_t chapterFirst = 0;              // seq of the first entry of the open chapter
    std::uint64_t chapterBytes = 0;              // length of its file, all of it synced
    std::optional<evidence::Entry> docking;      // the last one, if it is among what was read
    std::optional<evidence::Entry> assignment;   // likewise
    std::optional<LastTime> last;                // of its last entry
};

/// How well the clock is set, as every entry says.
struct ClockQuality {
    evidence::UtcSource source = evidence::UtcSource::ClockChip;
    std::optional<core::Nanoseconds> syncedAt;  // BOOTTIME of the last sync
};

/// The one place where entries are made. Not thread-safe: the writer thread owns it.
///
/// Signing never fails, and what is signed stays: in memory until sync() has answered for it, and
/// with it the keys that it names. So there is one entry of each seq, whatever the card does.
class Ledger {
public:
    /// `internalFolder`: where entries are kept that the card does not take; may be empty.
    Ledger(core::Files& files,
           std::string cardFolder,
           core::Clock& clock,
           Keychain& keychain,
           const std::string& internalFolder = "");

    /// Begins this process's stretch: raises the boot counter and writes `genesis` or `rollback`
    /// where the stand asks for it, then `boot`.
    ///
    /// Errors: of the keystore, and of the card before a first entry of a generation is synced. A
    /// `boot` that the card refuses stays in memory.
    struct Beginning {
        bool firstGenesis = false;  // this is the recorder's first ledger
        bool rollback = false;
    };
    [[nodiscard]] core::Result<Beginning> begin(const LedgerStand& stand, core::Cbor bootBody);

    /// Begins a new generation on another card by a `genesis` or `rollback` that stands for a boot;
    /// `names` as in `boot`. What the card before has not taken stays on internal storage.
    /// Errors: of the keystore, then nothing has changed. What the card refuses stays in memory.
    [[nodiscard]] core::Result<void> changeCard(const LedgerStand& stand, core::Cbor names);

    /// Signs one entry that is no naming kind and keeps it; on the card once a sync has answered.
    evidence::Entry append(std::string_view kind, core::Cbor body);
    /// As append; the next sync that works tells the keystore that this is the head.
    evidence::Entry appendAsHead(std::string_view kind, core::Cbor body);
    /// Changes to new epoch and resume keys by an `epoch` entry, synced.
    /// Errors: of the keystore, then nothing was signed; of the card, then the keys have changed.
    [[nodiscard]] core::Result<evidence::Entry> changeEpoch();
    /// Ends the chapter by a `docking` entry over the dock's nonce, with new keys, synced and known
    /// to the keystore. Errors: as changeEpoch; ask dockingOver() before another try.
    [[nodiscard]] core::Result<evidence::Entry> dock(core::ByteView nonce);
    /// Everything signed is durable on the card, and the keystore is told. Errors: of the card; a
    /// keystore that refuses is told by keystoreTrouble(), and asked again by upkeep().
    [[nodiscard]] core::Result<void> sync();
    /// As sync; errors of the keystore too.
    [[nodiscard]] core::Result<void> syncAndSettle();
    /// Syncs what no part has made durable for half a second, and tries again what failed.
    void upkeep();

    /// A part's entry is signed before its bytes are written, so that both go out in one write:
    /// sign, write the part, then commit or give up.
    [[nodiscard]] evidence::Entry signPart(core::Cbor body);
    /// The part is durable: its entry is kept; the next link starts after it.
    void commitPart(const evidence::Entry& part);
    /// The part could not be written: its entry and a `part.lost` are kept and go into the next
    /// link. `torn` is where the bytes are that did get written.
    void losePart(const evidence::Entry& part,
                  std::string_view reason,
                  std::optional<evidence::TornFile> torn);
    /// The bytes of all entries that the next part's link must hold. Nothing while no recording is
    /// open.
    [[nodiscard]] const core::Buffer& pendingLink() const { return pendingLink_; }
    /// No recording goes on: links begin again with the next `start`.
    void endLink();

    [[nodiscard]] const evidence::Head& head() const { return head_; }
    /// The last entry that a sync has answered for.
    [[nodiscard]] const evidence::Head& syncedHead() const { return syncedHead_; }
    [[nodiscard]] std::uint64_t nextSeq() const { return nextSeq_; }
    [[nodiscard]] const std::string& device() const { return keychain_->device(); }
    /// Seq of the first entry of the running chapter.
    [[nodiscard]] std::uint64_t chapterFirst() const { return tail_.chapterFirst(); }
    [[nodiscard]] std::uint64_t boot() const { return boot_; }
    [[nodiscard]] core::Nanoseconds epochBegan() const { return epochBegan_; }
    [[nodiscard]] bool hasUnsynced() const { return !tail_.isSynced(); }
    /// Why the card refused last; nothing if all is well.
    [[nodiscard]] const std::optional<core::Error>& trouble() const { return tail_.trouble(); }
    [[nodiscard]] const std::optional<core::Error>& keystoreTrouble() const {
        return keystoreTrouble_;
    }
    void setClockQuality(ClockQuality quality) { quality_ = quality; }
    [[nodiscard]] const ClockQuality& clockQuality() const { return quality_; }

    /// The entries of one generation from `fromSeq` on, synced before; at most about `limitBytes`,
    /// whole entries.
    [[nodiscard]] core::Result<core::Buffer> read(std::uint64_t generation,
                                                  std::uint64_t fromSeq,
                                                  std::size_t limitBytes);
    [[nodiscard]] LedgerReader& reader() { return reader_; }
    /// The newest `docking` of the ledger; none before the first.
    [[nodiscard]] const std::optional<evidence::Entry>& lastDocking() const { return lastDocking_; }
    /// The same, if it is over this nonce.
    [[nodiscard]] std::optional<evidence::Entry> dockingOver(core::ByteView nonce) const;

private:
    struct DueHead {
        evidence::Head head;
        Keychain::Learn what = Keychain::Learn::Head;
    };
    [[nodiscard]] evidence::Entry sign(std::string_view kind,
                                       core::Cbor body,
                                       const crypto::PrivateKey& key);
    void keep(const evidence::Entry& entry);
    [[nodiscard]] core::Result<evidence::NextKeys> prepareChange();
    void tellKeystore(const core::Error& error);
    [[nodiscard]] evidence::Entry nameKeys(std::string_view kind,
                                           core::Cbor body,
                                           const crypto::PrivateKey& key);
    [[nodiscard]] core::Result<void> beginGeneration(const LedgerStand& stand);
    void nameGeneration(const LedgerStand& stand,
                        const evidence::NextKeys& next,
                        bool resumes,
                        core::Cbor names);
    [[nodiscard]] core::Result<void> settle();

    core::Clock* clock_;
    Keychain* keychain_;
    LedgerTail tail_;
    LedgerReader reader_;
    ClockQuality quality_;
    core::Buffer pendingLink_;
    bool linking_ = false;
    std::vector<DueHead> dueHeads_;                    // signed, not yet synced
    std::optional<core::Nanoseconds> uncoveredSince_;  // neither synced nor in a part since then
    evidence::Head head_;
    evidence::Head syncedHead_;
    std::uint64_t generation_ = 0;
    std::uint64_t nextSeq_ = 0;
    std::uint64_t boot_ = 0;
    std::uint64_t lastBoottimeNs_ = 0;
    std::uint64_t lastBoottimeBoot_ = 0;
    core::Nanoseconds epochBegan_{};
    std::optional<core::Error> keystoreTrouble_;
    core::Nanoseconds keystoreRetryAt_{};
    std::optional<evidence::Entry> lastDocking_;
};

}  // namespace liuhen::recorder
