// SPDX-License-Identifier: Apache-2.0
// Bodies of naming, recovery and release entries; small helpers over kinds and paths.
#include "common/evidence/bodies.hpp"

#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

Cbor optionalHead(const std::optional<Head>& head) {
    return head ? head->toCbor() : Cbor();
}

Cbor optionalNumber(const std::optional<std::uint64_t>& number) {
    return number ? Cbor(*number) : Cbor();
}

Result<std::optional<Head>> optionalHeadAt(const Cbor& body, std::string_view key) {
    const Cbor* value = body.find(key);
    if (value == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, fmt::format("read field {}: absent", key));
    }
    if (value->isNull()) {
        return std::optional<Head>();
    }
    LIUHEN_TRY(Head head, Head::fromCbor(*value));
    return std::optional<Head>(head);
}

Result<std::vector<std::uint64_t>> unsignedItems(const Cbor& body, std::string_view key) {
    LIUHEN_TRY(const Cbor::Array items, itemsAt(body, key));
    std::vector<std::uint64_t> numbers;
    for (const Cbor& item : items) {
        const auto number = item.unsignedInteger();
        if (!number) {
            return core::fail(core::ErrorKind::DataLoss,
                              fmt::format("read field {}: not numbers", key));
        }
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

bool isNaming(std::string_view kind) {
    return kind == "genesis" || kind == "rollback" || kind == "docking" || kind == "boot" ||
           kind == "epoch";
}

Result<NextKeys> readNextKeys(const Cbor& body) {
    LIUHEN_TRY(crypto::PublicKey epoch, keyAt(body, "epoch_key"));
    LIUHEN_TRY(crypto::PublicKey resume, keyAt(body, "resume_key"));
    return NextKeys{std::move(epoch), std::move(resume)};
}

void setNextKeys(Cbor& body, const NextKeys& keys) {
    body.set("epoch_key", ByteView(keys.epoch.bytes()));
    body.set("resume_key", ByteView(keys.resume.bytes()));
}

Cbor GenesisBody::toCbor(bool rollback) const {
    Cbor body = Cbor::map({
        {"certificate", certificate},
        {"witness_key", witnessKey},
        {"names", names},
        {"head", optionalHead(head)},
        {"docking", optionalHead(docking)},
        {"resume", resume ? Cbor(*resume) : Cbor()},
    });
    setNextKeys(body, next);
    if (rollback) {
        body.set("card", optionalHead(card));
        body.set("reason", reason.value_or("head_absent"));
    }
    return body;
}

Result<GenesisBody> GenesisBody::fromCbor(const Cbor& body, bool rollback) {
    LIUHEN_TRY(Buffer certificate, bytesAt(body, "certificate"));
    LIUHEN_TRY(NextKeys next, readNextKeys(body));
    GenesisBody result(std::move(certificate), std::move(next));
    if (const Cbor* names = body.find("names")) {
        result.names = *names;
    }
    if (auto witness = bytesAt(body, "witness_key")) {
        result.witnessKey = *std::move(witness);
    }
    LIUHEN_TRY(result.head, optionalHeadAt(body, "head"));
    LIUHEN_TRY(result.docking, optionalHeadAt(body, "docking"));
    const Cbor* resume = body.find("resume");
    if (resume == nullptr || (!resume->isNull() && resume->bytes() == nullptr)) {
        return core::fail(core::ErrorKind::DataLoss, "read field resume: no bytes or null");
    }
    if (resume->bytes() != nullptr) {
        result.resume = *resume->bytes();
    }
    if (rollback) {
        if (result.resume) {
            return core::fail(core::ErrorKind::DataLoss, "read field resume: not null");
        }
        LIUHEN_TRY(result.card, optionalHeadAt(body, "card"));
        if (auto reason = textAt(body, "reason")) {
            result.reason = *std::move(reason);
        }
    }
    return result;
}

Buffer resumeStatementPayload(std::uint64_t generation, const Head& head, const NextKeys& next) {
    Cbor payload = Cbor::map({{"generation", generation}, {"head", head.toCbor()}});
    setNextKeys(payload, next);
    return payload.encode();
}

Buffer dockingStatementPayload(const EntryFields& docking, ByteView nonce, const NextKeys& next) {
    Cbor payload = Cbor::map({
        {"device", docking.device},
        {"generation", docking.generation},
        {"seq", docking.seq},
        {"previous", docking.previous},
        {"nonce", nonce},
    });
    setNextKeys(payload, next);
    return payload.encode();
}

bool isTornName(std::string_view name) {
    constexpr std::string_view kEnding = ".torn";
    constexpr std::size_t kMaxStem = 60;
    if (!name.ends_with(kEnding)) {
        return false;
    }
    name.remove_suffix(kEnding.size());
    return !name.empty() && name.size() <= kMaxStem &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

Cbor TornFile::toCbor() const {
    return Cbor::map({{"file", file}, {"size", size}, {"hash", hash}});
}

Result<TornFile> TornFile::fromCbor(const Cbor& value) {
    TornFile result;
    LIUHEN_TRY(result.file, textAt(value, "file"));
    if (!isTornName(result.file)) {
        return core::fail(core::ErrorKind::DataLoss, "read field torn: no name of a torn file");
    }
    LIUHEN_TRY(result.size, unsignedAt(value, "size"));
    LIUHEN_TRY(result.hash, digestAt(value, "hash"));
    return result;
}

Cbor PartLostBody::toCbor() const {
    return Cbor::map(
        {{"entry", entry}, {"reason", reason}, {"torn", torn ? torn->toCbor() : Cbor()}});
}

Result<PartLostBody> PartLostBody::fromCbor(const Cbor& body) {
    PartLostBody result;
    LIUHEN_TRY(result.entry, unsignedAt(body, "entry"));
    if (auto reason = textAt(body, "reason")) {
        result.reason = *std::move(reason);
    }
    const Cbor* torn = body.find("torn");
    if (torn == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, "read field torn: absent");
    }
    if (!torn->isNull()) {
        LIUHEN_TRY(result.torn, TornFile::fromCbor(*torn));
    }
    return result;
}

Cbor RecoveryBody::toCbor() const {
    Cbor::Array files;
    for (const TornFile& file : torn) {
        files.push_back(file.toCbor());
    }
    Cbor::Array seqs(missing.begin(), missing.end());
    return Cbor::map({
        {"torn", std::move(files)},
        {"missing", std::move(seqs)},
        {"recording", optionalNumber(recording)},
        {"lost_ms", lostMs},
    });
}

Result<RecoveryBody> RecoveryBody::fromCbor(const Cbor& body) {
    RecoveryBody result;
    LIUHEN_TRY(const Cbor::Array files, itemsAt(body, "torn"));
    if (files.size() > kMaxTorn) {
        return core::fail(core::ErrorKind::DataLoss, "read field torn: more than 256 files");
    }
    for (const Cbor& item : files) {
        LIUHEN_TRY(TornFile file, TornFile::fromCbor(item));
        result.torn.push_back(std::move(file));
    }
    LIUHEN_TRY(result.missing, unsignedItems(body, "missing"));
    LIUHEN_TRY(result.recording, optionalUnsignedAt(body, "recording"));
    // For people only: another type there changes no verdict.
    if (auto lost = unsignedAt(body, "lost_ms")) {
        result.lostMs = *lost;
    }
    return result;
}

Cbor ReleaseBody::toCbor() const {
    return Cbor::map({
        {"generation", generation},
        {"recording", optionalNumber(recording)},
        {"segment", optionalNumber(segment)},
        {"chapter", optionalNumber(chapter)},
        {"torn", torn ? Cbor(*torn) : Cbor()},
        {"receipt", receipt.toCbor()},
    });
}

Result<ReleaseBody> ReleaseBody::fromCbor(const Cbor& body) {
    ReleaseBody result;
    LIUHEN_TRY(result.recording, optionalUnsignedAt(body, "recording"));
    LIUHEN_TRY(result.segment, optionalUnsignedAt(body, "segment"));
    LIUHEN_TRY(result.generation, unsignedAt(body, "generation"));
    LIUHEN_TRY(result.chapter, optionalUnsignedAt(body, "chapter"));
    const Cbor* torn = body.find("torn");
    const Cbor* receipt = body.find("receipt");
    if (torn == nullptr || receipt == nullptr || (!torn->isNull() && torn->text() == nullptr)) {
        return core::fail(core::ErrorKind::DataLoss, "read release: torn or receipt");
    }
    if (torn->text() != nullptr) {
        result.torn = *torn->text();
    }
    LIUHEN_TRY(result.receipt, Head::fromCbor(*receipt));
    const int named = int{result.recording.has_value()} + int{result.chapter.has_value()} +
                      int{result.torn.has_value()};
    if (named != 1 || result.recording.has_value() != result.segment.has_value()) {
        return core::fail(core::ErrorKind::DataLoss,
                          "read release: not exactly one of segment, chapter and torn file");
    }
    return result;
}

Result<TracksBody> TracksBody::fromCbor(const Cbor& body) {
    TracksBody result;
    LIUHEN_TRY(result.recording, unsignedAt(body, "recording"));
    LIUHEN_TRY(result.tracks, unsignedItems(body, "tracks"));
    return result;
}

std::string recordingName(std::uint64_t generation, std::uint64_t start) {
    return fmt::format("{}-{}", generation, start);
}

std::string chapterPath(std::uint64_t generation, std::uint64_t firstSeq) {
    return fmt::format("{}/{:010}.cbor", generation, firstSeq);
}

}  // namespace liuhen::evidence
