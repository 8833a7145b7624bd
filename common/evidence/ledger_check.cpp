// SPDX-License-Identifier: Apache-2.0
// Generation by generation, chapter by chapter; then what could not be said before all was read.
#include "common/evidence/ledger_check.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/origin_check.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// The first entry of a file, unchecked; nothing if there is none.
Result<std::optional<Entry>> firstEntry(core::Files& files, const LedgerFile& file) {
    LIUHEN_TRY(const auto opened, file.open(&files));
    EntryStream stream(*opened);
    LIUHEN_TRY(const auto item, stream.next());
    if (!item || item->framing != Framing::Whole) {
        return std::optional<Entry>();
    }
    auto entry = parseEntry(item->bytes);
    return entry ? std::optional<Entry>(*std::move(entry)) : std::nullopt;
}

}  // namespace

void LedgerCheck::noteFilesIn(std::set<std::string>& files) {
    for (ProblemList* list : {&entries_, &origins_, &footage_, &tails_, &stretches_}) {
        list->noteFilesIn(files);
    }
}

Result<void> LedgerCheck::run() {
    device_ = settings_.device;
    LIUHEN_CHECK(askForHeads());
    std::optional<std::uint64_t> before;
    for (const auto& [number, files] : settings_.ledger) {
        if (files.chapters.empty()) {
            continue;
        }
        if (number != (before ? *before + 1 : 0)) {
            settings_.report.find(Finding{"generation_gap",
                                          Place{number, std::nullopt, std::nullopt, std::nullopt},
                                          "generations before this one are not here"});
        }
        before = number;
        LIUHEN_CHECK(readGeneration(number, files));
    }
    for (Finding& finding : facts_.findings) {
        settings_.report.find(std::move(finding));
    }
    facts_.findings.clear();
    settings_.report.findingsLeftOut += facts_.findingsLeftOut;
    coverage_ = std::make_unique<Coverage>(
        settings_.files, settings_.ledger, facts_, device_, settings_.trust.root());
    LIUHEN_CHECK(checkOrigins());
    LIUHEN_CHECK(settleAbsent());
    for (const auto& [number, generation] : generations_) {
        checkTail(generation);
        LIUHEN_CHECK(checkStretch(generation));
    }
    return {};
}

/// What each genesis names is asked of entries that are read before it.
Result<void> LedgerCheck::askForHeads() {
    for (const Head& head : settings_.asked) {
        asked_[head.generation].insert(head.seq);
    }
    for (const auto& [number, files] : settings_.ledger) {
        if (files.chapters.empty()) {
            continue;
        }
        const LedgerFile& front = files.chapters.front();
        const LedgerFile* opening = front.first == 0 ? &front
                                    : files.anchor   ? &*files.anchor
                                                     : nullptr;
        if (opening == nullptr || opening->absent) {
            continue;
        }
        LIUHEN_TRY(const auto entry, firstEntry(settings_.files, *opening));
        if (!entry || entry->kind != "genesis") {
            continue;
        }
        const auto body = GenesisBody::fromCbor(entry->body, false);
        if (body && body->head) {
            asked_[body->head->generation].insert(body->head->seq);
        }
        if (body && body->docking) {
            asked_[body->docking->generation].insert(body->docking->seq);
        }
    }
    return {};
}

Result<void> LedgerCheck::readGeneration(std::uint64_t number, const GenerationFiles& files) {
    GenerationSummary& generation = generations_[number];
    generation.number = number;
    generation.first = files.chapters.front().first;
    generation.firstFile = files.chapters.front().name;
    ChainStart start;
    start.device = device_;
    LedgerWalk walk({&settings_.files, budget_, number, asked_[number], settings_.stored},
                    std::move(start));
    LIUHEN_TRY(Chapter anchor,
               walk.begin(files.chapters.front(), files.anchor ? &*files.anchor : nullptr));
    if (walk.unproven()) {
        entries_.add(*walk.unproven());
    }
    LIUHEN_CHECK(takeChapter(generation, std::move(anchor)));
    generation.beforeFirst.reset();
    generation.due = walk.expected();
    generation.readFrom = walk.expected();
    for (std::size_t i = 0; i < files.chapters.size() && !walk.ended(); ++i) {
        LIUHEN_TRY(
            Chapter chapter,
            walk.next(
                files.chapters[i], static_cast<std::uint32_t>(i), i + 1 == files.chapters.size()));
        const std::uint64_t footage = chapter.footage.bytes();
        LIUHEN_CHECK(checkFootage(number, chapter));
        LIUHEN_CHECK(takeChapter(generation, std::move(chapter)));
        budget_.give(footage);
        generation.due = walk.expected();
    }
    device_ = device_.empty() ? walk.device() : device_;
    return {};
}

Result<void> LedgerCheck::takeChapter(GenerationSummary& generation, Chapter chapter) {
    settings_.report.entries += chapter.entries;
    if (chapter.problem) {
        generation.problem = true;
        generation.torn = chapter.torn;
        entries_.add(*std::move(chapter.problem));
    }
    if (chapter.opening) {
        generation.opening = std::move(chapter.opening);
    }
    if (!generation.last) {
        generation.beforeFirst = chapter.previous;
    }
    if (chapter.last) {
        generation.last = std::move(chapter.last);
        generation.lastFile = chapter.source.name;
        generation.openRecording = chapter.openRecording;
        generation.nextSegment = chapter.nextSegment;
    }
    facts_.append(std::move(chapter.facts));
    return {};
}

Result<void> LedgerCheck::checkFootage(std::uint64_t generation, const Chapter& chapter) {
    if (chapter.file == nullptr) {
        return {};
    }
    const FootageRecords& footage = chapter.footage;
    ByteWindow ledger(*chapter.file);
    FootageCheck check(generation, footage_);
    for (const SegmentRecord& segment : footage.segments()) {
        LIUHEN_TRY(const SegmentPlace place,
                   settings_.segments.open(generation, segment.recording, segment.number));
        if (place.file != nullptr) {
            LIUHEN_CHECK(check.check(footage, segment, place, ledger));
        } else {
            LIUHEN_CHECK(noteAbsent(generation, footage, segment, ledger));
        }
    }
    settings_.report.parts += check.parts();
    settings_.report.footageBytes += check.bytes();
    footage.eachGap([&](const FootageRecords::Gap& gap) {
        const SegmentRecord& segment = footage.segments()[gap.later->segment];
        footage_.add(
            Verdict::Altered,
            Place{generation,
                  gap.later->entry.seq,
                  settings_.segments.name(generation, segment.recording, segment.number),
                  gap.later->offset},
            fmt::format("track {} has a gap or an overlap that nothing explains", gap.track));
    });
    return {};
}

/// Whether it was released is known once all entries are read.
Result<void> LedgerCheck::noteAbsent(std::uint64_t generation,
                                     const FootageRecords& footage,
                                     const SegmentRecord& segment,
                                     ByteWindow& ledger) {
    const PartRecord* due = footage.firstDue(segment);
    if (due == nullptr) {
        return {};
    }
    const EntryAt last = footage.lastEntry(segment);
    LIUHEN_TRY(const ByteView bytes, ledger.at(last.offset, last.size));
    absent_.push_back(Absent{footage_.reserve(),
                             generation,
                             segment.recording,
                             segment.number,
                             due->entry.seq,
                             crypto::sha256(bytes)});
    return budget_.take(sizeof(Absent));
}

Result<void> LedgerCheck::settleAbsent() {
    for (const Absent& absent : absent_) {
        LIUHEN_TRY(const bool released,
                   coverage_->coversSegment(
                       absent.generation, absent.recording, absent.number, absent.last));
        if (!released) {
            footage_.add(absent.turn,
                         Problem{Verdict::Incomplete,
                                 Place{absent.generation,
                                       absent.due,
                                       settings_.segments.name(
                                           absent.generation, absent.recording, absent.number),
                                       std::nullopt},
                                 "the segment's file is not there"});
        }
    }
    absent_.clear();
    return {};
}

Result<void> LedgerCheck::checkOrigins() {
    std::vector<std::uint64_t> numbers;
    std::vector<Head> dockings;
    for (const auto& [number, generation] : generations_) {
        if (!generation.opening || !generation.opening->body.head ||
            !generation.opening->body.docking) {
            continue;
        }
        const GenesisBody& body = generation.opening->body;
        const bool there = hashAt(body.head->generation, body.head->seq).has_value();
        if (!there && body.docking->generation == body.head->generation) {
            numbers.push_back(number);
            dockings.push_back(*body.docking);
        }
    }
    LIUHEN_TRY(const auto confirmed, coverage_->confirmed(dockings));
    std::set<std::uint64_t> whole;  // generations of which what came before counts as whole
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (confirmed[i]) {
            whole.insert(numbers[i]);
        }
    }
    for (const auto& [number, generation] : generations_) {
        checkOrigin(*this,
                    generation,
                    whole.contains(number),
                    {settings_.trust, settings_.report, origins_});
    }
    return {};
}

void LedgerCheck::checkTail(const GenerationSummary& generation) {
    if (generation.problem || (generation.last && generation.last->closes)) {
        return;
    }
    const std::uint64_t end = generation.last ? generation.last->offset + generation.last->size : 0;
    tails_.add(Verdict::Incomplete,
               Place{generation.number,
                     generation.due,
                     generation.last ? generation.lastFile : generation.firstFile,
                     end},
               "the ledger's end is open: nothing closes it");
}

Result<void> LedgerCheck::checkStretch(const GenerationSummary& generation) {
    if (generation.first == 0) {
        return {};
    }
    LIUHEN_TRY(
        const bool released,
        coverage_->coversStretch(generation.number, generation.first - 1, [&](std::uint64_t seq) {
            return hashOf(generation, seq);
        }));
    if (!released) {
        stretches_.add(
            Verdict::Incomplete,
            Place{generation.number, 0, std::nullopt, std::nullopt},
            "the ledger does not begin at its first entry, and what is absent was not released");
    }
    return {};
}

const AskedRecord* LedgerCheck::find(std::uint64_t generation, std::uint64_t seq) const {
    const auto key = std::tuple(generation, seq);
    const auto found = std::lower_bound(
        facts_.asked.begin(), facts_.asked.end(), key, [](const AskedRecord& a, const auto& b) {
            return std::tuple(a.generation, a.seq) < b;
        });
    return found != facts_.asked.end() && std::tuple(found->generation, found->seq) == key
               ? &*found
               : nullptr;
}

std::optional<Digest> LedgerCheck::hashAt(std::uint64_t generation, std::uint64_t seq) const {
    if (const AskedRecord* asked = find(generation, seq)) {
        return asked->hash;
    }
    const auto found = generations_.find(generation);
    if (found != generations_.end() && found->second.beforeFirst && found->second.first > 0 &&
        seq == found->second.first - 1) {
        return found->second.beforeFirst;
    }
    return std::nullopt;
}

/// The hash of any entry that was read; looks it up in its file.
Result<std::optional<Digest>> LedgerCheck::hashOf(const GenerationSummary& generation,
                                                  std::uint64_t seq) const {
    const GenerationFiles& files = settings_.ledger.at(generation.number);
    const bool read = generation.last && seq <= generation.last->seq;
    const LedgerFile* file = nullptr;
    std::uint64_t at = seq;  // as the file counts
    if (read && seq >= generation.readFrom) {
        const auto behind = std::upper_bound(
            files.chapters.begin(),
            files.chapters.end(),
            seq,
            [](std::uint64_t wanted, const LedgerFile& one) { return wanted < one.first; });
        file = behind == files.chapters.begin() ? nullptr : &*std::prev(behind);
        at = file == nullptr ? 0 : seq - file->first;
    } else if (read && generation.opening && (seq == 0 || seq + 1 == generation.first)) {
        file = &*files.anchor;
        at = seq == 0 ? 0 : 1;
    }
    if (file == nullptr) {
        return std::optional<Digest>();
    }
    LIUHEN_TRY(const auto opened, file->open(&settings_.files));
    EntryStream stream(*opened);
    for (std::uint64_t i = 0;; ++i) {
        LIUHEN_TRY(const auto item, stream.next());
        if (!item || item->framing != Framing::Whole) {
            return std::optional<Digest>();
        }
        if (i == at) {
            return std::optional<Digest>(crypto::sha256(item->bytes));
        }
    }
}

}  // namespace liuhen::evidence
