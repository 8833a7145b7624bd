// SPDX-License-Identifier: Apache-2.0
// A vault's receipts for what a bench's card holds.
#pragma once

#include "common/crypto/digest.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tree.hpp"
#include "tests/firmware/recorder/recorder_bench.hpp"

namespace liuhen::recorder::test {

class Vault {
public:
    explicit Vault(Bench& bench) : bench_(bench) {
        certificate_ =
            bench.authority.certify(key_.publicKey(), crypto::Role::Receipt, "vault-1", 5, kNow)
                ->der();
    }

    std::uint64_t copies = 2;
    std::string verdict = "intact";

    /// A receipt for bytes whose last entry is `last`.
    [[nodiscard]] core::Buffer sign(evidence::ObjectLeaf leaf, const evidence::Entry& last) const {
        leaf.timeUs = bench_.clock.utc().count();
        leaf.device = kDevice;
        leaf.generation = last.generation;
        leaf.seq = last.seq;
        leaf.entry = last.hash;
        leaf.verdict = verdict;
        evidence::Receipt receipt;
        receipt.vault = "vault-1";
        receipt.certificate = certificate_;
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
        receipt.copies = copies;
        receipt.leaf = leaf.encode();
        receipt.checkpoint =
            *tlog::signCheckpoint(tlog::Checkpoint{"vault-1", 1, tlog::leafHash(receipt.leaf)},
                                  "vault-1",
                                  crypto::NoteKey::generate());
        return receipt.sign(key_);
    }

    /// For a segment as the card holds it now.
    [[nodiscard]] core::Buffer forSegment(std::uint64_t generation,
                                          std::uint64_t recording,
                                          std::uint64_t segment) const {
        evidence::ObjectLeaf leaf;
        leaf.type = "segment";
        leaf.recording = recording;
        leaf.segment = segment;
        describe(segmentPath(generation, recording, segment), leaf);
        return sign(std::move(leaf), lastOf(generation, recording, segment));
    }

    [[nodiscard]] static std::string segmentPath(std::uint64_t generation,
                                                 std::uint64_t recording,
                                                 std::uint64_t segment) {
        return fmt::format("{}/footage/{}-{}/{}.mp4", kCard, generation, recording, segment);
    }

    /// Receipts for all segments that the card has of a generation, entered.
    void receiptAll(std::uint64_t generation = 0) {
        for (const evidence::Entry& entry : bench_.entries(generation)) {
            const auto body =
                entry.kind == "segment"
                    ? evidence::SegmentBody::fromCbor(entry.body)
                    : Result<evidence::SegmentBody>(tl::make_unexpected(core::Error{}));
            if (body &&
                bench_.files.exists(segmentPath(generation, body->recording, body->segment))) {
                REQUIRE(bench_->enterReceipt(forSegment(generation, body->recording, body->segment))
                            .has_value());
            }
        }
    }

private:
    void describe(const std::string& path, evidence::ObjectLeaf& leaf) const {
        const auto bytes = core::readFile(bench_.files, path, 1U << 30U);
        REQUIRE(bytes.has_value());
        leaf.object = crypto::sha256(*bytes);
        leaf.size = bytes->size();
    }

    /// The segment's last entry: its end, else its last part that is not lost, else itself.
    [[nodiscard]] evidence::Entry lastOf(std::uint64_t generation,
                                         std::uint64_t recording,
                                         std::uint64_t segment) const {
        std::set<std::uint64_t> lost;
        const auto all = bench_.entries(generation);
        for (const auto& entry : all) {
            if (entry.kind == "part.lost") {
                lost.insert(*entry.body.find("entry")->unsignedInteger());
            }
        }
        evidence::Entry found;
        for (const auto& entry : all) {
            const bool kind = entry.kind == "segment" || entry.kind == "segment.end" ||
                              (entry.kind == "part" && !lost.contains(entry.seq));
            if (kind && *entry.body.find("recording")->unsignedInteger() == recording &&
                *entry.body.find("segment")->unsignedInteger() == segment) {
                found = entry;
            }
        }
        REQUIRE_FALSE(found.bytes.empty());
        return found;
    }

    Bench& bench_;
    crypto::PrivateKey key_ = crypto::PrivateKey::generate();
    core::Buffer certificate_;
};

}  // namespace liuhen::recorder::test
