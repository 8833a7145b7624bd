// SPDX-License-Identifier: Apache-2.0
// Receipts: made once, after the object was read back, and the same ever after.
#include "common/evidence/messages.hpp"
#include "dock/vault/vault.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

using core::Cbor;
using core::ErrorKind;
using core::fail;

Result<Buffer> Vault::receiptFor(const ObjectRow& row, bool readBack) {
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(auto known, records_.receipt(row.leaf));
        if (known) {
            return *std::move(known);
        }
    }
    LIUHEN_CHECK(publishThrough(row.leaf));
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
    const auto made = inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(message, makeReceipt(row));
            return {};
        },
        Then::Answer);
    return made ? Result<Buffer>(std::move(message))
                : core::failWith(made.error(), "give a receipt");
}

/// Within a group; the object's leaf is under the checkpoint.
Result<Buffer> Vault::makeReceipt(const ObjectRow& row) {
    LIUHEN_TRY(auto known, records_.receipt(row.leaf));
    if (known) {
        return *std::move(known);
    }
    tlog::TileStore& tiles = log_->tiles();
    evidence::Receipt receipt;
    LIUHEN_TRY(receipt.leaf, tiles.leaf(row.leaf));
    LIUHEN_TRY(const evidence::ObjectLeaf leaf, evidence::ObjectLeaf::decode(receipt.leaf));
    receipt.vault = parts_.identity.origin;
    receipt.certificate = parts_.identity.receiptCertificate.der();
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
    receipt.copies = 1;
    receipt.index = row.leaf;
    LIUHEN_TRY(receipt.path, tiles.inclusionPath(row.leaf, tiles.size()));
    receipt.checkpoint = tiles.note();
    ReceiptRow made;
    made.objectLeaf = row.leaf;
    made.message = receipt.sign(parts_.identity.receiptKey);
    Cbor body = Cbor::map({{"object", row.object}, {"message", crypto::sha256(made.message)}});
    Buffer note = evidence::encodeLeaf(parts_.clock.utc().count(), "receipt", std::move(body));
    LIUHEN_TRY(made.leaf, log_->add("receipt", std::move(note)));
    LIUHEN_CHECK(records_.add(made));
    return made.message;
}

}  // namespace liuhen::vault
