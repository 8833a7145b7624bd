// SPDX-License-Identifier: Apache-2.0
// Rows to leaves and back.
#include "dock/vault/retention_leaves.hpp"

#include "common/evidence/fields.hpp"

namespace liuhen::vault {

using core::Cbor;

namespace {

Cbor bodyOf(const Subject& subject, const Digest& by) {
    return Cbor::map({{"device", subject.device},
                      {"generation", subject.generation},
                      {"recording", subject.recording ? Cbor(*subject.recording) : Cbor()},
                      {"object", subject.object ? Cbor(*subject.object) : Cbor()},
                      {"by", by}});
}

/// Leaf::decode has seen to it that one of the two is there.
Result<Subject> subjectOf(const Cbor& body) {
    Subject subject;
    LIUHEN_TRY(subject.device, evidence::textAt(body, "device"));
    LIUHEN_TRY(subject.generation, evidence::unsignedAt(body, "generation"));
    LIUHEN_TRY(subject.recording, evidence::optionalUnsignedAt(body, "recording"));
    if (!subject.recording) {
        LIUHEN_TRY(subject.object, evidence::digestAt(body, "object"));
    }
    return subject;
}

}  // namespace

std::string_view holdKind(const HoldRow& row) {
    return row.lifts ? "hold.lifted" : "hold.placed";
}

Buffer holdLeaf(const HoldRow& row, const std::optional<Digest>& grant) {
    Cbor body = bodyOf(row.subject, row.by);
    if (grant) {
        body.set("grant", *grant);
    }
    body.set("hold", row.hold);
    body.set("reason", row.reason);
    return evidence::encodeLeaf(row.timeUs, holdKind(row), std::move(body));
}

Buffer retentionLeaf(const RetentionRow& row,
                     const std::optional<std::uint64_t>& months,
                     const std::optional<Digest>& grant) {
    Cbor body = bodyOf(row.subject, row.by);
    body.set("months", months ? Cbor(*months) : Cbor());
    if (grant) {
        body.set("grant", *grant);
    }
    body.set("class", row.classId);
    return evidence::encodeLeaf(row.timeUs, "retention", std::move(body));
}

Result<void> addRetentionRow(Records& records, std::uint64_t index, const evidence::Leaf& leaf) {
    const Cbor& body = leaf.body;
    if (leaf.kind == "retention") {
        RetentionRow row;
        row.leaf = index;
        row.timeUs = leaf.timeUs;
        LIUHEN_TRY(row.subject, subjectOf(body));
        LIUHEN_TRY(row.classId, evidence::textAt(body, "class"));
        LIUHEN_TRY(row.by, evidence::digestAt(body, "by"));
        return records.add(row);
    }
    if (leaf.kind != "hold.placed" && leaf.kind != "hold.lifted") {
        return {};
    }
    HoldRow row;
    row.leaf = index;
    row.timeUs = leaf.timeUs;
    row.lifts = leaf.kind == "hold.lifted";
    LIUHEN_TRY(row.hold, evidence::digestAt(body, "hold"));
    LIUHEN_TRY(row.subject, subjectOf(body));
    LIUHEN_TRY(row.reason, evidence::digestAt(body, "reason"));
    LIUHEN_TRY(row.by, evidence::digestAt(body, "by"));
    return records.add(row);
}

}  // namespace liuhen::vault
