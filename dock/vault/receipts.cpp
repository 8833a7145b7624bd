// SPDX-License-Identifier: Apache-2.0
// Receipts: made after the object was read back, and the same ever after, until a second copy lets
// a new one say more.
#include "common/evidence/messages.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

using core::Cbor;
using core::ErrorKind;
using core::fail;

namespace {

constexpr std::uint64_t kOneCopy = 1;
constexpr std::uint64_t kBothCopies = 2;

/// What a receipt says of the leaf that it is for.
Result<evidence::Receipt> receiptOf(Buffer bytes, const Identity& identity) {
    LIUHEN_TRY(const evidence::ObjectLeaf leaf, evidence::ObjectLeaf::decode(bytes));
    evidence::Receipt receipt;
    receipt.leaf = std::move(bytes);
    receipt.vault = identity.origin;
    receipt.certificate = identity.receiptCertificate.der();
    receipt.device = leaf.device;
    receipt.generation = leaf.generation;
    receipt.type = leaf.type;
    receipt.recording = leaf.recording;
    receipt.segment = leaf.segment;
    receipt.seq = leaf.seq;
    receipt.entry = leaf.entry;
    receipt.object = leaf.object;
    receipt.size = leaf.size;
    receipt.storedUs = leaf.timeUs;
    return receipt;
}

}  // namespace

Result<Buffer> Vault::receiptFor(const ObjectRow& row, bool readBack) {
    std::optional<ReceiptRow> known;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(known, records_.receipt(row.leaf));
    }
    if (known) {
        bool more = false;
        if (second_ != nullptr && known->copies < kBothCopies) {
            LIUHEN_TRY(more, mayCountTwo(row.object));
        }
        if (!more) {
            return std::move(known->message);
        }
    }
    LIUHEN_CHECK(publishThrough(row.leaf));
    std::string store;
    if (second_ != nullptr) {
        auto copied = secondHolds(row);
        if (!copied && known) {
            return std::move(known->message);
        }
        if (!copied &&
            (copied.error().kind == ErrorKind::DataLoss || !parts_.copies.singleCopyAfterHours)) {
            return fail(ErrorKind::DataLoss,
                        "Receipts wait for the second copy: " + copied.error().message);
        }
        store = std::move(copied).value_or(std::string());
    }
    if (readBack) {  // stored before a crash that kept the receipt from being made
        const auto found = vault::readBack(parts_.medium, objectPath(row.object));
        if (!found || *found != row.object) {
            incidentOnce({"read_back", "", "object " + core::toHex(row.object)});
            return fail(ErrorKind::DataLoss,
                        fmt::format("The medium does not give back what was stored of {}; the "
                                    "recorder must keep it",
                                    describe(row.place)));
        }
    }
    Buffer message;
    std::uint64_t covered = 0;
    const auto made = inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(message, makeReceipt(row, store));
            covered = log_->tiles().size();
            return {};
        },
        Then::Answer);
    if (!made) {
        return core::failWith(made.error(), "give a receipt");
    }
    // Its checkpoint leaves the vault: a vault restored from the second copy must hold that too.
    if (!store.empty() && second_->logSize() < covered) {
        if (const auto mirrored = mirrorLog(); !mirrored) {
            noteSecond(mirrored.error().message);
            return fail(ErrorKind::DataLoss,
                        "Receipts wait for the second copy: " + mirrored.error().message);
        }
    }
    return message;
}

/// Whether a receipt of one copy may become one of two. Nobody waits for the copying here: that is
/// done in the background.
Result<bool> Vault::mayCountTwo(const Digest& object) {
    LIUHEN_TRY(const bool copied, isInSecond(object));
    const std::lock_guard lock(mutex_);
    const auto& damaged = scrub_.damaged;
    return copied && std::none_of(damaged.begin(), damaged.end(), [&](const Damage& damage) {
               return damage.object == object;
           });
}

/// Within a group; the object's leaf is under the checkpoint, and the second copy `store`, if it is
/// not "", has given the object back.
Result<Buffer> Vault::makeReceipt(const ObjectRow& row, const std::string& store) {
    const std::uint64_t copies = store.empty() ? kOneCopy : kBothCopies;
    LIUHEN_TRY(auto known, records_.receipt(row.leaf));
    if (known && known->copies >= copies) {
        return std::move(known->message);
    }
    tlog::TileStore& tiles = log_->tiles();
    LIUHEN_TRY(Buffer bytes, tiles.leaf(row.leaf));
    LIUHEN_TRY(evidence::Receipt receipt, receiptOf(std::move(bytes), parts_.identity));
    receipt.copies = copies;
    receipt.index = row.leaf;
    LIUHEN_TRY(receipt.path, tiles.inclusionPath(row.leaf, tiles.size()));
    receipt.checkpoint = tiles.note();
    ReceiptRow made;
    made.objectLeaf = row.leaf;
    made.copies = copies;
    made.message = receipt.sign(parts_.identity.receiptKey);
    Cbor body = Cbor::map({{"object", row.object}, {"message", crypto::sha256(made.message)}});
    Buffer note = evidence::encodeLeaf(parts_.clock.utc().count(), "receipt", std::move(body));
    LIUHEN_TRY(made.leaf, log_->add("receipt", std::move(note)));
    LIUHEN_CHECK(records_.add(made));
    if (!store.empty()) {
        LIUHEN_CHECK(noteCopy(row.object, store));
    }
    return made.message;
}

}  // namespace liuhen::vault
