// SPDX-License-Identifier: Apache-2.0
// Step 2 of the check (docs/format/ledger.md section 7): the entries of one generation, in order.
#pragma once

#include "common/evidence/footage_records.hpp"
#include "common/evidence/ledger_facts.hpp"
#include "common/evidence/order.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace liuhen::evidence {

/// A ledger file longer than this is altered.
inline constexpr std::uint64_t kMaxLedgerBytes = std::uint64_t{1} << 30U;

/// One chapter as stored. `name` goes into places; `first` is the seq that its name says. The bytes
/// are at `path`, or in `memory` where that is set.
struct LedgerFile {
    std::string name;
    std::uint64_t first = 0;
    std::string path;
    bool absent = false;  // known to have been there
    std::shared_ptr<const core::File> memory;

    /// `files` may be null for bytes in memory. Errors: those of opening.
    [[nodiscard]] Result<std::shared_ptr<const core::File>> open(core::Files* files) const;
};

/// What is known of the docking before the first file, where that is proved otherwise.
struct ChainBefore {
    Digest hash{};
    NextKeys keys;
    std::uint64_t boot = 0;
    std::uint64_t boottimeNs = 0;
    std::optional<crypto::PublicKey> identity;
};

struct ChainStart {
    std::string device;  // empty: taken from the first entry
    std::optional<ChainBefore> before;
};

/// The last entry read of a file.
struct LastEntry {
    std::uint64_t seq = 0;
    Digest hash{};
    std::uint64_t boot = 0;
    std::uint64_t boottimeNs = 0;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    bool docking = false;
    bool closes = false;           // end, shutdown, docking, recovery without recording
    std::optional<NextKeys> keys;  // current behind it, where they are known
};

/// What was read of one ledger file: entries up to the first problem.
struct Chapter {
    LedgerFile source;
    std::shared_ptr<const core::File> file;  // null if it was not opened
    std::uint64_t entries = 0;
    FootageRecords footage;
    LedgerFacts facts;
    std::optional<OpeningRecord> opening;
    std::optional<Digest> previous;  // as the first entry names it
    std::optional<LastEntry> last;
    std::optional<Problem> problem;
    bool torn = false;  // the problem: the last file ends within an entry
    std::optional<std::uint64_t> openRecording;
    std::uint64_t nextSegment = 0;
};

/// Reads the files of one generation, one after the other, and checks framing, payloads, order,
/// bodies, hashes and the signatures that count. A file with a problem is read a second time, with
/// all signatures.
///
/// Memory: one window of the file and the records of its entries, charged to the budget.
/// Errors of its calls: those of reading files; ResourceExhausted by the budget.
class LedgerWalk {
public:
    struct Settings {
        core::Files* files = nullptr;  // null: all ledger files are in memory
        Budget& budget;
        std::uint64_t generation = 0;
        std::set<std::uint64_t> asked;  // entries to be remembered
        bool stored = false;  // the files are a vault's: a later one may lack the ones before
    };

    LedgerWalk(Settings settings, ChainStart start);

    /// Before all next(): what is kept of a stretch before `first`, which is pruned if it does not
    /// begin at 0. Answers the anchor's two entries as if they were a chapter.
    [[nodiscard]] Result<Chapter> begin(const LedgerFile& first, const LedgerFile* anchor);
    /// The next file; `index` is remembered with receipts. After a problem there is no next.
    [[nodiscard]] Result<Chapter> next(const LedgerFile& file, std::uint32_t index, bool isLast);

    /// Whether a problem was met, so that the rest is not to be read.
    [[nodiscard]] bool ended() const { return ended_; }
    /// The stretch before the first file is pruned and nothing proves the keys behind it.
    [[nodiscard]] const std::optional<Problem>& unproven() const { return unproven_; }
    /// The seq that is due next.
    [[nodiscard]] std::uint64_t expected() const { return state_.expected; }
    [[nodiscard]] const std::string& device() const { return state_.device; }

private:
    friend class FileWalk;
    /// All that one file hands on to the next.
    struct State {
        std::uint64_t expected = 0;
        std::string device;
        std::optional<Digest> previous;  // none: not known
        std::optional<NextKeys> keys;    // none: not known
        std::optional<crypto::PublicKey> identity;
        Order order;
        std::optional<std::uint64_t> boot;
        bool afterDocking = true;  // a new file may begin
    };
    [[nodiscard]] Chapter failed(const LedgerFile& file,
                                 Verdict verdict,
                                 Place place,
                                 std::string text);
    [[nodiscard]] Result<Chapter> readAnchor(const LedgerFile& anchor);

    Settings settings_;
    State state_;
    bool ended_ = false;
    std::optional<Problem> unproven_;
};

}  // namespace liuhen::evidence
