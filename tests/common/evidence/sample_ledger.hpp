// SPDX-License-Identifier: Apache-2.0
// A recorder whose every entry a test may choose: it signs what it is told, right or wrong, and
// keeps the card that would come of it.
#pragma once

#include "common/core/fault_files.hpp"
#include "common/crypto/certificate.hpp"
#include "common/crypto/cose.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/keystore_state.hpp"
#include "common/evidence/messages.hpp"
#include "common/evidence/typed_body.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence::test {

inline constexpr const char* kDevice = "CAM-1";
inline constexpr const char* kVault = "vault-01.test.example";

/// How a part differs from an ordinary one.
struct PartOptions {
    std::optional<std::uint64_t> start =
        std::nullopt;              // media time; else where the one before ended
    bool key = true;               // its first picture is a key frame
    bool written = true;           // its bytes reach the file
    std::uint64_t counter = 0;     // encrypted
    std::size_t lockedBytes = 64;  // encrypted
    std::optional<std::vector<TrackSpan>> tracks =
        std::nullopt;                           // as its entry says, else as they are
    std::optional<Buffer> link = std::nullopt;  // else as it must be
};

struct ReceiptOptions {
    std::string type = "segment";
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> recording;
    std::optional<std::uint64_t> segment;
    std::optional<std::string> file;
    Head entry;
    std::string verdict = "intact";
    std::string vault = kVault;
};

class SampleLedger {
public:
    SampleLedger();

    // Entries. Each is signed with the key that is due, unless one is named.
    Entry add(const std::string& kind, Cbor body);
    Entry add(const std::string& kind, Cbor body, const crypto::PrivateKey& key);
    /// An entry that names new keys; `boot` is signed with the resume key.
    Entry name(const std::string& kind, Cbor body = Cbor::mapOf({}));
    Entry genesis(const Cbor& more = Cbor::mapOf({}));
    /// A boot entry, with the recovery that must follow it unless that is not wanted.
    void boot(bool recover = true, std::vector<std::uint64_t> missing = {});
    Entry dock();
    /// Begins generation `to` of which the genesis names the head of this one.
    Entry succeed(std::uint64_t to, std::optional<Head> docking = std::nullopt);
    std::uint64_t start();
    void end();
    void shutdown() { add("shutdown", Cbor::map({{"reason", "button"}})); }
    void interrupt(std::vector<std::uint64_t> tracks);
    void openSegment(std::uint64_t number, bool preEvent = false, bool encrypted = false);
    Entry part(std::uint64_t number, const PartOptions& options = {});
    void lose(std::uint64_t part);
    void endSegment(std::uint64_t number);
    /// A recording of one segment with two parts, ended.
    std::uint64_t record();
    /// A `receipt` entry of the agency's vault.
    Head receipt(const ReceiptOptions& options);
    void release(const ReleaseBody& body) { add("release", body.toCbor()); }

    // What came of them.
    [[nodiscard]] const Entry& entry(std::uint64_t seq) const {
        return entries_.at({generation, seq});
    }
    [[nodiscard]] Head headOf(std::uint64_t seq) const { return entry(seq).head(); }
    [[nodiscard]] std::uint64_t nextSeq() const { return seq_; }
    [[nodiscard]] Head last() const { return headOf(seq_ - 1); }
    /// "VERDICT generation:seq file@offset" of an entry.
    [[nodiscard]] std::string at(const std::string& verdict, std::uint64_t seq) const;
    [[nodiscard]] std::string segmentFile(std::uint64_t number) const;
    /// Name and offset of the chapter's file that holds an entry.
    [[nodiscard]] std::pair<std::string, std::uint64_t> where(std::uint64_t seq) const;
    /// Prunes ledger and footage of the chapters before the one that begins at `first`.
    void prune(std::uint64_t first, bool anchor = true);

    /// Writes everything and checks it as a recorder (or the card alone).
    [[nodiscard]] Report check(bool recorder = true);
    /// "intact", or verdict and place of the first bad one, as at() has it.
    [[nodiscard]] std::string told(bool recorder = true);
    [[nodiscard]] Trust trust();

    std::uint64_t generation = 0;
    std::uint64_t bootCounter = 1;
    std::string device = kDevice;
    std::map<std::string, Buffer> files;  // below the card; ledger and footage included
    KeystoreState* state() { return &state_; }
    std::map<std::string, Buffer> registrations;  // by name
    bool keepHead = true;                         // the keystore's head is the last naming entry
    bool writeState = true;
    bool registers = true;  // each genesis is registered
    crypto::Authority agency;
    crypto::PrivateKey identity = crypto::PrivateKey::generate();
    crypto::PrivateKey epoch = crypto::PrivateKey::generate();
    crypto::PrivateKey resume = crypto::PrivateKey::generate();
    std::optional<Buffer> certificate;  // in a genesis; else one that fits
    std::unique_ptr<core::FaultFiles> disk;

private:
    struct OpenSegment {
        Buffer init;
        std::uint64_t parts = 0;
        std::uint64_t kept = 0;
        bool encrypted = false;
    };
    [[nodiscard]] EntryFields fields(const std::string& kind, Cbor body) const;
    Entry keep(Entry entry);
    void rotate();
    [[nodiscard]] Buffer contentOf(const OpenSegment& open,
                                   const PartOptions& options,
                                   std::uint64_t time) const;

    KeystoreState state_;
    core::Microseconds now_;
    std::uint64_t seq_ = 0;
    std::uint64_t uptimeNs_ = 0;
    Digest previous_{};
    std::string chapter_;  // its file, below the card
    bool docked_ = true;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Entry> entries_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::pair<std::string, std::uint64_t>>
        places_;
    std::uint64_t recording_ = 0;
    std::map<std::uint64_t, OpenSegment> segments_;
    std::uint64_t mediaTime_ = 0;
    Buffer link_;
    crypto::PrivateKey receiptKey_ = crypto::PrivateKey::generate();
    crypto::NoteKey noteKey_ = crypto::NoteKey::generate();
    Buffer receiptCertificate_;
};

/// Verdict and place of the first bad one, "intact" if there is none.
[[nodiscard]] std::string textOf(const Report& report);

}  // namespace liuhen::evidence::test
