// SPDX-License-Identifier: Apache-2.0
// Answers: writing in the vault, reading in the client.
#include "common/evidence/fields.hpp"
#include "dock/vault/messages.hpp"

#include <array>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;
using evidence::bytesAt;
using evidence::textAt;
using evidence::unsignedAt;

constexpr std::array kKinds = {ErrorKind::InvalidArgument,
                               ErrorKind::NotFound,
                               ErrorKind::AlreadyExists,
                               ErrorKind::Unauthenticated,
                               ErrorKind::PermissionDenied,
                               ErrorKind::FailedPrecondition,
                               ErrorKind::ResourceExhausted,
                               ErrorKind::Unavailable,
                               ErrorKind::DeadlineExceeded,
                               ErrorKind::DataLoss,
                               ErrorKind::Unimplemented,
                               ErrorKind::Internal};

constexpr std::array kStates = {
    State::Receiving, State::Receipted, State::Quarantined, State::Forked, State::Again};

Result<bool> booleanAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value == nullptr || !value->boolean()) {
        return fail(ErrorKind::DataLoss,
                    "read answer: " + std::string(key) + " is neither true nor false");
    }
    return *value->boolean();
}

Result<State> stateAt(const Cbor& map) {
    LIUHEN_TRY(const std::string text, textAt(map, "state"));
    for (const State state : kStates) {
        if (name(state) == text) {
            return state;
        }
    }
    return fail(ErrorKind::DataLoss, "read answer: the state is not known");
}

}  // namespace

Buffer encodeError(const core::Error& error) {
    return Cbor::map({{"error", core::name(error.kind)}, {"message", error.message}}).encode();
}

Result<Cbor> parseAnswer(ByteView message) {
    LIUHEN_TRY(Cbor map, Cbor::decode(message));
    if (map.pairs() == nullptr) {
        return fail(ErrorKind::DataLoss, "read answer: it is no map");
    }
    if (map.find("error") == nullptr) {
        return map;
    }
    LIUHEN_TRY(const std::string kind, textAt(map, "error"));
    LIUHEN_TRY(std::string text, textAt(map, "message"));
    for (const ErrorKind known : kKinds) {
        if (core::name(known) == kind) {
            return fail(known, std::move(text));
        }
    }
    return fail(ErrorKind::Internal, std::move(text));
}

Cbor toCbor(const Hello& hello) {
    return Cbor::map({{"origin", hello.origin},
                      {"size", hello.logSize},
                      {"receipt_certificate", hello.receiptCertificate},
                      {"checkpoint_certificate", hello.checkpointCertificate},
                      {"two_copies", hello.twoCopies}});
}

Result<Hello> readHello(const Cbor& map) {
    Hello hello;
    LIUHEN_TRY(hello.origin, textAt(map, "origin"));
    LIUHEN_TRY(hello.logSize, unsignedAt(map, "size"));
    LIUHEN_TRY(hello.receiptCertificate, bytesAt(map, "receipt_certificate"));
    LIUHEN_TRY(hello.checkpointCertificate, bytesAt(map, "checkpoint_certificate"));
    LIUHEN_TRY(hello.twoCopies, booleanAt(map, "two_copies"));
    return hello;
}

Cbor toCbor(const Held& held) {
    Cbor::Array missing;
    for (const SegmentName& segment : held.missing) {
        missing.push_back(Cbor::array({segment.recording, segment.segment}));
    }
    return Cbor::map({{"next", held.next},
                      {"last", held.last ? Cbor(*held.last) : Cbor()},
                      {"missing", std::move(missing)},
                      {"more", held.more ? Cbor(*held.more) : Cbor()},
                      {"receipt", held.receipt}});
}

Result<Held> readHeld(const Cbor& map) {
    Held held;
    LIUHEN_TRY(held.next, unsignedAt(map, "next"));
    const Cbor* last = map.find("last");
    if (last != nullptr && !last->isNull()) {
        LIUHEN_TRY(held.last, evidence::digestAt(map, "last"));
    }
    LIUHEN_TRY(const Cbor::Array missing, evidence::itemsAt(map, "missing"));
    for (const Cbor& item : missing) {
        const Cbor::Array* pair = item.items();
        if (pair == nullptr || pair->size() != 2 || !(*pair)[0].unsignedInteger() ||
            !(*pair)[1].unsignedInteger()) {
            return fail(ErrorKind::DataLoss, "read answer: a missing segment is no pair");
        }
        held.missing.push_back({*(*pair)[0].unsignedInteger(), *(*pair)[1].unsignedInteger()});
    }
    const Cbor* more = map.find("more");
    if (more != nullptr && !more->isNull()) {
        LIUHEN_TRY(held.more, unsignedAt(map, "more"));
    }
    LIUHEN_TRY(held.receipt, bytesAt(map, "receipt"));
    return held;
}

namespace {

Cbor orNull(const std::string& text) {
    return text.empty() ? Cbor() : Cbor(text);
}

/// "" for null.
Result<std::string> verdictAt(const Cbor& map) {
    const Cbor* verdict = map.find("verdict");
    return verdict == nullptr || verdict->isNull() ? Result<std::string>(std::string())
                                                   : textAt(map, "verdict");
}

}  // namespace

Cbor toCbor(const OfferAnswer& answer) {
    Cbor map = Cbor::map({{"state", name(answer.state)}});
    if (answer.state == State::Receipted) {
        map.set("receipt", answer.receipt);
    } else if (answer.state == State::Receiving) {
        map.set("upload", answer.upload);
        map.set("offset", answer.offset);
    } else {
        map.set("reason", answer.reason);
        map.set("verdict", orNull(answer.verdict));
    }
    return map;
}

Result<OfferAnswer> readOfferAnswer(const Cbor& map) {
    OfferAnswer answer;
    LIUHEN_TRY(answer.state, stateAt(map));
    if (answer.state == State::Receipted) {
        LIUHEN_TRY(answer.receipt, bytesAt(map, "receipt"));
    } else if (answer.state == State::Receiving) {
        LIUHEN_TRY(answer.upload, textAt(map, "upload"));
        LIUHEN_TRY(answer.offset, unsignedAt(map, "offset"));
    } else {
        LIUHEN_TRY(answer.reason, textAt(map, "reason"));
        LIUHEN_TRY(answer.verdict, verdictAt(map));
    }
    return answer;
}

Cbor toCbor(const CommitAnswer& answer) {
    Cbor map = Cbor::map({{"state", name(answer.state)}, {"verdict", orNull(answer.verdict)}});
    if (answer.state == State::Receipted) {
        map.set("receipt", answer.receipt);
    } else {
        map.set("reason", answer.reason);
        map.set("resend", answer.resend);
    }
    return map;
}

Result<CommitAnswer> readCommitAnswer(const Cbor& map) {
    CommitAnswer answer;
    LIUHEN_TRY(answer.state, stateAt(map));
    LIUHEN_TRY(answer.verdict, verdictAt(map));
    if (answer.state == State::Receipted) {
        LIUHEN_TRY(answer.receipt, bytesAt(map, "receipt"));
    } else {
        LIUHEN_TRY(answer.reason, textAt(map, "reason"));
        const Cbor* resend = map.find("resend");
        answer.resend = resend != nullptr && resend->boolean().value_or(false);
    }
    return answer;
}

Cbor toCbor(const CheckpointAnswer& answer) {
    return Cbor::map({{"note", answer.note},
                      {"certificate", answer.certificate},
                      {"path", Cbor::Array(answer.path.begin(), answer.path.end())}});
}

Result<CheckpointAnswer> readCheckpointAnswer(const Cbor& map) {
    CheckpointAnswer answer;
    LIUHEN_TRY(answer.note, textAt(map, "note"));
    LIUHEN_TRY(answer.certificate, bytesAt(map, "certificate"));
    LIUHEN_TRY(const Cbor::Array path, evidence::itemsAt(map, "path"));
    for (const Cbor& item : path) {
        if (!item.digest()) {
            return fail(ErrorKind::DataLoss,
                        "read answer: the path holds something else than hashes");
        }
        answer.path.push_back(*item.digest());
    }
    return answer;
}

Cbor toCbor(const LeavesAnswer& answer) {
    Cbor::Array leaves;
    for (const Buffer& leaf : answer.leaves) {
        leaves.push_back(Cbor(core::ByteView(leaf)));
    }
    return Cbor::map({{"size", answer.size}, {"leaves", std::move(leaves)}});
}

Result<LeavesAnswer> readLeavesAnswer(const Cbor& map) {
    LeavesAnswer answer;
    LIUHEN_TRY(answer.size, unsignedAt(map, "size"));
    LIUHEN_TRY(const Cbor::Array leaves, evidence::itemsAt(map, "leaves"));
    for (const Cbor& leaf : leaves) {
        if (leaf.bytes() == nullptr) {
            return fail(ErrorKind::DataLoss, "read answer: a leaf is no bytes");
        }
        answer.leaves.push_back(*leaf.bytes());
    }
    return answer;
}

Cbor toCbor(const CosignedAnswer& answer) {
    return Cbor::map({{"added", answer.added}, {"older", answer.older}, {"reason", answer.reason}});
}

Result<CosignedAnswer> readCosignedAnswer(const Cbor& map) {
    CosignedAnswer answer;
    LIUHEN_TRY(answer.added, booleanAt(map, "added"));
    LIUHEN_TRY(answer.older, booleanAt(map, "older"));
    LIUHEN_TRY(answer.reason, textAt(map, "reason"));
    return answer;
}

namespace {

Cbor orNull(const std::optional<std::uint64_t>& number) {
    return number ? Cbor(*number) : Cbor();
}

Cbor scrubToCbor(const Scrubbed& scrub) {
    Cbor::Array damaged;
    for (const Damage& damage : scrub.damaged) {
        damaged.push_back(
            Cbor::map({{"copy", damage.copy}, {"object", damage.object}, {"what", damage.what}}));
    }
    return Cbor::map({{"finished", scrub.finishedUs ? Cbor(*scrub.finishedUs) : Cbor()},
                      {"read", scrub.readBytes},
                      {"damaged_count", scrub.damagedCount},
                      {"damaged", std::move(damaged)}});
}

Result<Scrubbed> readScrubbed(const Cbor& map) {
    Scrubbed scrub;
    const Cbor* finished = map.find("finished");
    if (finished != nullptr && !finished->isNull()) {
        LIUHEN_TRY(scrub.finishedUs, evidence::integerAt(map, "finished"));
    }
    LIUHEN_TRY(scrub.readBytes, unsignedAt(map, "read"));
    LIUHEN_TRY(scrub.damagedCount, unsignedAt(map, "damaged_count"));
    LIUHEN_TRY(const Cbor::Array damaged, evidence::itemsAt(map, "damaged"));
    for (const Cbor& item : damaged) {
        Damage damage;
        LIUHEN_TRY(damage.copy, textAt(item, "copy"));
        LIUHEN_TRY(damage.object, evidence::digestAt(item, "object"));
        LIUHEN_TRY(damage.what, textAt(item, "what"));
        scrub.damaged.push_back(std::move(damage));
    }
    return scrub;
}

Cbor witnessingToCbor(const Witnessing& witnessing) {
    Cbor::Array witnesses;
    for (const WitnessState& witness : witnessing.witnesses) {
        witnesses.push_back(Cbor::map(
            {{"name", witness.name}, {"leaves", witness.leaves}, {"time", witness.unixSeconds}}));
    }
    return Cbor::map({{"witnesses", std::move(witnesses)},
                      {"leaves", witnessing.leaves},
                      {"witnessed", witnessing.witnessed},
                      {"recorders", witnessing.recorders},
                      {"trouble", witnessing.trouble}});
}

Result<Witnessing> readWitnessing(const Cbor& map) {
    Witnessing witnessing;
    LIUHEN_TRY(const Cbor::Array witnesses, evidence::itemsAt(map, "witnesses"));
    for (const Cbor& item : witnesses) {
        WitnessState& witness = witnessing.witnesses.emplace_back();
        LIUHEN_TRY(witness.name, textAt(item, "name"));
        LIUHEN_TRY(witness.leaves, unsignedAt(item, "leaves"));
        LIUHEN_TRY(witness.unixSeconds, unsignedAt(item, "time"));
    }
    LIUHEN_TRY(witnessing.leaves, unsignedAt(map, "leaves"));
    LIUHEN_TRY(witnessing.witnessed, booleanAt(map, "witnessed"));
    LIUHEN_TRY(witnessing.recorders, unsignedAt(map, "recorders"));
    LIUHEN_TRY(witnessing.trouble, textAt(map, "trouble"));
    return witnessing;
}

}  // namespace

Cbor toCbor(const Status& status) {
    return Cbor::map({{"origin", status.origin},
                      {"size", status.logSize},
                      {"stored", status.stored},
                      {"quarantined", status.quarantined},
                      {"forks", status.forks},
                      {"receipts", status.receipts},
                      {"uploads", status.uploads},
                      {"free_bytes", status.freeBytes},
                      {"absent", status.absent},
                      {"sandbox", status.sandbox},
                      {"freezing", status.freezing},
                      {"second", status.second ? Cbor(*status.second) : Cbor()},
                      {"uncopied", status.uncopied},
                      {"single_copy", status.singleCopy},
                      {"minimum_age_hours", orNull(status.minimumAgeHours)},
                      {"scrub", scrubToCbor(status.scrub)},
                      {"witnessing", witnessingToCbor(status.witnessing)}});
}

Result<Status> readStatus(const Cbor& map) {
    Status status;
    LIUHEN_TRY(status.origin, textAt(map, "origin"));
    LIUHEN_TRY(status.logSize, unsignedAt(map, "size"));
    LIUHEN_TRY(status.stored, unsignedAt(map, "stored"));
    LIUHEN_TRY(status.quarantined, unsignedAt(map, "quarantined"));
    LIUHEN_TRY(status.forks, unsignedAt(map, "forks"));
    LIUHEN_TRY(status.receipts, unsignedAt(map, "receipts"));
    LIUHEN_TRY(status.uploads, unsignedAt(map, "uploads"));
    LIUHEN_TRY(status.freeBytes, unsignedAt(map, "free_bytes"));
    LIUHEN_TRY(status.absent, unsignedAt(map, "absent"));
    LIUHEN_TRY(status.sandbox, textAt(map, "sandbox"));
    LIUHEN_TRY(status.freezing, textAt(map, "freezing"));
    const Cbor* second = map.find("second");
    if (second != nullptr && !second->isNull()) {
        LIUHEN_TRY(status.second, textAt(map, "second"));
    }
    LIUHEN_TRY(status.uncopied, unsignedAt(map, "uncopied"));
    LIUHEN_TRY(status.singleCopy, booleanAt(map, "single_copy"));
    LIUHEN_TRY(status.minimumAgeHours, evidence::optionalUnsignedAt(map, "minimum_age_hours"));
    const Cbor* scrub = map.find("scrub");
    LIUHEN_TRY(status.scrub, readScrubbed(scrub == nullptr ? Cbor() : *scrub));
    const Cbor* witnessing = map.find("witnessing");
    LIUHEN_TRY(status.witnessing, readWitnessing(witnessing == nullptr ? Cbor() : *witnessing));
    return status;
}

}  // namespace liuhen::vault
