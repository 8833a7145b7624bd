// SPDX-License-Identifier: Apache-2.0
// Which entries are remembered, and which a person should know of.
#include "common/evidence/ledger_facts.hpp"

#include "common/evidence/fields.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// A long text of a hostile ledger is no news.
constexpr std::size_t kMaxCause = 64;
constexpr double kClocksAgreeSeconds = 1.0;

template <class Record>
void move(std::deque<Record>& from, std::deque<Record>& to) {
    if (to.empty()) {
        to.swap(from);
        return;
    }
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Result<void> LedgerFacts::take(
    const Entry& entry, const Body& body, const Place& place, std::uint32_t file, Budget& budget) {
    const auto name = [this, &entry, &budget](const TornFile& kept) {
        torn.push_back(TornRecord{kept, entry.generation, entry.seq, entry.hash});
        return budget.take(sizeof(TornRecord) + kept.file.size());
    };
    if (entry.kind == "docking" || entry.kind == "clock") {
        const Cbor* message = entry.body.find("message");
        const Buffer* held = message != nullptr ? message->bytes() : nullptr;
        if (entry.kind == "clock" && held == nullptr) {
            return {};
        }
        times.push_back(TimeRecord{entry.head(), entry.kind == "clock" ? *held : Buffer()});
        return budget.take(sizeof(TimeRecord) + times.back().message.size());
    }
    if (entry.kind == "receipt") {
        receipts.push_back(ReceiptRecord{entry.generation,
                                         entry.seq,
                                         entry.hash,
                                         place.offset.value_or(0),
                                         static_cast<std::uint32_t>(entry.bytes.size()),
                                         file});
        return budget.take(sizeof(ReceiptRecord));
    }
    if (const auto* release = std::get_if<ReleaseBody>(&body)) {
        if (release->torn) {
            if (!isTornName(*release->torn)) {
                return {};  // of no file that an entry can name
            }
            tornReleases.push_back(
                TornReleaseRecord{release->generation, *release->torn, release->receipt});
            return budget.take(sizeof(TornReleaseRecord) + release->torn->size());
        }
        auto& list = release->chapter ? chapterReleases : segmentReleases;
        list.push_back(ReleaseRecord{release->generation,
                                     release->recording.value_or(0),
                                     release->chapter ? *release->chapter : *release->segment,
                                     release->receipt});
        return budget.take(sizeof(ReleaseRecord));
    }
    if (const auto* recovery = std::get_if<RecoveryBody>(&body)) {
        for (const TornFile& kept : recovery->torn) {
            LIUHEN_CHECK(name(kept));
        }
    } else if (const auto* lost = std::get_if<PartLostBody>(&body); lost != nullptr && lost->torn) {
        return name(*lost->torn);
    }
    return {};
}

void LedgerFacts::find(std::string kind, const Place& place, std::string text) {
    if (findings.size() < kMaxFindings) {
        findings.push_back(Finding{std::move(kind), place, std::move(text)});
    } else {
        ++findingsLeftOut;
    }
}

void LedgerFacts::findIn(const Entry& entry,
                         const Body& body,
                         const Place& place,
                         std::optional<std::uint64_t> bootBefore) {
    if (bootBefore && entry.boot > *bootBefore + 1) {
        find("boot_gap", place, "the boot counter skipped: a start left no entry");
    }
    if (const auto* recovery = std::get_if<RecoveryBody>(&body)) {
        if (recovery->lostMs > 0 || !recovery->missing.empty()) {
            find("loss",
                 place,
                 fmt::format(
                     "after a power loss at most {} ms of footage are lost, {} parts missing",
                     recovery->lostMs,
                     recovery->missing.size()));
        }
    } else if (entry.kind == "interruption") {
        const Cbor* cause = entry.body.find("cause");
        const bool told =
            cause != nullptr && cause->text() != nullptr && cause->text()->size() <= kMaxCause;
        find(entry.kind, place, told ? *cause->text() : std::string("other"));
    } else if (entry.kind == "clock") {
        findClock(entry, place);
    } else if (entry.kind == "late" || entry.kind == "fault" || entry.kind == "fork" ||
               entry.kind == "part.lost") {
        find(entry.kind, place, "told by the recorder");
    }
}

/// A jump, or what a dock's clock said to that of the recorder: no news while they agree.
void LedgerFacts::findClock(const Entry& entry, const Place& place) {
    const Cbor* message = entry.body.find("message");
    const auto before = integerAt(entry.body, "before");
    const auto after = integerAt(entry.body, "after");
    if (message == nullptr || !before || !after) {
        return;
    }
    // Whatever is signed there, the difference fits.
    const double seconds = (static_cast<double>(*after) - static_cast<double>(*before)) / 1e6;
    if (message->isNull()) {
        find(entry.kind, place, fmt::format("UTC jumped by {:+.3f} s", seconds));
    } else if (std::abs(seconds) >= kClocksAgreeSeconds) {
        find(entry.kind,
             place,
             fmt::format("the dock's clock differs from the recorder's by {:+.3f} s", seconds));
    }
}

void LedgerFacts::append(LedgerFacts more) {
    move(more.segmentReleases, segmentReleases);
    move(more.chapterReleases, chapterReleases);
    move(more.tornReleases, tornReleases);
    move(more.receipts, receipts);
    move(more.torn, torn);
    move(more.asked, asked);
    move(more.times, times);
    for (Finding& finding : more.findings) {
        find(std::move(finding.kind), finding.place, std::move(finding.text));
    }
    findingsLeftOut += more.findingsLeftOut;
}

}  // namespace liuhen::evidence
