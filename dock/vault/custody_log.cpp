// SPDX-License-Identifier: Apache-2.0
// Rows and tiles kept in step, and refused when they cannot have come from one history.
#include "dock/vault/custody_log.hpp"

#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/checkpoint.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

/// Leaves that wait for a checkpoint. TileStore takes 64 MiB; a leaf has at most 64 KiB.
constexpr std::uint64_t kMostStaged = 512;

tl::unexpected<core::Error> refuse(std::string why) {
    return fail(ErrorKind::FailedPrecondition,
                "open the custody log: " + std::move(why) + "; nothing was changed");
}

bool isOrigin(std::string_view origin) {
    constexpr std::size_t kOriginBytes = 64;
    return !origin.empty() && origin.size() <= kOriginBytes &&
           origin.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
               "0123456789._-") == std::string_view::npos;
}

}  // namespace

std::optional<WrongIdentity> wrongIdentity(const Identity& identity, core::Microseconds now) {
    using crypto::Role;
    const auto wrong = [](std::string key, std::string why) {
        return WrongIdentity{std::move(key), std::move(why)};
    };
    if (!isOrigin(identity.origin)) {
        return wrong("origin", "must have 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    if (identity.root.role() != Role::Root) {
        return wrong("root", "it is no root certificate");
    }
    const auto receipt =
        crypto::judge(identity.receiptCertificate, identity.root, Role::Receipt, now);
    if (receipt) {
        return wrong("receipt_certificate", *receipt);
    }
    const auto checkpoint =
        crypto::judge(identity.checkpointCertificate, identity.root, Role::Checkpoint, now);
    if (checkpoint) {
        return wrong("checkpoint_certificate", *checkpoint);
    }
    if (identity.checkpointCertificate.subject() != identity.origin) {
        return wrong("origin",
                     fmt::format("the checkpoint certificate is of '{}', not of '{}'",
                                 identity.checkpointCertificate.subject(),
                                 identity.origin));
    }
    const auto receiptKey = identity.receiptCertificate.key();
    if (!receiptKey || !(*receiptKey == identity.receiptKey.publicKey())) {
        return wrong("receipt_key", "it is not the key of receipt_certificate");
    }
    const auto checkpointKey = identity.checkpointCertificate.noteKey();
    if (!checkpointKey || *checkpointKey != identity.checkpointKey.publicBytes()) {
        return wrong("checkpoint_key", "it is not the key of checkpoint_certificate");
    }
    return std::nullopt;
}

Result<CustodyLog> CustodyLog::open(Records& records,
                                    core::Files& files,
                                    const std::string& folder,
                                    const Identity& identity,
                                    const core::Clock& clock) {
    LIUHEN_TRY(tlog::TileStore tiles,
               tlog::TileStore::open(
                   files, core::joinPath(folder, "log"), core::joinPath(folder, "scratch")));
    CustodyLog log(records, std::move(tiles), identity);
    LIUHEN_TRY(const std::uint64_t rows, records.leafCount());
    LIUHEN_CHECK(log.compare());
    if (rows == 0) {
        LIUHEN_CHECK(log.begin(clock));
    } else {
        LIUHEN_CHECK(log.checkOpening());
        LIUHEN_CHECK(log.catchUp(rows));
    }
    LIUHEN_CHECK(log.publish());
    return log;
}

Result<void> CustodyLog::checkNote() const {
    const auto parsed = tlog::parseCheckpoint(tiles_.note());
    if (!parsed) {
        return refuse(parsed.error().message);
    }
    if (parsed->checkpoint.origin != identity_->origin) {
        return refuse(fmt::format("its checkpoint is of '{}', this vault is '{}'",
                                  parsed->checkpoint.origin,
                                  identity_->origin));
    }
    if (!tlog::verifySignature(
            parsed->note, identity_->origin, identity_->checkpointKey.publicBytes())) {
        return refuse("its checkpoint is not signed with this vault's checkpoint key");
    }
    if (tiles_.witnessed().empty()) {
        return {};
    }
    const auto seen = tlog::parseNote(tiles_.witnessed());
    if (!seen ||
        !tlog::verifySignature(*seen, identity_->origin, identity_->checkpointKey.publicBytes())) {
        return refuse("its witnessed note is not signed with this vault's checkpoint key");
    }
    return {};
}

Result<void> CustodyLog::compare() {
    LIUHEN_TRY(const std::uint64_t rows, records_->leafCount());
    const std::uint64_t size = tiles_.size();
    if (rows < size) {
        return refuse(
            fmt::format("the published checkpoint covers {} leaves and the database has {}: the "
                        "database was set "
                        "back or belongs to another vault; restore the newest one",
                        size,
                        rows));
    }
    LIUHEN_TRY(const auto rowless, records_->leafWithoutRow());
    if (rowless) {
        return refuse(
            fmt::format("leaf {} tells of what the database has no row of: rows were removed; "
                        "restore the newest one",
                        *rowless));
    }
    LIUHEN_TRY(const auto receipt, records_->lastReceipt());
    if (receipt) {
        LIUHEN_TRY(const evidence::Receipt last, evidence::Receipt::parse(*receipt));
        LIUHEN_TRY(const tlog::SignedCheckpoint known, tlog::parseCheckpoint(last.checkpoint));
        if (size < known.checkpoint.size) {
            return refuse(
                fmt::format("a receipt was given under a checkpoint of {} leaves and the log "
                            "folder has {}: the "
                            "folder was set back; restore the newest one",
                            known.checkpoint.size,
                            size));
        }
        LIUHEN_TRY(const Digest root, tiles_.rootAt(known.checkpoint.size));
        if (root != known.checkpoint.root) {
            return refuse("the log folder has another history than the last receipt");
        }
    }
    if (size == 0) {
        return {};
    }
    LIUHEN_CHECK(checkNote());
    // The newest leaves stand for all: a set-back or exchanged database differs there.
    const std::uint64_t from = (size - 1) / tlog::kTileWidth * tlog::kTileWidth;
    LIUHEN_TRY(const auto leaves, records_->leaves(from, size - from));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        LIUHEN_TRY(const Buffer published, tiles_.leaf(from + i));
        if (published != leaves[i]) {
            return refuse(fmt::format("leaf {} of the log folder is not the database's", from + i));
        }
    }
    return {};
}

Result<void> CustodyLog::checkOpening() {
    LIUHEN_TRY(const auto leaves, records_->leaves(0, 1));
    if (leaves.empty()) {
        return refuse("the database has no first leaf");
    }
    LIUHEN_TRY(const evidence::Leaf opening, evidence::Leaf::decode(leaves.front()));
    if (opening.kind != "log.opened") {
        return refuse("the first leaf does not open a log");
    }
    LIUHEN_TRY(const std::string origin, evidence::textAt(opening.body, "origin"));
    LIUHEN_TRY(const Buffer der, evidence::bytesAt(opening.body, "checkpoint_certificate"));
    LIUHEN_TRY(const crypto::Certificate certificate, crypto::Certificate::fromDer(der));
    LIUHEN_TRY(const auto key, certificate.noteKey());
    if (origin != identity_->origin || key != identity_->checkpointKey.publicBytes()) {
        return refuse("it was opened under another origin or checkpoint key");
    }
    return {};
}

Result<void> CustodyLog::begin(const core::Clock& clock) {
    LIUHEN_TRY(Transaction transaction, records_->begin());
    Cbor body = Cbor::map({{"origin", identity_->origin},
                           {"checkpoint_certificate", identity_->checkpointCertificate.der()},
                           {"receipt_certificate", identity_->receiptCertificate.der()}});
    LIUHEN_CHECK(add("log.opened",
                     evidence::encodeLeaf(clock.utc().count(), "log.opened", std::move(body))));
    LIUHEN_CHECK(transaction.commit());
    return committed();
}

Result<void> CustodyLog::catchUp(std::uint64_t rows) {
    while (tiles_.nextIndex() < rows) {
        LIUHEN_TRY(const auto leaves, records_->leaves(tiles_.nextIndex(), kMostStaged));
        if (leaves.empty()) {
            return refuse("leaf rows are not there");
        }
        LIUHEN_CHECK(publish());
        LIUHEN_CHECK(tiles_.append(leaves));
    }
    return {};
}

Result<std::uint64_t> CustodyLog::add(std::string_view kind, Buffer leaf) {
    const std::uint64_t index = next();
    LIUHEN_CHECK(records_->addLeaf(index, kind, leaf));
    pending_.push_back(std::move(leaf));
    return index;
}

bool CustodyLog::isFull() const {
    return tiles_.nextIndex() - tiles_.size() >= kMostStaged;
}

Result<void> CustodyLog::committed() {
    LIUHEN_CHECK(tiles_.append(pending_));
    pending_.clear();
    return {};
}

Result<std::string> CustodyLog::publish() {
    return tiles_.publish(identity_->origin, identity_->checkpointKey);
}

}  // namespace liuhen::vault
