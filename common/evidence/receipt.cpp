// SPDX-License-Identifier: Apache-2.0
// Receipts: signing, reading and what must hold for one to verify.
#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/checkpoint.hpp"

#include <tuple>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::string_view kReceipt = "liuhen/receipt";
constexpr std::size_t kFields = 18;
/// Forged receipts may name any number of certificates.
constexpr std::size_t kMaxSigners = 64;
/// An audit path has at most one hash per bit of the tree's size.
constexpr std::size_t kMaxPath = 64;

Cbor orNull(const std::optional<std::uint64_t>& number) {
    return number ? Cbor(*number) : Cbor();
}

tl::unexpected<core::Error> refuse(std::string_view why) {
    return core::fail(core::ErrorKind::Unauthenticated, fmt::format("check receipt: {}", why));
}

Result<std::vector<Digest>> pathAt(const Cbor& payload) {
    LIUHEN_TRY(const Cbor::Array items, itemsAt(payload, "path"));
    std::vector<Digest> path;
    for (const Cbor& item : items) {
        const auto hash = item.digest();
        if (!hash || path.size() == kMaxPath) {
            return core::fail(core::ErrorKind::DataLoss, "read receipt: path is malformed");
        }
        path.push_back(*hash);
    }
    return path;
}

Result<void> readPayload(const Cbor& payload, Receipt& receipt) {
    if (payload.pairs() == nullptr || payload.pairs()->size() != kFields) {
        return core::fail(core::ErrorKind::DataLoss, "read receipt: not its fields and no other");
    }
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(payload, "version"));
    if (version != 1) {
        return core::fail(core::ErrorKind::DataLoss, "read receipt: version is not known");
    }
    LIUHEN_TRY(receipt.vault, textAt(payload, "vault"));
    LIUHEN_TRY(receipt.certificate, bytesAt(payload, "certificate"));
    LIUHEN_TRY(receipt.device, textAt(payload, "device"));
    LIUHEN_TRY(receipt.generation, unsignedAt(payload, "generation"));
    LIUHEN_TRY(receipt.type, textAt(payload, "type"));
    LIUHEN_TRY(receipt.recording, optionalUnsignedAt(payload, "recording"));
    LIUHEN_TRY(receipt.segment, optionalUnsignedAt(payload, "segment"));
    LIUHEN_TRY(receipt.seq, unsignedAt(payload, "seq"));
    LIUHEN_TRY(receipt.entry, digestAt(payload, "entry"));
    LIUHEN_TRY(receipt.object, digestAt(payload, "object"));
    LIUHEN_TRY(receipt.size, unsignedAt(payload, "size"));
    LIUHEN_TRY(receipt.storedUs, integerAt(payload, "stored"));
    LIUHEN_TRY(receipt.copies, unsignedAt(payload, "copies"));
    LIUHEN_TRY(receipt.index, unsignedAt(payload, "index"));
    LIUHEN_TRY(receipt.path, pathAt(payload));
    LIUHEN_TRY(receipt.checkpoint, textAt(payload, "checkpoint"));
    LIUHEN_TRY(receipt.leaf, bytesAt(payload, "leaf"));
    return {};
}

/// The signed message with its payload read.
Result<std::pair<crypto::Sign1, Receipt>> take(ByteView message) {
    LIUHEN_TRY(crypto::Sign1 sign1, crypto::parseSign1(message));
    if (sign1.contentType != kReceipt) {
        return core::fail(core::ErrorKind::DataLoss, "read receipt: it is another kind of message");
    }
    LIUHEN_TRY(const Cbor payload, decodePlain(sign1.payload));
    Receipt receipt;
    LIUHEN_CHECK(readPayload(payload, receipt));
    return std::pair(std::move(sign1), std::move(receipt));
}

bool sameAsLeaf(const Receipt& receipt, const ObjectLeaf& leaf) {
    return std::tie(receipt.device, receipt.generation, receipt.type, receipt.seq, receipt.entry) ==
               std::tie(leaf.device, leaf.generation, leaf.type, leaf.seq, leaf.entry) &&
           std::tie(receipt.recording,
                    receipt.segment,
                    receipt.object,
                    receipt.size,
                    receipt.storedUs) ==
               std::tie(leaf.recording, leaf.segment, leaf.object, leaf.size, leaf.timeUs);
}

}  // namespace

Buffer Receipt::sign(const crypto::PrivateKey& key) const {
    const Cbor payload = Cbor::map({
        {"version", 1},
        {"vault", vault},
        {"certificate", certificate},
        {"device", device},
        {"generation", generation},
        {"type", type},
        {"recording", orNull(recording)},
        {"segment", orNull(segment)},
        {"seq", seq},
        {"entry", entry},
        {"object", object},
        {"size", size},
        {"stored", storedUs},
        {"copies", copies},
        {"index", index},
        {"path", Cbor::Array(path.begin(), path.end())},
        {"checkpoint", checkpoint},
        {"leaf", leaf},
    });
    return crypto::sign1(key, kReceipt, payload.encode());
}

Result<Receipt> Receipt::parse(ByteView message) {
    LIUHEN_TRY(auto taken, take(message));
    return std::move(taken.second);
}

Result<std::pair<std::string, crypto::PublicKey>> ReceiptSigners::judge(ByteView der) {
    Buffer key = core::toBuffer(der);
    const auto known = known_.find(key);
    if (known != known_.end()) {
        return known->second;
    }
    const auto find = [this, der]() -> Result<std::pair<std::string, crypto::PublicKey>> {
        LIUHEN_TRY(const crypto::Certificate signer, crypto::Certificate::fromDer(der));
        if (const auto wrong = crypto::judge(signer, root_, crypto::Role::Receipt, std::nullopt)) {
            return refuse(*wrong);
        }
        LIUHEN_TRY(crypto::PublicKey point, signer.key());
        return std::pair(signer.subject(), std::move(point));
    };
    if (known_.size() >= kMaxSigners) {
        known_.clear();
    }
    return known_.emplace(std::move(key), find()).first->second;
}

Result<Receipt> Receipt::verify(ByteView message, const crypto::Certificate& root) {
    ReceiptSigners signers(root);
    return verify(message, signers);
}

Result<Receipt> Receipt::verify(ByteView message, ReceiptSigners& signers) {
    LIUHEN_TRY(auto taken, take(message));
    Receipt& receipt = taken.second;
    LIUHEN_TRY(const auto signer, signers.judge(receipt.certificate));
    if (signer.first != receipt.vault) {
        return refuse("its certificate is another vault's");
    }
    if (!crypto::verifySign1(taken.first, signer.second)) {
        return refuse("the vault's receipt key did not sign it");
    }
    LIUHEN_TRY(const ObjectLeaf leaf, ObjectLeaf::decode(receipt.leaf));
    if (!sameAsLeaf(receipt, leaf)) {
        return refuse("it says something else than its leaf");
    }
    LIUHEN_TRY(const tlog::SignedCheckpoint checkpoint, tlog::parseCheckpoint(receipt.checkpoint));
    if (checkpoint.checkpoint.origin != receipt.vault) {
        return refuse("its checkpoint is of another log");
    }
    if (!tlog::verifyInclusion(tlog::leafHash(receipt.leaf),
                               receipt.index,
                               checkpoint.checkpoint.size,
                               receipt.path,
                               checkpoint.checkpoint.root)) {
        return refuse("its path does not lead from the leaf to the checkpoint");
    }
    return std::move(receipt);
}

}  // namespace liuhen::evidence
