// SPDX-License-Identifier: Apache-2.0
// A recorder in memory: signs ledgers and makes the footage that they tell of, as a real one does.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/crypto/cose.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/boxes.hpp"
#include "common/evidence/messages.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::test {

/// A finished chapter.
struct SampleChapter {
    std::uint64_t first = 0;
    core::Buffer bytes;
    core::Digest docking{};  // hash of its last entry
};

/// Copies are clones of the recorder, keys included: what each signs from then on is a fork.
class SampleRecorder {
public:
    SampleRecorder(const crypto::Authority& agency, std::string device, core::Microseconds now)
        : device_(std::move(device)), utc_(now) {
        certificate_ =
            *agency.certify(identity_.publicKey(), crypto::Role::Recorder, device_, 5, now);
        evidence::GenesisBody body(certificate_->der(), rotate());
        body.witnessKey = core::toBuffer(witness_.publicBytes());
        genesis_ = add("genesis", body.toCbor(false), identity_).hash;
        name("boot", core::Cbor::map({{"firmware", "test"}, {"names", nullptr}}));
    }

    [[nodiscard]] const std::string& device() const { return device_; }
    [[nodiscard]] const crypto::NoteKey& witness() const { return witness_; }
    [[nodiscard]] const std::vector<SampleChapter>& chapters() const { return chapters_; }
    [[nodiscard]] const core::Buffer& segment(std::uint64_t recording, std::uint64_t number) const {
        return segments_.at({recording, number});
    }
    [[nodiscard]] evidence::Registration registration() const { return {device_, 0, genesis_}; }

    /// An entry of a kind that names no keys.
    evidence::Entry add(const std::string& kind, core::Cbor body) {
        return add(kind, body, epoch_);
    }

    /// A recording of so many segments, each of so many parts of one second; answers its number.
    std::uint64_t record(std::uint64_t segments, std::uint64_t parts) {
        const std::uint64_t recording =
            add("start",
                core::Cbor::map({{"manner", "video"}, {"trigger", "button"}, {"press", 1}}))
                .seq;
        for (std::uint64_t number = 0; number < segments; ++number) {
            writeSegment(recording, number, parts, number * parts);
        }
        add("end", core::Cbor::map({{"recording", recording}, {"reason", "button"}}));
        return recording;
    }

    /// Ends the chapter.
    void dock() {
        evidence::EntryFields fields = next("docking");
        const core::Buffer nonce(16, 7);
        const auto sign = epoch_;
        const evidence::NextKeys keys = rotate();
        fields.body = core::Cbor::map({{"nonce", nonce}});
        evidence::setNextKeys(fields.body, keys);
        fields.body.set("statement",
                        crypto::sign1(identity_,
                                      "liuhen/docking",
                                      evidence::dockingStatementPayload(fields, nonce, keys)));
        const evidence::Entry entry = keep(evidence::signEntry(fields, sign));
        chapters_.push_back({chapterFirst_, std::exchange(chapter_, {}), entry.hash});
        chapterFirst_ = entry.seq + 1;
    }

    /// Names new keys, as every few minutes.
    void nextEpoch() { name("epoch", core::Cbor::mapOf({})); }

private:
    evidence::NextKeys rotate() {
        epoch_ = crypto::PrivateKey::generate();
        resume_ = crypto::PrivateKey::generate();
        return {epoch_.publicKey(), resume_.publicKey()};
    }

    void name(const std::string& kind, core::Cbor body) {
        const crypto::PrivateKey sign = kind == "boot" ? resume_ : epoch_;
        evidence::setNextKeys(body, rotate());
        add(kind, std::move(body), sign);
    }

    evidence::EntryFields next(const std::string& kind) {
        evidence::EntryFields fields;
        fields.device = device_;
        fields.seq = seq_;
        fields.previous = last_;
        fields.boot = 1;
        uptimeNs_ += 1'000'000;
        fields.time.boottimeNs = uptimeNs_;
        fields.time.utcUs = utc_.count() + static_cast<std::int64_t>(uptimeNs_ / 1000);
        fields.kind = kind;
        return fields;
    }

    evidence::Entry add(const std::string& kind, core::Cbor body, const crypto::PrivateKey& key) {
        evidence::EntryFields fields = next(kind);
        fields.body = std::move(body);
        return keep(evidence::signEntry(fields, key));
    }

    evidence::Entry keep(evidence::Entry entry) {
        ++seq_;
        last_ = entry.hash;
        core::append(chapter_, entry.bytes);
        if (entry.kind == "start" || entry.kind == "boot") {
            link_.clear();
        }
        core::append(link_, entry.bytes);
        return entry;
    }

    void writeSegment(std::uint64_t recording,
                      std::uint64_t number,
                      std::uint64_t parts,
                      std::uint64_t second) {
        media::Tracks tracks;
        tracks.video = media::samples::video1080();
        core::Buffer file = *media::makeInit(tracks);
        evidence::SegmentBody segment;
        segment.recording = recording;
        segment.segment = number;
        segment.init = crypto::sha256(file);
        segment.initSize = file.size();
        segment.tracks = {{evidence::kPictureTrack, "picture", "avc1.42c028", 90000}};
        add("segment", segment.toCbor());
        for (std::uint64_t part = 0; part < parts; ++part) {
            media::samples::Run pictures((second + part) * 90000, 3000, 30, 400);
            const core::Buffer fragment = media::samples::wholeFragment(
                static_cast<std::uint32_t>(part + 1), pictures.samples(), {});
            core::Buffer content;
            LIUHEN_ASSERT(media::appendUuidBox(content, evidence::kLinkBox, link_));
            core::append(content, fragment);
            evidence::PartBody body;
            body.recording = recording;
            body.segment = number;
            body.part = part;
            body.offset = file.size();
            body.size = content.size();
            body.hash = crypto::sha256(content);
            body.init = segment.init;
            body.tracks = {{evidence::kPictureTrack, (second + part) * 90000, 90000, 30}};
            const evidence::Entry entry = add("part", body.toCbor());
            link_.clear();
            core::append(file, content);
            LIUHEN_ASSERT(media::appendUuidBox(file, evidence::kProofBox, entry.bytes));
        }
        add("segment.end",
            evidence::SegmentEndBody{recording, number, file.size(), parts}.toCbor());
        segments_[{recording, number}] = std::move(file);
    }

    std::string device_;
    core::Microseconds utc_;
    crypto::PrivateKey identity_ = crypto::PrivateKey::generate();
    crypto::PrivateKey epoch_ = crypto::PrivateKey::generate();
    crypto::PrivateKey resume_ = crypto::PrivateKey::generate();
    crypto::NoteKey witness_ = crypto::NoteKey::generate();
    std::optional<crypto::Certificate> certificate_;
    core::Digest genesis_{};
    core::Digest last_{};
    std::uint64_t seq_ = 0;
    std::uint64_t uptimeNs_ = 0;
    core::Buffer link_;
    core::Buffer chapter_;
    std::uint64_t chapterFirst_ = 0;
    std::vector<SampleChapter> chapters_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, core::Buffer> segments_;
};

}  // namespace liuhen::test
