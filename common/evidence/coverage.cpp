// SPDX-License-Identifier: Apache-2.0
// Releases by what they free, receipts by where they stand.
#include "common/evidence/coverage.hpp"

#include "common/evidence/fields.hpp"

#include <algorithm>
#include <tuple>

namespace liuhen::evidence {

namespace {

auto keyOf(const ReleaseRecord& release) {
    return std::tuple(release.generation, release.recording, release.number);
}

auto keyOf(const TornReleaseRecord& release) {
    return std::tie(release.generation, release.file);
}

template <class Record>
void sortByKey(std::deque<Record>& releases) {
    std::stable_sort(releases.begin(), releases.end(), [](const Record& a, const Record& b) {
        return keyOf(a) < keyOf(b);
    });
}

template <class Record, class Key>
auto from(const std::deque<Record>& releases, const Key& key) {
    return std::lower_bound(
        releases.begin(), releases.end(), key, [](const Record& release, const Key& wanted) {
            return keyOf(release) < wanted;
        });
}

}  // namespace

Coverage::Coverage(core::Files& files,
                   const LedgerFiles& ledger,
                   LedgerFacts& facts,
                   std::string device,
                   const crypto::Certificate& root)
    : files_(&files), ledger_(&ledger), facts_(&facts), device_(std::move(device)), signers_(root) {
    sortByKey(facts_->segmentReleases);
    sortByKey(facts_->chapterReleases);
    sortByKey(facts_->tornReleases);
}

Result<bool> Coverage::coversSegment(std::uint64_t generation,
                                     std::uint64_t recording,
                                     std::uint64_t number,
                                     const Digest& last) {
    const auto key = std::tuple(generation, recording, number);
    const auto& releases = facts_->segmentReleases;
    for (auto at = from(releases, key); at != releases.end() && keyOf(*at) == key; ++at) {
        LIUHEN_TRY(const Confirmed* receipt, receiptAt(at->receipt));
        if (receipt != nullptr && receipt->type == "segment" && receipt->intact &&
            receipt->generation == generation && receipt->recording == recording &&
            receipt->segment == number && receipt->entry == last) {
            return true;
        }
    }
    return false;
}

Result<bool> Coverage::coversTorn(std::uint64_t generation,
                                  const std::string& file,
                                  const Digest& entry) {
    const auto key = std::tie(generation, file);
    const auto& releases = facts_->tornReleases;
    for (auto at = from(releases, key); at != releases.end() && keyOf(*at) == key; ++at) {
        LIUHEN_TRY(const Confirmed* receipt, receiptAt(at->receipt));
        if (receipt != nullptr && receipt->type == "torn" && receipt->generation == generation &&
            receipt->entry == entry && receipt->file == file) {
            return true;
        }
    }
    return false;
}

Result<bool> Coverage::coversStretch(std::uint64_t generation,
                                     std::uint64_t last,
                                     const HashOf& hashOf) {
    const auto& releases = facts_->chapterReleases;
    std::map<std::uint64_t, std::optional<Digest>> hashes;
    for (auto at = from(releases, std::tuple(generation, std::uint64_t{0}, last));
         at != releases.end() && at->generation == generation;
         ++at) {
        LIUHEN_TRY(const Confirmed* receipt, receiptAt(at->receipt));
        if (receipt == nullptr || receipt->type != "chapter" || receipt->generation != generation ||
            receipt->seq != at->number) {
            continue;
        }
        if (!hashes.contains(receipt->seq)) {
            LIUHEN_TRY(hashes[receipt->seq], hashOf(receipt->seq));
        }
        const auto& hash = hashes.at(receipt->seq);
        if (!hash || *hash == receipt->entry) {
            return true;
        }
    }
    return false;
}

Result<std::vector<bool>> Coverage::confirmed(const std::vector<Head>& dockings) {
    std::vector<bool> answers(dockings.size(), false);
    using Key = std::tuple<std::uint64_t, std::uint64_t, Digest>;
    std::multimap<Key, std::size_t> wanted;
    for (std::size_t i = 0; i < dockings.size(); ++i) {
        wanted.emplace(Key(dockings[i].generation, dockings[i].seq, dockings[i].hash), i);
    }
    for (std::size_t i = 0; i < facts_->receipts.size() && !wanted.empty(); ++i) {
        LIUHEN_TRY(const Buffer message, messageOf(facts_->receipts[i]));
        const auto said = Receipt::parse(message);  // cheap; most are of other places
        if (!said || said->type != "chapter") {
            continue;
        }
        const Key key(said->generation, said->seq, said->entry);
        if (!wanted.contains(key)) {
            continue;
        }
        LIUHEN_TRY(const Confirmed* receipt, receiptNumber(i));
        if (receipt != nullptr) {
            const auto [first, behind] = wanted.equal_range(key);
            std::for_each(
                first, behind, [&answers](const auto& one) { answers[one.second] = true; });
            wanted.erase(first, behind);
        }
    }
    return answers;
}

Result<const Coverage::Confirmed*> Coverage::receiptAt(const Head& head) {
    const auto& receipts = facts_->receipts;
    const auto key = std::tuple(head.generation, head.seq);
    const auto found = std::lower_bound(
        receipts.begin(), receipts.end(), key, [](const ReceiptRecord& record, const auto& at) {
            return std::tuple(record.generation, record.seq) < at;
        });
    const bool named = found != receipts.end() && found->generation == head.generation &&
                       found->seq == head.seq && found->hash == head.hash;
    if (!named) {
        return static_cast<const Confirmed*>(nullptr);
    }
    return receiptNumber(static_cast<std::size_t>(found - receipts.begin()));
}

Result<const Coverage::Confirmed*> Coverage::receiptNumber(std::size_t index) {
    auto known = known_.find(index);
    if (known == known_.end()) {
        LIUHEN_TRY(const Buffer message, messageOf(facts_->receipts[index]));
        std::optional<Confirmed> confirmed;
        const auto receipt = Receipt::verify(message, signers_);
        const auto leaf = receipt ? ObjectLeaf::decode(receipt->leaf)
                                  : Result<ObjectLeaf>(tl::make_unexpected(receipt.error()));
        if (leaf && receipt->device == device_) {
            confirmed = Confirmed{receipt->type,
                                  receipt->generation,
                                  receipt->recording,
                                  receipt->segment,
                                  receipt->seq,
                                  receipt->entry,
                                  leaf->verdict == "intact",
                                  leaf->file};
        }
        known = known_.emplace(index, std::move(confirmed)).first;
    }
    return known->second ? &*known->second : static_cast<const Confirmed*>(nullptr);
}

/// The message in a receipt's entry; empty if the file has changed since it was checked.
Result<Buffer> Coverage::messageOf(const ReceiptRecord& record) {
    const std::pair wanted(record.generation, record.file);
    if (opened_ != wanted) {
        LIUHEN_TRY(file_, ledger_->at(record.generation).chapters[record.file].open(files_));
        window_ = std::make_unique<ByteWindow>(*file_);
        opened_ = wanted;
    }
    LIUHEN_TRY(const ByteView bytes, window_->at(record.offset, record.size));
    const auto entry = parseEntry(bytes);
    if (!entry || entry->hash != record.hash) {
        return Buffer{};
    }
    auto message = bytesAt(entry->body, "message");
    return message ? *std::move(message) : Buffer{};
}

}  // namespace liuhen::evidence
