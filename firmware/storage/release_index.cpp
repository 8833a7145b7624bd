// SPDX-License-Identifier: Apache-2.0
// From entries to segments, receipts and releases.
#include "firmware/storage/release_index.hpp"

#include <algorithm>

namespace liuhen::storage {

using core::ErrorKind;
using core::Result;
using evidence::Entry;

Result<bool> ReleaseIndex::step(std::size_t limitBytes) {
    return walk_.step(limitBytes,
                      [this](const EntryPlace& place, core::ByteView bytes) { see(place, bytes); });
}

void ReleaseIndex::see(const EntryPlace& place, core::ByteView bytes) {
    const auto entry = evidence::parseEntry(bytes);
    if (!entry) {
        return;
    }
    seeTime(*entry);
    if (entry->kind == "receipt") {
        seeReceipt(place, *entry);
    } else if (entry->kind == "release") {
        const auto body = evidence::ReleaseBody::fromCbor(entry->body);
        if (body && body->recording && body->segment) {
            const auto found = segments_.find({body->generation, *body->recording, *body->segment});
            if (found != segments_.end()) {
                found->second.released = true;
            }
        }
    } else {
        seeFootage(*entry);
    }
}

/// What passed between two process starts is known to nobody, and counts nothing.
void ReleaseIndex::seeTime(const Entry& entry) {
    const Moment now{entry.generation, entry.boot, entry.time.boottimeNs};
    if (last_ && last_->generation == now.generation && last_->boot == now.boot &&
        now.boottimeNs > last_->boottimeNs) {
        const std::uint64_t step = now.boottimeNs - last_->boottimeNs;
        ranNs_ = step > UINT64_MAX - ranNs_ ? UINT64_MAX : ranNs_ + step;
    }
    last_ = now;
}

SegmentRecord* ReleaseIndex::find(const Entry& entry,
                                  std::uint64_t recording,
                                  std::uint64_t segment) {
    const auto found = segments_.find({entry.generation, recording, segment});
    return found == segments_.end() ? nullptr : &found->second;
}

void ReleaseIndex::seeFootage(const Entry& entry) {
    if (entry.kind == "segment") {
        if (const auto body = evidence::SegmentBody::fromCbor(entry.body)) {
            SegmentRecord record;
            record.seq = entry.seq;
            record.last = entry.hash;
            segments_[{entry.generation, body->recording, body->segment}] = std::move(record);
        }
    } else if (entry.kind == "part") {
        const auto body = evidence::PartBody::fromCbor(entry.body);
        SegmentRecord* record = body ? find(entry, body->recording, body->segment) : nullptr;
        if (record != nullptr) {
            record->beforeLast = std::exchange(record->last, entry.hash);
            record->lastPart = entry.seq;
        }
    } else if (entry.kind == "segment.end") {
        const auto body = evidence::SegmentEndBody::fromCbor(entry.body);
        SegmentRecord* record = body ? find(entry, body->recording, body->segment) : nullptr;
        if (record != nullptr) {
            record->last = entry.hash;
            record->lastPart = 0;
        }
    } else if (entry.kind == "part.lost") {
        seeLost(entry);
    }
}

void ReleaseIndex::seeLost(const Entry& entry) {
    const auto lost = evidence::PartLostBody::fromCbor(entry.body);
    if (!lost) {
        return;
    }
    const auto found = std::find_if(segments_.rbegin(), segments_.rend(), [&](const auto& one) {
        return std::get<0>(one.first) == entry.generation && one.second.lastPart == lost->entry;
    });
    if (found != segments_.rend()) {
        found->second.last = found->second.beforeLast;
        found->second.lastPart = 0;
    }
}

void ReleaseIndex::seeReceipt(const EntryPlace& place, const Entry& entry) {
    const core::Cbor* message = entry.body.find("message");
    if (message == nullptr || message->bytes() == nullptr) {
        return;
    }
    const auto receipt = evidence::Receipt::parse(*message->bytes());
    if (!receipt || receipt->type != "segment" || !receipt->recording || !receipt->segment ||
        receipt->device != entry.device) {
        return;
    }
    const auto found =
        segments_.find({receipt->generation, *receipt->recording, *receipt->segment});
    if (found != segments_.end()) {
        found->second.receipts.push_back(
            {place, entry.head(), ranNs_, receipt->entry, receipt->copies});
    }
}

Result<evidence::Receipt> ReleaseIndex::verify(const ReceiptPlace& held,
                                               const crypto::Certificate& root) {
    LIUHEN_TRY(const core::Buffer bytes, walk_.read(held.place));
    LIUHEN_TRY(const Entry entry, evidence::parseEntry(bytes));
    const core::Cbor* message = entry.body.find("message");
    if (entry.hash != held.head.hash || message == nullptr || message->bytes() == nullptr) {
        return core::fail(ErrorKind::DataLoss, "read receipt: another entry stands in its place");
    }
    return evidence::Receipt::verify(*message->bytes(), root);
}

}  // namespace liuhen::storage
