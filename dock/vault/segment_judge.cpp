// SPDX-License-Identifier: Apache-2.0
// Segment bytes against entries, and the search for a second history among bad ones.
#include "dock/vault/segment_judge.hpp"

#include "common/evidence/boxes.hpp"
#include "common/media/box.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using evidence::Entry;
using evidence::Verdict;

/// More boxes than this are not looked at: a segment has a few hundred.
constexpr std::size_t kMaxBoxes = 100'000;
/// After so many boxes that look like a second history and are not signed, the search is given up.
constexpr std::size_t kMaxForgeries = 16;

Result<Buffer> readPiece(const core::File& file, std::uint64_t offset, std::size_t count) {
    Buffer piece(count);
    LIUHEN_TRY(const std::size_t got, file.readAt(offset, piece));
    piece.resize(got);
    return piece;
}

/// Calls `take` with every entry in a proof box, in order, until it answers true or the boxes end.
Result<void> eachProof(const core::File& file, const std::function<bool(const Entry&)>& take) {
    LIUHEN_TRY(const std::uint64_t size, file.size());
    std::uint64_t offset = 0;
    for (std::size_t count = 0; offset < size && count < kMaxBoxes; ++count) {
        LIUHEN_TRY(const Buffer head, readPiece(file, offset, media::kMaxBoxHeaderBytes));
        const auto header = media::readBoxHeader(head);
        if (!header || header->size > size - offset) {
            return {};
        }
        const std::uint64_t payload = header->size - header->headerBytes;
        if (header->userType == evidence::kProofBox && payload <= evidence::kMaxEntryBytes) {
            LIUHEN_TRY(
                const Buffer bytes,
                readPiece(file, offset + header->headerBytes, static_cast<std::size_t>(payload)));
            const auto entry = evidence::parseEntry(bytes);
            if (entry && take(*entry)) {
                return {};
            }
        }
        offset += header->size;
    }
    return {};
}

/// Where each entry of a chapter stands, and which epoch key signs from where on.
class ChapterTable {
public:
    ChapterTable(const StoredChapter& chapter, const std::optional<evidence::NextKeys>& before)
        : bytes_(chapter.bytes->bytes()) {
        if (before) {
            keys_.emplace_back(chapter.chapter.source.first, before->epoch);
        }
        evidence::EntryStream stream(*chapter.bytes);
        for (;;) {
            const auto item = stream.next();
            if (!item || !*item || (*item)->framing != evidence::Framing::Whole) {
                break;
            }
            offsets_.push_back((*item)->offset);
            // A naming entry is one of few; its body tells, without the rest being read twice.
            const auto entry = evidence::parseEntry((*item)->bytes);
            if (!entry) {
                break;
            }
            first_ = offsets_.size() == 1 ? entry->seq : first_;
            if (evidence::isNaming(entry->kind)) {
                if (auto next = evidence::readNextKeys(entry->body)) {
                    keys_.emplace_back(entry->seq + 1, next->epoch);
                }
            }
        }
        offsets_.push_back(stream.offset());
    }

    /// The bytes held under a seq; empty if the chapter has none.
    [[nodiscard]] ByteView at(std::uint64_t seq) const {
        if (seq < first_ || seq - first_ + 1 >= offsets_.size()) {
            return {};
        }
        const auto index = static_cast<std::size_t>(seq - first_);
        const auto begin = static_cast<std::size_t>(offsets_[index]);
        return bytes_.subspan(begin, static_cast<std::size_t>(offsets_[index + 1]) - begin);
    }

    [[nodiscard]] const crypto::PublicKey* keyAt(std::uint64_t seq) const {
        const auto behind = std::upper_bound(
            keys_.begin(), keys_.end(), seq, [](std::uint64_t wanted, const auto& key) {
                return wanted < key.first;
            });
        return behind == keys_.begin() ? nullptr : &std::prev(behind)->second;
    }

private:
    ByteView bytes_;
    std::uint64_t first_ = 0;
    std::vector<std::uint64_t> offsets_;  // of each entry, and of their end
    std::vector<std::pair<std::uint64_t, crypto::PublicKey>> keys_;  // by the first seq they sign
};

/// A part in the file that the recorder signed and that is another one than the stored ledger has.
Result<std::optional<Divergence>> findDivergence(const core::File& file,
                                                 const Place& place,
                                                 const StoredChapter& chapter,
                                                 const std::optional<evidence::NextKeys>& keys) {
    const ChapterTable table(chapter, keys);
    std::optional<Divergence> found;
    std::size_t forgeries = 0;
    LIUHEN_CHECK(eachProof(file, [&](const Entry& entry) {
        const ByteView held = table.at(entry.seq);
        const crypto::PublicKey* key = table.keyAt(entry.seq);
        if (held.empty() || key == nullptr || core::equal(held, entry.bytes) ||
            entry.device != place.device || entry.generation != place.generation) {
            return false;
        }
        if (evidence::verifyEntry(entry, *key)) {
            found = Divergence{entry.seq, crypto::sha256(held), entry.hash};
            return true;
        }
        return ++forgeries >= kMaxForgeries;
    }));
    return found;
}

}  // namespace

Result<Judgement> judgeSegment(const Place& place,
                               std::unique_ptr<core::File> file,
                               const StoredChapter& chapter,
                               const std::optional<evidence::NextKeys>& keys) {
    Judgement judgement;
    const evidence::FootageRecords& footage = chapter.chapter.footage;
    const evidence::SegmentRecord* segment = footage.find(place.recording, place.segment);
    if (segment == nullptr) {
        judgement.verdict = Verdict::Altered;
        judgement.reason = "The footage cannot be accepted: no entry of the ledger tells of it";
        return judgement;
    }
    const evidence::SegmentPlace at{"segment", std::move(file)};
    evidence::ByteWindow ledger(*chapter.bytes);
    evidence::ProblemList problems;
    evidence::FootageCheck check(place.generation, problems);
    LIUHEN_CHECK(check.check(footage, *segment, at, ledger));
    evidence::Report report;
    report.join(problems);
    judgement.verdict = report.verdict();
    if (const evidence::Problem* bad = report.firstBad()) {
        LIUHEN_TRY(const auto divergence, findDivergence(*at.file, place, chapter, keys));
        if (divergence) {
            judgement.outcome = Outcome::Fork;
            judgement.divergence = *divergence;
            judgement.reason = fmt::format(
                "The recorder has signed two histories: part {} in this footage differs from the "
                "ledger stored before",
                divergence->seq);
            return judgement;
        }
        judgement.reason = fmt::format("The footage cannot be accepted: {} (entry {}, at byte {})",
                                       bad->text,
                                       bad->place.seq.value_or(0),
                                       bad->place.offset.value_or(0));
        return judgement;
    }
    const evidence::EntryAt last = footage.lastEntry(*segment);
    LIUHEN_TRY(const ByteView entry, ledger.at(last.offset, last.size));
    judgement.outcome = Outcome::Store;
    judgement.seq = last.seq;
    judgement.entry = crypto::sha256(entry);
    return judgement;
}

std::optional<Place> placeFrom(const core::File& file) {
    const auto head = readPiece(file, 0, evidence::kMaxEntryBytes);
    if (!head) {
        return std::nullopt;
    }
    Place place;
    const evidence::Frame frame = evidence::frameEntry(*head);
    if (frame.framing == evidence::Framing::Whole) {
        const auto entry = evidence::parseEntry(ByteView(*head).first(frame.sizeBytes));
        if (!entry) {
            return std::nullopt;
        }
        place.type = ObjectType::Chapter;
        place.device = entry->device;
        place.generation = entry->generation;
        place.first = entry->seq;
        return place;
    }
    bool found = false;
    const auto walked = eachProof(file, [&](const Entry& entry) {
        const auto body = evidence::PartBody::fromCbor(entry.body);
        if (entry.kind != "part" || !body) {
            return false;
        }
        place.type = ObjectType::Segment;
        place.device = entry.device;
        place.generation = entry.generation;
        place.recording = body->recording;
        place.segment = body->segment;
        found = true;
        return true;
    });
    return walked && found ? std::optional(place) : std::nullopt;
}

}  // namespace liuhen::vault
