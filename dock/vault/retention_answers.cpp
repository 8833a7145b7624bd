// SPDX-License-Identifier: Apache-2.0
// Answers about holds and classes: writing in the vault, reading in the client.
#include "common/evidence/fields.hpp"
#include "dock/vault/committed_text.hpp"
#include "dock/vault/retention_messages.hpp"

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

Cbor orNull(const std::optional<std::uint64_t>& number) {
    return number ? Cbor(*number) : Cbor();
}

Cbor subjectToCbor(const Subject& subject) {
    return Cbor::map({{"device", subject.device},
                      {"generation", subject.generation},
                      {"recording", orNull(subject.recording)},
                      {"object", subject.object ? Cbor(*subject.object) : Cbor()}});
}

Result<Subject> readSubject(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    const Cbor none;
    const Cbor& found = value == nullptr ? none : *value;
    Subject subject;
    LIUHEN_TRY(subject.device, evidence::textAt(found, "device"));
    LIUHEN_TRY(subject.generation, evidence::unsignedAt(found, "generation"));
    LIUHEN_TRY(subject.recording, evidence::optionalUnsignedAt(found, "recording"));
    const Cbor* object = found.find("object");
    if (object != nullptr && !object->isNull()) {
        LIUHEN_TRY(subject.object, evidence::digestAt(found, "object"));
    }
    if (subject.recording.has_value() == subject.object.has_value()) {
        return fail(ErrorKind::DataLoss,
                    "read answer: a subject is no recording, no object or both");
    }
    return subject;
}

}  // namespace

Cbor toCbor(const HoldAnswer& answer) {
    return Cbor::map(
        {{"hold", answer.hold}, {"subject", subjectToCbor(answer.subject)}, {"leaf", answer.leaf}});
}

Result<HoldAnswer> readHoldAnswer(const Cbor& map) {
    HoldAnswer answer;
    LIUHEN_TRY(answer.hold, evidence::digestAt(map, "hold"));
    LIUHEN_TRY(answer.subject, readSubject(map, "subject"));
    LIUHEN_TRY(answer.leaf, evidence::unsignedAt(map, "leaf"));
    return answer;
}

Cbor toCbor(const HoldList& list) {
    Cbor::Array holds;
    for (const Hold& hold : list.holds) {
        holds.push_back(Cbor::map({{"leaf", hold.leaf},
                                   {"placed", hold.placedUs},
                                   {"hold", hold.hold},
                                   {"subject", subjectToCbor(hold.subject)},
                                   {"reason", textToCbor(hold.reason)},
                                   {"by", textToCbor(hold.by)}}));
    }
    return Cbor::map({{"holds", std::move(holds)}, {"more", orNull(list.more)}});
}

Result<HoldList> readHolds(const Cbor& map) {
    HoldList list;
    LIUHEN_TRY(const Cbor::Array items, evidence::itemsAt(map, "holds"));
    for (const Cbor& item : items) {
        Hold hold;
        LIUHEN_TRY(hold.leaf, evidence::unsignedAt(item, "leaf"));
        LIUHEN_TRY(hold.placedUs, evidence::integerAt(item, "placed"));
        LIUHEN_TRY(hold.hold, evidence::digestAt(item, "hold"));
        LIUHEN_TRY(hold.subject, readSubject(item, "subject"));
        LIUHEN_TRY(hold.reason, readText(item, "reason"));
        LIUHEN_TRY(hold.by, readText(item, "by"));
        list.holds.push_back(std::move(hold));
    }
    LIUHEN_TRY(list.more, evidence::optionalUnsignedAt(map, "more"));
    return list;
}

Cbor toCbor(const RetentionList& list) {
    Cbor::Array classes;
    for (const RetentionClass& known : list.classes) {
        classes.push_back(
            Cbor::map({{"id", known.id}, {"name", known.name}, {"months", orNull(known.months)}}));
    }
    Cbor::Array set;
    for (const Retention& retention : list.set) {
        set.push_back(Cbor::map({{"leaf", retention.leaf},
                                 {"set", retention.setUs},
                                 {"subject", subjectToCbor(retention.subject)},
                                 {"class", retention.classId},
                                 {"by", textToCbor(retention.by)}}));
    }
    return Cbor::map(
        {{"classes", std::move(classes)}, {"set", std::move(set)}, {"more", orNull(list.more)}});
}

Result<RetentionList> readRetentions(const Cbor& map) {
    RetentionList list;
    LIUHEN_TRY(const Cbor::Array classes, evidence::itemsAt(map, "classes"));
    for (const Cbor& item : classes) {
        RetentionClass known;
        LIUHEN_TRY(known.id, evidence::textAt(item, "id"));
        LIUHEN_TRY(known.name, evidence::textAt(item, "name"));
        LIUHEN_TRY(known.months, evidence::optionalUnsignedAt(item, "months"));
        list.classes.push_back(std::move(known));
    }
    LIUHEN_TRY(const Cbor::Array set, evidence::itemsAt(map, "set"));
    for (const Cbor& item : set) {
        Retention retention;
        LIUHEN_TRY(retention.leaf, evidence::unsignedAt(item, "leaf"));
        LIUHEN_TRY(retention.setUs, evidence::integerAt(item, "set"));
        LIUHEN_TRY(retention.subject, readSubject(item, "subject"));
        LIUHEN_TRY(retention.classId, evidence::textAt(item, "class"));
        LIUHEN_TRY(retention.by, readText(item, "by"));
        list.set.push_back(std::move(retention));
    }
    LIUHEN_TRY(list.more, evidence::optionalUnsignedAt(map, "more"));
    return list;
}

}  // namespace liuhen::vault
