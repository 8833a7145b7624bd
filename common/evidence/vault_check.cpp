// SPDX-License-Identifier: Apache-2.0
// Objects and evidence of a vault against its log.
#include "common/evidence/vault_check.hpp"

#include "common/evidence/access_book.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/ledger_check.hpp"
#include "common/evidence/messages.hpp"
#include "common/evidence/vault_leaves.hpp"
#include "common/evidence/vault_log.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

using core::Result;

class VaultCheck {
public:
    VaultCheck(core::Files& files, std::string vault, const Trust& trust, Report& report)
        : files_(files), vault_(std::move(vault)), trust_(trust), report_(report) {
        if (auto key = trust.root().key()) {
            book_.emplace(*std::move(key));
        }
    }

    /// Reads the log, then checks what its leaves tell of.
    Result<void> run(const std::optional<std::string>& otherNote) {
        LIUHEN_TRY(const VaultLog log,
                   readVaultLog(files_,
                                path("log"),
                                trust_,
                                otherNote,
                                report_,
                                [this](std::uint64_t index, const Leaf& leaf, ByteView bytes) {
                                    addLeaf(leaves_, leaf, bytes);
                                    checkAccess(index, leaf, bytes);
                                }));
        finishLeaves(leaves_);
        report_.witnessed = log.witnessed;
        report_.leaves = log.leaves;
        report_.witnessedLeaves = log.witnessedLeaves;
        LIUHEN_CHECK(listObjects());
        checkPresence();
        for (auto& [device, shelf] : leaves_.devices) {
            LIUHEN_CHECK(checkDevice(device, shelf));
        }
        LIUHEN_CHECK(checkRest());
        LIUHEN_CHECK(checkQuarantined());
        ProblemList forks;
        for (const Place& fork : leaves_.forks) {
            forks.add(Verdict::Altered, fork, "two validly signed entries claim this place");
        }
        report_.join(forks);
        return {};
    }

private:
    class Segments;

    [[nodiscard]] std::string path(const std::string& name) const {
        return core::joinPath(vault_, name);
    }

    [[nodiscard]] bool isPresent(const std::string& name) const {
        const auto found = leaves_.known.find(name);
        return found != leaves_.known.end() && found->second.has_value();
    }

    /// access.md section 6.
    void checkAccess(std::uint64_t index, const Leaf& leaf, ByteView bytes) {
        if (!book_) {
            return;  // the root's key is none of ours: nothing is signed by it
        }
        if (const auto wrong = book_->take(leaf, bytes)) {
            report_.find(AccessFinding{index, leaf.kind, std::string(name(*wrong))});
        }
    }

    Result<void> listObjects() {
        if (!files_.exists(path("objects"))) {
            return {};
        }
        ProblemList foreign;
        const auto tell = [&foreign](const std::string& name) {
            foreign.add(Verdict::Altered,
                        Place{std::nullopt, std::nullopt, name, std::nullopt},
                        "a file that no leaf names");
        };
        const auto folders = files_.list(path("objects"));
        if (!folders && folders.error().kind == core::ErrorKind::FailedPrecondition) {
            tell("objects");
            report_.join(foreign);
            return {};
        }
        if (!folders) {
            return tl::make_unexpected(folders.error());
        }
        for (const core::FolderItem& folder : *folders) {
            const std::string below = "objects/" + folder.name;
            if (!folder.isFolder) {
                tell(below);
                continue;
            }
            LIUHEN_TRY(const auto items, files_.list(path(below)));
            for (const core::FolderItem& item : items) {
                const std::string name = below + "/" + item.name;
                const auto known = leaves_.known.find(name);
                const bool plain =
                    !item.isFolder &&
                    (item.sizeBytes > 0 || files_.open(path(name), core::OpenMode::Read));
                if (plain && known != leaves_.known.end()) {
                    known->second = item.sizeBytes;
                } else {
                    tell(name);
                }
            }
        }
        report_.join(foreign);
        return {};
    }

    void checkPresence() {
        ProblemList absent;
        for (StoredObject& stored : leaves_.stored) {
            stored.present = isPresent(stored.name);
            if (!stored.present) {
                absent.add(
                    Verdict::Incomplete,
                    Place{stored.leaf.generation, stored.leaf.seq, stored.name, std::nullopt},
                    "an object that the log names is not there");
                told_.insert(stored.name);
            }
        }
        report_.join(absent);
    }

    Result<void> checkDevice(const std::string& device, DeviceShelf& shelf);

    [[nodiscard]] const StoredObject& firstOf(const std::vector<std::size_t>& indexes) const {
        return leaves_.stored[indexes.front()];
    }

    /// The chapters that leaves name, those included that are absent; of two of one place the
    /// first.
    [[nodiscard]] LedgerFiles ledgerOf(const DeviceShelf& shelf) const {
        LedgerFiles ledger;
        for (const auto& [key, indexes] : shelf.chapters) {
            const StoredObject& stored = firstOf(indexes);
            ledger[key.first].chapters.push_back(LedgerFile{
                stored.name, key.second.first, path(stored.name), !stored.present, nullptr});
        }
        return ledger;
    }

    /// What leaves say of their last entries, against the entries read.
    void checkLeaves(const DeviceShelf& shelf, const LedgerCheck& ledger) {
        ProblemList problems;
        problems.noteFilesIn(told_);
        for (const auto& [key, indexes] : shelf.segments) {
            const StoredObject& stored = firstOf(indexes);
            const AskedRecord* entry = ledger.find(stored.leaf.generation, stored.leaf.seq);
            const bool same = checkEntry(stored, entry, problems);
            if (same && !stored.told) {
                problems.add(entry != nullptr ? Verdict::Altered : Verdict::Incomplete,
                             placeOf(stored),
                             entry != nullptr ? "no segment entry names this object"
                                              : "the chapter of this segment is absent");
            }
        }
        for (const auto& [key, indexes] : shelf.chapters) {
            const StoredObject& stored = firstOf(indexes);
            (void)checkEntry(
                stored, ledger.find(stored.leaf.generation, stored.leaf.seq), problems);
        }
        for (const std::size_t index : shelf.torn) {
            checkTorn(leaves_.stored[index], ledger, problems);
        }
        report_.join(problems);
    }

    static Place placeOf(const StoredObject& stored) {
        return Place{stored.leaf.generation, stored.leaf.seq, stored.name, std::nullopt};
    }

    /// False if it told that the entry is another.
    static bool checkEntry(const StoredObject& stored,
                           const AskedRecord* entry,
                           ProblemList& problems) {
        if (entry == nullptr || entry->hash == stored.leaf.entry) {
            return true;
        }
        problems.add(Verdict::Altered,
                     placeOf(stored),
                     "the leaf names another entry than the chapter holds");
        return false;
    }

    static void checkTorn(const StoredObject& stored,
                          const LedgerCheck& ledger,
                          ProblemList& problems) {
        const ObjectLeaf& leaf = stored.leaf;
        const AskedRecord* entry = ledger.find(leaf.generation, leaf.seq);
        if (entry == nullptr) {
            problems.add(Verdict::Incomplete,
                         placeOf(stored),
                         "the chapter of the entry that names these bytes is absent");
            return;
        }
        if (!checkEntry(stored, entry, problems)) {
            return;
        }
        const auto& all = ledger.facts().torn;
        const auto first = std::lower_bound(
            all.begin(), all.end(), leaf, [](const TornRecord& record, const ObjectLeaf& wanted) {
                return std::pair(record.generation, record.seq) <
                       std::pair(wanted.generation, wanted.seq);
            });
        bool named = false;
        for (auto record = first; record != all.end() && record->generation == leaf.generation &&
                                  record->seq == leaf.seq && !named;
             ++record) {
            named = record->torn.file == leaf.file && record->torn.size == leaf.size &&
                    record->torn.hash == leaf.object;
        }
        if (!named) {
            problems.add(
                Verdict::Altered, placeOf(stored), "the entry does not name these torn bytes");
        }
    }

    /// Two objects of one place and other content cannot both be evidence.
    void checkDistinct(const std::map<PlaceKey, std::vector<std::size_t>>& places,
                       ProblemList& problems) {
        for (const auto& [key, indexes] : places) {
            const ObjectLeaf& a = firstOf(indexes).leaf;
            for (const std::size_t other : indexes) {
                const ObjectLeaf& b = leaves_.stored[other].leaf;
                if (a.object != b.object) {
                    problems.add(
                        Verdict::Altered,
                        Place{a.generation, std::min(a.seq, b.seq), std::nullopt, std::nullopt},
                        "two objects of the same place");
                }
            }
        }
    }

    /// Whether a file that is there has these bytes. Its size tells most others apart unread.
    Result<bool> holds(const std::string& name, const Digest& hash, std::uint64_t size) {
        if (leaves_.known.at(name) != size) {
            return false;
        }
        LIUHEN_TRY(const auto file, files_.open(path(name), core::OpenMode::Read));
        LIUHEN_TRY(const FileHash found, hashFile(*file));
        return found.hash == hash && found.size == size;
    }

    /// Objects of which no step before has told anything.
    Result<void> checkRest() {
        ProblemList problems;
        std::set<std::string> hashed;
        for (const StoredObject& stored : leaves_.stored) {
            if (told_.contains(stored.name)) {
                continue;
            }
            const bool again =
                hashed.contains(stored.name) && leaves_.known.at(stored.name) == stored.leaf.size;
            LIUHEN_TRY(const bool good,
                       again ? Result<bool>(true)
                             : holds(stored.name, stored.leaf.object, stored.leaf.size));
            if (good) {
                hashed.insert(stored.name);
            } else {
                problems.add(Verdict::Altered,
                             Place{stored.leaf.generation, stored.leaf.seq, stored.name, 0},
                             "the object is not what the log names");
            }
        }
        report_.join(problems);
        return {};
    }

    /// What is kept aside, and imports.
    Result<void> checkQuarantined() {
        ProblemList problems;
        for (const auto& [name, kept] : leaves_.quarantined) {
            const Place place{std::nullopt, std::nullopt, name, std::nullopt};
            if (!isPresent(name)) {
                problems.add(Verdict::Incomplete,
                             place,
                             kept.imported ? "an imported object is not there"
                                           : "a quarantined object is not there");
                continue;
            }
            LIUHEN_TRY(const bool good,
                       kept.sizesDiffer
                           ? Result<bool>(false)
                           : holds(name, kept.object, kept.size.value_or(*leaves_.known.at(name))));
            if (!good) {
                problems.add(Verdict::Altered,
                             place,
                             kept.imported ? "an imported object is not what the log names"
                                           : "a quarantined object is not what the log names");
            } else if (kept.imported) {
                problems.add(Verdict::Unproven,
                             place,
                             "imported: no recorder of this system signed it, and what it shows is "
                             "somebody's word");
            }
        }
        report_.join(problems);
        return {};
    }

    core::Files& files_;
    std::string vault_;
    const Trust& trust_;
    Report& report_;
    VaultLeaves leaves_;
    std::optional<AccessBook> book_;
    std::set<std::string> told_;  // names of objects of which something was told
};

/// The segments of one device.
class VaultCheck::Segments final : public SegmentSource {
public:
    Segments(VaultCheck& check, const DeviceShelf& shelf) : check_(check), shelf_(shelf) {}

    [[nodiscard]] std::optional<std::string> name(std::uint64_t generation,
                                                  std::uint64_t recording,
                                                  std::uint64_t number) const override {
        const auto found = shelf_.segments.find({generation, {recording, number}});
        return found == shelf_.segments.end() ? std::nullopt
                                              : std::optional(check_.firstOf(found->second).name);
    }

    [[nodiscard]] Result<SegmentPlace> open(std::uint64_t generation,
                                            std::uint64_t recording,
                                            std::uint64_t number) override {
        const auto found = shelf_.segments.find({generation, {recording, number}});
        if (found == shelf_.segments.end()) {
            return SegmentPlace{};
        }
        StoredObject& stored = check_.leaves_.stored[found->second.front()];
        stored.told = true;
        SegmentPlace place{stored.name, nullptr};
        if (stored.present) {
            LIUHEN_TRY(place.file,
                       check_.files_.open(check_.path(stored.name), core::OpenMode::Read));
        }
        return place;
    }

private:
    VaultCheck& check_;
    const DeviceShelf& shelf_;
};

Result<void> VaultCheck::checkDevice(const std::string& device, DeviceShelf& shelf) {
    ProblemList distinct;
    checkDistinct(shelf.chapters, distinct);
    checkDistinct(shelf.segments, distinct);
    report_.join(distinct);
    const LedgerFiles files = ledgerOf(shelf);
    Segments segments(*this, shelf);
    LedgerCheck::Settings settings{files_, trust_, files, segments, report_, device, true, {}};
    for (const std::size_t index : shelf.all) {
        const ObjectLeaf& leaf = leaves_.stored[index].leaf;
        settings.asked.push_back(Head{leaf.generation, leaf.seq, {}});
    }
    LedgerCheck ledger(std::move(settings));
    ledger.noteFilesIn(told_);
    LIUHEN_CHECK(ledger.run());
    report_.join(ledger.entries());
    report_.join(ledger.origins());
    report_.join(ledger.footage());
    report_.join(ledger.tails());
    report_.join(ledger.stretches());
    checkLeaves(shelf, ledger);
    return {};
}

}  // namespace

Result<Report> checkVault(core::Files& files,
                          const std::string& vault,
                          const Trust& trust,
                          const std::optional<std::string>& otherNote) {
    Report report;
    LIUHEN_CHECK(VaultCheck(files, vault, trust, report).run(otherNote));
    return report;
}

}  // namespace liuhen::evidence
