// SPDX-License-Identifier: Apache-2.0
// A declared file into the vault: in the order of a commit, but nothing to judge and no receipt.
#include "dock/vault/import.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/commitment.hpp"
#include "common/evidence/messages.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr std::size_t kNameBytes = 16;

tl::unexpected<core::Error> unreadable() {
    return fail(ErrorKind::DataLoss,
                "import a file: the medium does not give back what was written to it; keep the "
                "file, see to the vault's disk and import it again");
}

}  // namespace

Import::Import(Vault& vault, ImportRequest request, std::unique_ptr<Upload> upload)
    : vault_(&vault), request_(std::move(request)), upload_(std::move(upload)) {}

Import::~Import() {
    if (upload_ != nullptr) {
        vault_->incoming_.drop(*upload_);
    }
}

Result<Import> Import::begin(Vault& vault, ImportRequest request) {
    LIUHEN_CHECK(vault.usable());
    vault.touch();
    if (std::string wrong = wrongDeclaration(request.declaration); !wrong.empty()) {
        return fail(ErrorKind::InvalidArgument, "import a file: " + wrong);
    }
    if (static_cast<std::int64_t>(request.declaration.untilUs) >
        core::Microseconds(vault.parts_.clock.utc()).count()) {
        return fail(
            ErrorKind::InvalidArgument,
            "import a file: field until: later than the vault's clock; correct the time, or "
            "the clock if that is wrong");
    }
    Offer offer;
    offer.sizeBytes = request.sizeBytes;
    const std::string name = core::toHex(crypto::randomBytes(kNameBytes));
    auto upload = std::make_unique<Upload>(
        vault.parts_.files,
        core::joinPath(vault.incomingFolder(), name + std::string(kImportEnding)),
        name,
        std::move(offer));
    LIUHEN_CHECK(vault.checkRoom(*upload));
    Import import(vault, std::move(request), std::move(upload));
    LIUHEN_CHECK(import.upload_->open());
    return import;
}

Result<void> Import::append(ByteView bytes) {
    vault_->touch();
    if (bytes.size() > request_.sizeBytes - upload_->size()) {
        return fail(ErrorKind::InvalidArgument, "import a file: more bytes than it has");
    }
    return upload_->append(bytes);
}

Result<ImportAnswer> Import::finish() {
    LIUHEN_CHECK(vault_->usable());
    if (!upload_->whole()) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format(
                "import a file: {} of {} bytes are there", upload_->size(), request_.sizeBytes));
    }
    LIUHEN_CHECK(upload_->sync());
    const Upload::Written written = upload_->written();
    upload_->close();  // from here on nobody can write to these bytes
    LIUHEN_TRY(auto file, vault_->parts_.medium.open(upload_->path()));
    HashedReading reading(std::move(file), written.key);
    const auto found = reading.finish();
    if (!found || reading.code() != written.code) {
        vault_->incidentOnce({"read_back", "", "an import"});
        return unreadable();
    }
    ImportAnswer answer;
    answer.object = *found;
    LIUHEN_CHECK(settle(answer));
    LIUHEN_CHECK(vault_->makeImmutable(answer.object));
    LIUHEN_CHECK(vault_->publishThrough(answer.leaf));
    LIUHEN_CHECK(prove(answer));
    return answer;
}

/// From bytes that were read back to object, leaf and rows, or nothing of them.
Result<void> Import::settle(ImportAnswer& answer) {
    const auto lock = vault_->objectLocks_.take(core::toHex(answer.object));
    LIUHEN_TRY(const bool moved, vault_->moveIn(*upload_, answer.object));
    if (!moved) {
        const auto stored = readBack(vault_->parts_.medium, vault_->objectPath(answer.object));
        if (!stored || *stored != answer.object) {
            vault_->incidentOnce({"read_back", "", "object " + core::toHex(answer.object)});
            return unreadable();
        }
    }
    auto added = vault_->inGroup([&] { return addRows(answer); }, Vault::Then::Publish);
    if (!added && moved && !vault_->broken_) {
        vault_->moveBack(*upload_, answer.object);
    }
    return added;
}

/// Within a group.
Result<void> Import::addRows(ImportAnswer& answer) {
    const ImportDeclaration& declaration = request_.declaration;
    Records& records = vault_->records_;
    LIUHEN_TRY(answer.known, records.knows(answer.object));
    const CommittedText file = CommittedText::make(declaration.file);
    const CommittedText wearer = CommittedText::make(declaration.wearer);
    const CommittedText reason = CommittedText::make(declaration.reason);
    const CommittedText by = CommittedText::make(declaration.by);
    answer.bytes = evidence::encodeLeaf(vault_->parts_.clock.utc().count(),
                                        "imported",
                                        Cbor::map({{"object", answer.object},
                                                   {"size", request_.sizeBytes},
                                                   {"origin", "import"},
                                                   {"verdict", "unproven"},
                                                   {"media", declaration.media},
                                                   {"maker", declaration.maker},
                                                   {"device", declaration.device},
                                                   {"from", declaration.fromUs},
                                                   {"until", declaration.untilUs},
                                                   {"file", file.commitment},
                                                   {"wearer", wearer.commitment},
                                                   {"reason", reason.commitment},
                                                   {"by", by.commitment}}));
    LIUHEN_TRY(answer.leaf, vault_->log_->add("imported", answer.bytes));
    LIUHEN_CHECK(records.addImport(answer.leaf, answer.object, request_.sizeBytes));
    for (const CommittedText* text : {&file, &wearer, &reason, &by}) {
        LIUHEN_CHECK(records.add(*text));
    }
    return {};
}

Result<void> Import::prove(ImportAnswer& answer) {
    const std::lock_guard lock(vault_->mutex_);
    tlog::TileStore& tiles = vault_->log_->tiles();
    answer.note = tiles.note();
    LIUHEN_TRY(answer.path, tiles.inclusionPath(answer.leaf, tiles.size()));
    return {};
}

}  // namespace liuhen::vault
