// SPDX-License-Identifier: Apache-2.0
// Receipts: made once, after the object was read back, and the same ever after.
#include "common/evidence/messages.hpp"
#include "dock/vault/vault.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

using core::Cbor;
using core::ErrorKind;
using core::fail;

Result<Buffer> Vault::receiptFor(const ObjectRow& row) {
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(auto known, records_.receipt(row.object));
        if (known) {
            return *std::move(known);
        }
        if (row.leaf >= log_->tiles().size()) {
            LIUHEN_TRY(const std::string note, log_->publish());
        }
    }
    LIUHEN_TRY(const Digest found, parts_.medium.readBack(objectPath(row.object)));
    const std::lock_guard lock(mutex_);
    if (found != row.object) {
        LIUHEN_TRY(const std::uint64_t index,
                   logIncident({"read_back", "", "object " + core::toHex(row.object)}));
        return fail(
            ErrorKind::DataLoss,
            fmt::format("The medium does not give back what was stored of {} (leaf {} tells); "
                        "the recorder must keep it",
                        describe(row.place),
                        index));
    }
    return makeReceipt(row);
}

/// Called with the mutex held; the object's leaf is under the checkpoint.
Result<Buffer> Vault::makeReceipt(const ObjectRow& row) {
    LIUHEN_TRY(auto known, records_.receipt(row.object));
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
    made.object = row.object;
    made.message = receipt.sign(parts_.identity.receiptKey);
    Cbor body = Cbor::map({{"object", row.object}, {"message", crypto::sha256(made.message)}});
    Buffer note = evidence::encodeLeaf(parts_.clock.utc().count(), "receipt", std::move(body));
    {
        LIUHEN_TRY(Transaction transaction, records_.begin());
        const auto added = [&]() -> Result<void> {
            LIUHEN_TRY(made.leaf, log_->add("receipt", std::move(note)));
            return records_.add(made);
        }();
        if (!added) {
            log_->abandoned();
            return core::failWith(added.error(), "record a receipt");
        }
        if (const auto done = transaction.commit(); !done) {
            return broke(done.error());
        }
    }
    if (const auto staged = log_->committed(); !staged) {
        return broke(staged.error());
    }
    return made.message;
}

}  // namespace liuhen::vault
