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
using evidence::PlacedEntry;
using evidence::Verdict;

/// More boxes than this are not looked at: a segment has a few hundred.
constexpr std::size_t kMaxBoxes = 1'000'000;

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

/// The epoch key that is due at an entry of a checked chain.
std::optional<crypto::PublicKey> epochKeyAt(const evidence::Chain& chain,
                                            const std::optional<evidence::NextKeys>& before,
                                            std::uint64_t seq) {
    std::optional<evidence::NextKeys> keys = before;
    for (const PlacedEntry& placed : chain.entries) {
        if (placed.entry.seq >= seq) {
            break;
        }
        if (evidence::isNaming(placed.entry.kind)) {
            keys = *evidence::readNextKeys(placed.entry.body);
        }
    }
    return keys ? std::optional(keys->epoch) : std::nullopt;
}

/// A part in the file that the recorder signed and that is another one than the stored ledger has.
Result<std::optional<Divergence>> findDivergence(const core::File& file,
                                                 const evidence::Chain& chain,
                                                 const std::optional<evidence::NextKeys>& keys) {
    std::optional<Divergence> found;
    LIUHEN_CHECK(eachProof(file, [&](const Entry& entry) {
        const PlacedEntry* held = chain.find(entry.seq);
        const Entry& front = chain.entries.front().entry;
        if (held == nullptr || held->entry.hash == entry.hash || entry.device != front.device ||
            entry.generation != chain.generation) {
            return false;
        }
        const auto key = epochKeyAt(chain, keys, entry.seq);
        if (key && evidence::verifyEntry(entry, *key)) {
            found = Divergence{entry.seq, held->entry.hash, entry.hash};
        }
        return found.has_value();
    }));
    return found;
}

}  // namespace

Result<Judgement> judgeSegment(const Place& place,
                               std::unique_ptr<core::File> file,
                               const StoredChapter& chapter,
                               const std::optional<evidence::NextKeys>& keys,
                               const crypto::Certificate& root) {
    Judgement judgement;
    const evidence::FootageIndex::Segment* segment =
        chapter.footage.find(place.recording, place.segment);
    if (segment == nullptr || segment->lastEntry() == nullptr) {
        judgement.verdict = Verdict::Altered;
        judgement.reason = "The footage cannot be accepted: no entry of the ledger tells of it";
        return judgement;
    }
    evidence::SegmentPlace at{"segment", std::move(file)};
    evidence::Report report;
    LIUHEN_CHECK(evidence::checkSegment(chapter.footage, *segment, at, root, report));
    judgement.verdict = report.verdict();
    if (const evidence::Problem* bad = report.firstBad()) {
        LIUHEN_TRY(const auto divergence, findDivergence(*at.file, *chapter.chain, keys));
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
    judgement.outcome = Outcome::Store;
    judgement.seq = segment->lastEntry()->entry.seq;
    judgement.entry = segment->lastEntry()->entry.hash;
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
