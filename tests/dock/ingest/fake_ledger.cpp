// SPDX-License-Identifier: Apache-2.0
// Signing of the fake recorder's entries and making of its footage.
#include "common/crypto/cose.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"
#include "tests/dock/ingest/fake_recorder.hpp"

namespace liuhen::test {

using core::Cbor;

namespace {

constexpr std::uint64_t kSecond = 90'000;  // of the picture's timescale

}  // namespace

FakeLedger::FakeLedger(const crypto::Authority& agency, std::string device, core::Microseconds now)
    : device_(std::move(device)), utc_(now) {
    const auto certificate =
        agency.certify(identity_.publicKey(), crypto::Role::Recorder, device_, 5, now);
    LIUHEN_ASSERT(certificate);
    certificate_ = certificate->der();
    begin();
}

FakeLedger FakeLedger::successor() const {
    FakeLedger next = *this;
    next.former_ = entries_.back().head();
    next.formerDocking_ = docking_ ? std::optional(docking_->head()) : std::nullopt;
    ++next.generation_;
    next.uptimeNs_ = 0;
    next.utc_ += core::Microseconds(1'000'000);
    next.entries_.clear();
    next.files_.clear();
    next.docking_.reset();
    next.begin();
    return next;
}

void FakeLedger::begin() {
    const crypto::PrivateKey before = resume_;
    evidence::GenesisBody body(certificate_, rotate());
    body.witnessKey = core::toBuffer(witness_.publicBytes());
    if (former_) {
        body.head = former_;
        body.docking = formerDocking_;
        body.resume =
            crypto::sign1(before,
                          "liuhen/resume",
                          evidence::resumeStatementPayload(generation_, *former_, body.next));
    }
    evidence::EntryFields genesis = next("genesis");
    genesis.body = body.toCbor(false);
    sign(genesis, identity_);
    evidence::EntryFields boot = next("boot");
    const crypto::PrivateKey resume = resume_;
    boot.body = Cbor::map({{"firmware", "test"}, {"names", nullptr}});
    evidence::setNextKeys(boot.body, rotate());
    sign(boot, resume);
    if (generation_ > 0) {
        add("recovery",
            Cbor::map({{"torn", Cbor::Array()},
                       {"missing", Cbor::Array()},
                       {"recording", nullptr},
                       {"lost_ms", 0}}));
    }
}

evidence::Registration FakeLedger::registration() const {
    return {device_, generation_, entries_.front().hash};
}

evidence::NextKeys FakeLedger::rotate() {
    epoch_ = crypto::PrivateKey::generate();
    resume_ = crypto::PrivateKey::generate();
    return {epoch_.publicKey(), resume_.publicKey()};
}

evidence::EntryFields FakeLedger::next(const std::string& kind) {
    evidence::EntryFields fields;
    fields.device = device_;
    fields.generation = generation_;
    fields.seq = entries_.size();
    fields.previous = entries_.empty() ? core::Digest{} : entries_.back().hash;
    fields.boot = generation_ + 1;
    uptimeNs_ += 1'000'000;
    fields.time.boottimeNs = uptimeNs_;
    fields.time.utcUs = utc_.count() + static_cast<std::int64_t>(uptimeNs_ / 1000);
    fields.kind = kind;
    return fields;
}

evidence::Entry FakeLedger::sign(evidence::EntryFields fields, const crypto::PrivateKey& key) {
    evidence::Entry entry = evidence::signEntry(fields, key);
    if (entry.kind == "start" || entry.kind == "boot") {
        link_.clear();
    }
    core::append(link_, entry.bytes);
    entries_.push_back(entry);
    return entry;
}

evidence::Entry FakeLedger::add(const std::string& kind, Cbor body) {
    evidence::EntryFields fields = next(kind);
    fields.body = std::move(body);
    return sign(std::move(fields), epoch_);
}

std::uint64_t FakeLedger::record(std::uint64_t segments, std::uint64_t parts) {
    const std::uint64_t recording =
        add("start", Cbor::map({{"manner", "video"}, {"trigger", "button"}, {"press", 1}})).seq;
    for (std::uint64_t number = 0; number < segments; ++number) {
        writeSegment(recording, number, parts);
    }
    add("end", Cbor::map({{"recording", recording}, {"reason", "button"}}));
    return recording;
}

evidence::Entry FakeLedger::dock(const core::Buffer& nonce) {
    if (docking_ && *docking_->body.find("nonce")->bytes() == nonce) {
        return *docking_;
    }
    evidence::EntryFields fields = next("docking");
    const crypto::PrivateKey epoch = epoch_;
    const evidence::NextKeys keys = rotate();
    fields.body = Cbor::map({{"nonce", nonce}});
    evidence::setNextKeys(fields.body, keys);
    fields.body.set(
        "statement",
        crypto::sign1(
            identity_, "liuhen/docking", evidence::dockingStatementPayload(fields, nonce, keys)));
    docking_ = sign(std::move(fields), epoch);
    return *docking_;
}

void FakeLedger::writeSegment(std::uint64_t recording, std::uint64_t number, std::uint64_t parts) {
    media::Tracks tracks;
    tracks.video = media::samples::video1080();
    const auto init = media::makeInit(tracks);
    LIUHEN_ASSERT(init);
    core::Buffer file = *init;
    evidence::SegmentBody segment;
    segment.recording = recording;
    segment.segment = number;
    segment.init = crypto::sha256(file);
    segment.initSize = file.size();
    segment.tracks = {{evidence::kPictureTrack, "picture", "avc1.42c028", kSecond}};
    add("segment", segment.toCbor());
    for (std::uint64_t part = 0; part < parts; ++part) {
        const std::uint64_t start = (number * parts + part) * kSecond;
        media::samples::Run pictures(start, 3000, 30, 400);
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
        body.tracks = {{evidence::kPictureTrack, start, kSecond, 30}};
        const evidence::Entry entry = add("part", body.toCbor());
        link_.clear();
        core::append(file, content);
        LIUHEN_ASSERT(media::appendUuidBox(file, evidence::kProofBox, entry.bytes));
    }
    add("segment.end", evidence::SegmentEndBody{recording, number, file.size(), parts}.toCbor());
    files_[{recording, number}] = std::move(file);
}

}  // namespace liuhen::test
