// SPDX-License-Identifier: Apache-2.0
// The sample's entries and files.
#include "tests/common/evidence/sample_ledger.hpp"

#include "common/evidence/boxes.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::evidence::test {

namespace {

constexpr std::uint32_t kFrames = 3;
constexpr std::uint32_t kFrameTicks = 3000;
constexpr std::uint64_t kPartTicks = std::uint64_t{kFrames} * kFrameTicks;

}  // namespace

SampleLedger::SampleLedger()
    : agency(*crypto::Authority::create("Agency", 10, core::SystemClock().utc())),
      now_(core::SystemClock().utc()) {
    receiptCertificate_ =
        agency.certify(receiptKey_.publicKey(), crypto::Role::Receipt, kVault, 5, now_)->der();
    state_.device = kDevice;
}

void SampleLedger::rotate() {
    epoch = crypto::PrivateKey::generate();
    resume = crypto::PrivateKey::generate();
}

EntryFields SampleLedger::fields(const std::string& kind, Cbor body) const {
    EntryFields made;
    made.device = device;
    made.generation = generation;
    made.seq = seq_;
    made.previous = previous_;
    made.boot = bootCounter;
    made.time.boottimeNs = uptimeNs_ + 1'000'000;
    made.time.utcUs = now_.count() + static_cast<std::int64_t>(made.time.boottimeNs / 1000);
    made.kind = kind;
    made.body = std::move(body);
    return made;
}

Entry SampleLedger::keep(Entry entry) {
    if (docked_) {
        chapter_ = "ledger/" + chapterPath(generation, entry.seq);
        files[chapter_] = {};
    }
    docked_ = entry.kind == "docking";
    places_[{generation, entry.seq}] = {chapter_, files[chapter_].size()};
    core::append(files[chapter_], entry.bytes);
    if (entry.kind == "start" || entry.kind == "boot" || entry.seq == 0) {
        link_.clear();
    }
    core::append(link_, entry.bytes);
    previous_ = entry.hash;
    uptimeNs_ = entry.time.boottimeNs;
    seq_ = entry.seq + 1;
    entries_[{generation, entry.seq}] = entry;
    return entry;
}

Entry SampleLedger::add(const std::string& kind, Cbor body, const crypto::PrivateKey& key) {
    return keep(signEntry(fields(kind, std::move(body)), key));
}

Entry SampleLedger::add(const std::string& kind, Cbor body) {
    return add(kind, std::move(body), epoch);
}

Entry SampleLedger::name(const std::string& kind, Cbor body) {
    const crypto::PrivateKey key = kind == "boot"                            ? resume
                                   : kind == "genesis" || kind == "rollback" ? identity
                                                                             : epoch;
    rotate();
    setNextKeys(body, {epoch.publicKey(), resume.publicKey()});
    Entry entry = add(kind, std::move(body), key);
    if (keepHead) {
        state_.head = entry.head();
    }
    return entry;
}

Entry SampleLedger::genesis(const Cbor& more) {
    const Buffer der = certificate.value_or(
        agency.certify(identity.publicKey(), crypto::Role::Recorder, kDevice, 5, now_)->der());
    Cbor body =
        Cbor::map({{"certificate", der}, {"witness_key", Buffer(32, 1)}, {"names", nullptr}});
    for (const auto& [key, value] : *more.pairs()) {
        body.set(key, value);
    }
    for (const char* key : {"head", "docking", "resume"}) {
        if (body.find(std::string_view(key)) == nullptr) {
            body.set(key, nullptr);
        }
    }
    Entry entry = name("genesis", std::move(body));
    if (registers) {
        registrations[registrationName(kDevice, generation)] =
            Registration{kDevice, generation, entry.hash}.sign(agency.key());
    }
    return entry;
}

void SampleLedger::boot(bool recover, std::vector<std::uint64_t> missing) {
    ++bootCounter;
    uptimeNs_ = 0;
    name("boot", Cbor::map({{"firmware", "test"}, {"names", nullptr}}));
    if (recover) {
        RecoveryBody body;
        body.missing = std::move(missing);
        body.recording = recording_ == 0 ? std::nullopt : std::optional(recording_);
        add("recovery", body.toCbor());
    }
}

Entry SampleLedger::dock() {
    const crypto::PrivateKey key = epoch;
    rotate();
    const NextKeys next{epoch.publicKey(), resume.publicKey()};
    const Buffer nonce(16, 7);
    EntryFields made = fields("docking", Cbor::map({{"nonce", nonce}}));
    setNextKeys(made.body, next);
    made.body.set(
        "statement",
        crypto::sign1(identity, "liuhen/docking", dockingStatementPayload(made, nonce, next)));
    recording_ = 0;
    Entry entry = keep(signEntry(made, key));
    if (keepHead) {
        state_.head = entry.head();
    }
    return entry;
}

Entry SampleLedger::succeed(std::uint64_t to, std::optional<Head> docking) {
    const Head head = last();
    const crypto::PrivateKey former = resume;
    generation = to;
    seq_ = 0;
    previous_ = {};
    uptimeNs_ = 0;
    ++bootCounter;
    docked_ = true;
    recording_ = 0;
    rotate();
    // name() makes new keys once more; the statement must be over those.
    const crypto::PrivateKey epochKey = epoch;
    const crypto::PrivateKey resumeKey = resume;
    const NextKeys next{epochKey.publicKey(), resumeKey.publicKey()};
    GenesisBody body(
        agency.certify(identity.publicKey(), crypto::Role::Recorder, kDevice, 5, now_)->der(),
        next);
    body.witnessKey = Buffer(32, 1);
    body.head = head;
    body.docking = docking;
    body.resume =
        crypto::sign1(former, "liuhen/resume", resumeStatementPayload(generation, head, next));
    Entry entry = add("genesis", body.toCbor(false), identity);
    if (keepHead) {
        state_.head = entry.head();
    }
    if (registers) {
        registrations[registrationName(kDevice, generation)] =
            Registration{kDevice, generation, entry.hash}.sign(agency.key());
    }
    return entry;
}

std::uint64_t SampleLedger::start() {
    segments_.clear();
    mediaTime_ = 0;
    recording_ =
        add("start", Cbor::map({{"manner", "video"}, {"trigger", "button"}, {"press", 1}})).seq;
    return recording_;
}

void SampleLedger::end() {
    add("end", Cbor::map({{"recording", recording_}, {"reason", "button"}}));
    recording_ = 0;
}

void SampleLedger::interrupt(std::vector<std::uint64_t> tracks) {
    add("interruption",
        Cbor::map({{"recording", recording_},
                   {"tracks", Cbor::Array(tracks.begin(), tracks.end())},
                   {"cause", "pause"},
                   {"declared_by", "officer"},
                   {"measurements", Cbor::mapOf({})}}));
}

void SampleLedger::openSegment(std::uint64_t number, bool preEvent, bool encrypted) {
    media::Tracks tracks;
    tracks.video = media::samples::video1080();
    OpenSegment open;
    open.init = *media::makeInit(tracks);
    open.encrypted = encrypted;
    if (encrypted) {
        REQUIRE(media::appendUuidBox(open.init, kEnvelopeBox, Buffer(40, 2)).has_value());
    }
    SegmentBody body;
    body.recording = recording_;
    body.segment = number;
    body.init = crypto::sha256(open.init);
    body.initSize = open.init.size();
    body.preEvent = preEvent;
    if (encrypted) {
        body.keyCommitment = crypto::sha256(core::viewOf("key"));
    }
    add("segment", body.toCbor());
    files[segmentFile(number)] = open.init;
    segments_[number] = std::move(open);
}

/// Link and fragment, or what stands for it where it is encrypted.
Buffer SampleLedger::contentOf(const OpenSegment& open,
                               const PartOptions& options,
                               std::uint64_t time) const {
    media::samples::Run pictures(time, kFrameTicks, kFrames, 20);
    pictures.samples().front().key = options.key;
    Buffer content;
    REQUIRE(media::appendUuidBox(content, kLinkBox, options.link.value_or(link_)).has_value());
    if (open.encrypted) {
        REQUIRE(
            media::appendUuidBox(content, kLockedBox, Buffer(options.lockedBytes, 3)).has_value());
    } else {
        core::append(content, media::samples::wholeFragment(1, pictures.samples(), {}));
    }
    return content;
}

Entry SampleLedger::part(std::uint64_t number, const PartOptions& options) {
    OpenSegment& open = segments_.at(number);
    Buffer& file = files[segmentFile(number)];
    const std::uint64_t time = options.start.value_or(mediaTime_);
    const Buffer content = contentOf(open, options, time);
    PartBody body;
    body.recording = recording_;
    body.segment = number;
    body.part = open.parts++;
    body.offset = file.size();
    body.size = content.size();
    body.hash = crypto::sha256(content);
    body.init = crypto::sha256(open.init);
    body.tracks =
        options.tracks.value_or(std::vector<TrackSpan>{{kPictureTrack, time, kPartTicks, kFrames}});
    if (open.encrypted) {
        body.encryption = PartEncryption{options.counter, Digest{}};
    }
    mediaTime_ = std::max(mediaTime_, time + kPartTicks);
    Entry entry = add("part", body.toCbor());
    if (options.written) {
        link_.clear();
        ++open.kept;
        core::append(file, content);
        REQUIRE(media::appendUuidBox(file, kProofBox, entry.bytes).has_value());
    }
    return entry;
}

void SampleLedger::lose(std::uint64_t part) {
    add("part.lost", PartLostBody{part, "sync", std::nullopt}.toCbor());
}

void SampleLedger::endSegment(std::uint64_t number) {
    const SegmentEndBody body{
        recording_, number, files[segmentFile(number)].size(), segments_.at(number).kept};
    add("segment.end", body.toCbor());
}

std::uint64_t SampleLedger::record() {
    const std::uint64_t recording = start();
    openSegment(0);
    part(0);
    part(0);
    endSegment(0);
    end();
    return recording;
}

std::pair<std::string, std::uint64_t> SampleLedger::where(std::uint64_t seq) const {
    return places_.at({generation, seq});
}

std::string SampleLedger::segmentFile(std::uint64_t number) const {
    return fmt::format("footage/{}/{}.mp4", recordingName(generation, recording_), number);
}

std::string SampleLedger::at(const std::string& verdict, std::uint64_t seq) const {
    const auto [file, offset] = where(seq);
    return fmt::format("{} {}:{} card/{}@{}", verdict, generation, seq, file, offset);
}

void SampleLedger::prune(std::uint64_t first, bool anchor) {
    const std::string kept = "ledger/" + chapterPath(generation, first);
    const std::string folder = fmt::format("ledger/{}/", generation);
    for (auto file = files.begin(); file != files.end();) {
        const bool before = file->first.starts_with(folder) && file->first < kept;
        file = before ? files.erase(file) : std::next(file);
    }
    for (std::uint64_t seq = 0; seq < first; ++seq) {
        const std::string footage = "footage/" + recordingName(generation, seq) + "/";
        const auto begin = files.lower_bound(footage);
        auto behind = begin;
        while (behind != files.end() && behind->first.starts_with(footage)) {
            ++behind;
        }
        files.erase(begin, behind);
    }
    if (anchor) {
        Buffer bytes = entry(0).bytes;
        core::append(bytes, entry(first - 1).bytes);
        files[folder + "anchor.cbor"] = std::move(bytes);
    }
}

}  // namespace liuhen::evidence::test
