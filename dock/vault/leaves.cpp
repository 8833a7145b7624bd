// SPDX-License-Identifier: Apache-2.0
// Rows and judgements as leaves.
#include "dock/vault/leaves.hpp"

#include "common/core/utf8.hpp"
#include "common/evidence/messages.hpp"

namespace liuhen::vault {

using core::Cbor;

namespace {

constexpr std::size_t kFindings = 16;
constexpr std::size_t kFindingBytes = 64;

}  // namespace

Buffer quarantineLeaf(std::int64_t time, const ObjectRow& row) {
    const Place& place = row.place;
    const bool chapter = place.type == ObjectType::Chapter;
    return evidence::encodeLeaf(time,
                                "quarantine",
                                Cbor::map({{"object", row.object},
                                           {"size", row.sizeBytes},
                                           {"type", name(place.type)},
                                           {"device", place.device},
                                           {"generation", place.generation},
                                           {"recording", chapter ? Cbor() : Cbor(place.recording)},
                                           {"segment", chapter ? Cbor() : Cbor(place.segment)},
                                           {"first", chapter ? Cbor(place.first) : Cbor()},
                                           {"reason", row.reason}}));
}

Buffer forkLeaf(std::int64_t time, const ObjectRow& row, const Divergence& divergence) {
    return evidence::encodeLeaf(time,
                                "fork",
                                Cbor::map({{"device", row.place.device},
                                           {"generation", row.place.generation},
                                           {"seq", divergence.seq},
                                           {"held", divergence.held},
                                           {"other", divergence.other},
                                           {"object", row.object}}));
}

Buffer objectLeaf(std::int64_t time, const ObjectRow& row, const Judgement& judgement) {
    evidence::ObjectLeaf leaf;
    leaf.timeUs = time;
    leaf.object = row.object;
    leaf.size = row.sizeBytes;
    leaf.type = name(row.place.type);
    leaf.device = row.place.device;
    leaf.generation = row.place.generation;
    leaf.seq = judgement.seq;
    leaf.entry = judgement.entry;
    if (row.place.type == ObjectType::Chapter) {
        leaf.first = row.place.first;
    } else {
        leaf.recording = row.place.recording;
        leaf.segment = row.place.segment;
    }
    leaf.verdict = row.verdict;
    for (const std::string& finding : judgement.findings) {
        if (leaf.findings.size() < kFindings) {
            leaf.findings.push_back(core::utf8Prefix(finding, kFindingBytes));
        }
    }
    return leaf.encode();
}

}  // namespace liuhen::vault
