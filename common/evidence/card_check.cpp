// SPDX-License-Identifier: Apache-2.0
// A card's files, step by step.
#include "common/evidence/card_check.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/card_listing.hpp"
#include "common/evidence/keystore_state.hpp"
#include "common/evidence/ledger_check.hpp"
#include "common/evidence/time_brackets.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kMaxStateBytes = std::uint64_t{1} << 20U;
constexpr std::string_view kStateName = "state.cbor";
constexpr std::string_view kStateFile = "keystore/state.cbor";

using Folder = std::vector<core::FolderItem>;

Place fileAlone(std::string name) {
    return Place{std::nullopt, std::nullopt, std::move(name), std::nullopt};
}

class CardSegments final : public SegmentSource {
public:
    CardSegments(core::Files& files, const CardCheck& what, CardListing& listing)
        : files_(files), what_(what), listing_(listing) {}

    [[nodiscard]] std::optional<std::string> name(std::uint64_t generation,
                                                  std::uint64_t recording,
                                                  std::uint64_t number) const override {
        return what_.cardPrefix + "footage/" + below(generation, recording, number);
    }

    [[nodiscard]] Result<SegmentPlace> open(std::uint64_t generation,
                                            std::uint64_t recording,
                                            std::uint64_t number) override {
        SegmentPlace place{name(generation, recording, number), nullptr};
        const std::string file = below(generation, recording, number);
        const auto found = listing_.segments.find(file);
        if (found != listing_.segments.end()) {
            found->second.told = true;
            LIUHEN_TRY(place.file,
                       files_.open(core::joinPath(what_.cardFolder, "footage/" + file),
                                   core::OpenMode::Read));
        }
        return place;
    }

private:
    static std::string below(std::uint64_t generation,
                             std::uint64_t recording,
                             std::uint64_t number) {
        return fmt::format("{}/{}.mp4", recordingName(generation, recording), number);
    }

    core::Files& files_;
    const CardCheck& what_;
    CardListing& listing_;
};

/// The keystore's state, as far as a check reads it.
struct Keystore {
    bool there = false;
    Result<KeystoreHead> state = tl::make_unexpected(core::Error{});
    std::vector<std::string> others;  // names of what lies beside the state
};

class Check {
public:
    Check(core::Files& files, const CardCheck& what, const Trust& trust)
        : files_(files), what_(what), trust_(trust) {}

    Result<Report> run() {
        LIUHEN_TRY(listing_, listCard(files_, what_.cardFolder, what_.cardPrefix));
        LIUHEN_CHECK(readKeystore());
        CardSegments segments(files_, what_, listing_);
        LedgerCheck::Settings settings{
            files_, trust_, listing_.ledger, segments, report_, "", false, {}};
        if (keystore_.state && keystore_.state->head) {
            settings.asked.push_back(*keystore_.state->head);
        }
        LedgerCheck ledger(std::move(settings));
        LIUHEN_CHECK(ledger.run());
        tellStrays();
        report_.join(ledger.entries());
        report_.join(ledger.origins());
        if (what_.keystoreFolder) {
            checkKeystore(ledger);
        }
        report_.join(ledger.footage());
        checkUntold(ledger);
        LIUHEN_CHECK(checkTorn(ledger));
        report_.join(ledger.tails());
        report_.join(ledger.stretches());
        for (Finding& finding : timeBrackets(ledger.facts(), ledger.device(), trust_.root())) {
            report_.find(std::move(finding));
        }
        return std::move(report_);
    }

private:
    void tellStrays() {
        ProblemList strays;
        for (const std::string& name : listing_.strays) {
            strays.add(
                Verdict::Altered, fileAlone(name), "a file that belongs to no ledger or footage");
        }
        report_.join(strays);
        if (listing_.ledger.empty()) {
            report_.add(Verdict::Incomplete, Place{}, "there is no ledger");
        }
        for (const std::string& name : listing_.others) {
            foreign(name);
        }
        for (const std::string& name : keystore_.others) {
            foreign(name);
        }
    }

    void foreign(const std::string& name) {
        report_.find(Finding{"foreign_file", fileAlone(name), "no part of the evidence"});
    }

    Result<void> readKeystore() {
        if (!what_.keystoreFolder) {
            return {};
        }
        for (const auto& item : files_.list(core::folderOf(what_.cardFolder)).value_or(Folder{})) {
            if (item.name != "card" && item.name != "keystore") {
                keystore_.others.push_back(item.name);
            }
        }
        std::uint64_t size = 0;
        for (const auto& item : files_.list(*what_.keystoreFolder).value_or(Folder{})) {
            if (item.name == kStateName) {
                size = item.isFolder ? 0 : item.sizeBytes;
            } else {
                keystore_.others.push_back("keystore/" + item.name);
            }
        }
        const std::string path = core::joinPath(*what_.keystoreFolder, std::string(kStateName));
        keystore_.there = size > 0 || isRegularFile(files_, path);
        if (!keystore_.there) {
            return {};
        }
        const auto bytes = core::readFile(files_, path, kMaxStateBytes);
        if (bytes) {
            keystore_.state = KeystoreHead::decode(*bytes);
        } else if (bytes.error().kind == core::ErrorKind::ResourceExhausted) {
            keystore_.state = tl::make_unexpected(bytes.error());
        } else {
            return tl::make_unexpected(bytes.error());
        }
        return {};
    }

    /// Step 4.
    void checkKeystore(const LedgerCheck& ledger) {
        const Place file = fileAlone(std::string(kStateFile));
        if (!keystore_.there) {
            report_.add(Verdict::Incomplete, file, "the keystore has no state");
            return;
        }
        if (!keystore_.state) {
            report_.add(Verdict::Altered,
                        file,
                        "the keystore's state is malformed: " + keystore_.state.error().message);
            return;
        }
        const KeystoreHead& state = *keystore_.state;
        if (!ledger.device().empty() && state.device != ledger.device()) {
            report_.add(Verdict::Altered, file, "the keystore is another recorder's");
            return;
        }
        if (state.head) {
            checkHead(ledger, *state.head);
        } else if (readBeyondFirst(ledger)) {
            report_.add(Verdict::Incomplete, file, "the keystore knows of no entry");
        }
    }

    static bool readBeyondFirst(const LedgerCheck& ledger) {
        const auto& all = ledger.generations();
        return std::any_of(all.begin(), all.end(), [](const auto& one) {
            const auto& last = one.second.last;
            return last && (one.first > 0 || last->seq > 0);
        });
    }

    void checkHead(const LedgerCheck& ledger, const Head& head) {
        const Place place{head.generation, head.seq, std::nullopt, std::nullopt};
        const auto hash = ledger.hashAt(head.generation, head.seq);
        if (hash && *hash != head.hash) {
            report_.add(
                Verdict::Altered, place, "the recorder's keystore remembers another entry here");
        }
        const auto& all = ledger.generations();
        const bool named = std::any_of(all.begin(), all.end(), [&head](const auto& one) {
            return one.second.opening && one.second.opening->body.head == head;
        });
        if (!hash && !named) {
            report_.add(Verdict::Incomplete,
                        place,
                        "the entry that the recorder's keystore remembers last is not there");
        }
    }

    /// Footage that no segment entry tells of.
    void checkUntold(const LedgerCheck& ledger) {
        std::string open;
        std::uint64_t next = 0;
        if (!ledger.generations().empty()) {
            const GenerationSummary& highest = ledger.generations().rbegin()->second;
            if (highest.openRecording && (!highest.problem || highest.torn)) {
                open = recordingName(highest.number, *highest.openRecording);
                next = highest.nextSegment;
            }
        }
        ProblemList untold;
        for (const auto& [below, segment] : listing_.segments) {
            if (segment.told) {
                continue;
            }
            const bool ahead = segment.folder == open && segment.number == next;
            untold.add(ahead ? Verdict::Incomplete : Verdict::Altered,
                       fileAlone(segment.name),
                       ahead ? "footage of a recording that the ledger has not reached"
                             : "footage that no segment entry tells of");
        }
        report_.join(untold);
    }

    Result<void> checkTorn(LedgerCheck& ledger) {
        std::vector<const TornRecord*> named;
        for (const TornRecord& record : ledger.facts().torn) {
            named.push_back(&record);
        }
        std::stable_sort(named.begin(), named.end(), [](const auto* a, const auto* b) {
            return a->torn.file < b->torn.file;
        });
        const auto of = [&named](const std::string& name) {
            const auto first = std::lower_bound(
                named.begin(), named.end(), name, [](const auto* record, const std::string& file) {
                    return record->torn.file < file;
                });
            const auto behind = std::upper_bound(
                first, named.end(), name, [](const std::string& file, const auto* record) {
                    return file < record->torn.file;
                });
            return std::span(first, behind);
        };
        ProblemList problems;
        for (const auto& [name, size] : listing_.torn) {
            LIUHEN_CHECK(checkKept(name, size, of(name), problems));
        }
        for (std::size_t i = 0; i < named.size();) {
            const std::string& name = named[i]->torn.file;
            const auto records = of(name);
            i += records.size();
            if (!listing_.torn.contains(name)) {
                LIUHEN_CHECK(checkGone(name, records, ledger, problems));
            }
        }
        report_.join(problems);
        return {};
    }

    [[nodiscard]] Place tornPlace(const std::string& name) const {
        return fileAlone(what_.cardPrefix + "torn/" + name);
    }

    Result<void> checkKept(const std::string& name,
                           std::uint64_t size,
                           std::span<const TornRecord*> records,
                           ProblemList& problems) {
        if (records.empty()) {
            problems.add(Verdict::Incomplete,
                         tornPlace(name),
                         "bytes that a recovery cut off and no entry names yet");
            return {};
        }
        const bool fits = std::any_of(records.begin(), records.end(), [size](const auto* record) {
            return record->torn.size == size;
        });
        bool holds = false;
        if (fits) {
            LIUHEN_TRY(const auto file,
                       files_.open(core::joinPath(what_.cardFolder, "torn/" + name),
                                   core::OpenMode::Read));
            LIUHEN_TRY(const FileHash found, hashFile(*file));
            holds = std::any_of(records.begin(), records.end(), [&found](const auto* record) {
                return record->torn.size == found.size && record->torn.hash == found.hash;
            });
        }
        if (!holds) {
            problems.add(Verdict::Altered,
                         tornPlace(name),
                         "bytes that a recovery kept are not what was named");
        }
        return {};
    }

    Result<void> checkGone(const std::string& name,
                           std::span<const TornRecord*> records,
                           LedgerCheck& ledger,
                           ProblemList& problems) {
        for (const TornRecord* record : records) {
            LIUHEN_TRY(const bool released,
                       ledger.coverage().coversTorn(record->generation, name, record->entry));
            if (!released) {
                problems.add(
                    Verdict::Incomplete, tornPlace(name), "bytes that a recovery kept are gone");
                return {};
            }
        }
        return {};
    }

    core::Files& files_;
    const CardCheck& what_;
    const Trust& trust_;
    Report report_;
    CardListing listing_;
    Keystore keystore_;
};

}  // namespace

core::Result<Report> checkCard(core::Files& files, const CardCheck& what, const Trust& trust) {
    return Check(files, what, trust).run();
}

}  // namespace liuhen::evidence
