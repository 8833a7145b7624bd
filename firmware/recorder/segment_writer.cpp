// SPDX-License-Identifier: Apache-2.0
// Parts: hashed, signed, written and synced.
#include "firmware/recorder/segment_writer.hpp"

#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/init_writer.hpp"
#include "firmware/storage/torn.hpp"

#include <fmt/format.h>

namespace liuhen::recorder {

using core::ByteView;
using core::ErrorKind;
using core::Result;

namespace {

/// More than head of link, locked and its tag take.
constexpr std::uint64_t kOverheadBytes = 256;

std::vector<evidence::TrackDescription> describe(const media::Tracks& tracks) {
    std::vector<evidence::TrackDescription> list;
    media::Tracks one;
    if (tracks.video) {
        one.video = tracks.video;
        list.push_back({evidence::kPictureTrack,
                        "picture",
                        media::codecs(one).value_or(std::string("avc1")),
                        media::kPictureTimescale});
    }
    if (tracks.photo) {
        list.push_back({evidence::kPictureTrack, "photo", "jpeg", media::kPictureTimescale});
    }
    if (tracks.audio) {
        one = media::Tracks{};
        one.audio = tracks.audio;
        list.push_back({evidence::kSoundTrack,
                        "sound",
                        media::codecs(one).value_or(std::string("mp4a.40.2")),
                        tracks.audio->sampleRate});
    }
    return list;
}

void addSpan(std::vector<evidence::TrackSpan>& spans,
             std::uint64_t track,
             const std::vector<media::Sample>& samples) {
    if (samples.empty()) {
        return;
    }
    evidence::TrackSpan span{track, samples.front().start, 0, samples.size()};
    for (const media::Sample& sample : samples) {
        span.duration += sample.duration;
    }
    spans.push_back(span);
}

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::begin(core::Files& files,
                                                            const std::string& cardFolder,
                                                            Ledger& ledger,
                                                            Locking* locking,
                                                            Config config) {
    std::unique_ptr<SegmentWriter> writer(
        new SegmentWriter(files, ledger, locking, std::move(config)));
    const Config& made = writer->config_;
    LIUHEN_TRY(writer->init_, media::makeInit(made.tracks));
    if (locking != nullptr) {
        LIUHEN_CHECK(
            media::appendUuidBox(writer->init_, evidence::kEnvelopeBox, locking->envelope));
    }
    writer->initHash_ = crypto::sha256(writer->init_);
    writer->offset_ = writer->init_.size();
    writer->cardFolder_ = cardFolder;
    writer->path_ =
        core::joinPath(core::joinPath(core::joinPath(cardFolder, "footage"),
                                      evidence::recordingName(made.generation, made.recording)),
                       fmt::format("{}.mp4", made.segment));
    evidence::SegmentBody body;
    body.recording = made.recording;
    body.segment = made.segment;
    body.init = writer->initHash_;
    body.initSize = writer->init_.size();
    body.tracks = describe(made.tracks);
    body.zeroNs = made.zeroNs;
    body.preEvent = made.preEvent;
    if (locking != nullptr) {
        body.keyCommitment = locking->key.commitment();
    }
    ledger.append("segment", body.toCbor());
    return writer;
}

/// Folders must not be made on another card, or where none is mounted.
Result<void> SegmentWriter::checkCard() const {
    const std::string ledger = core::joinPath(core::joinPath(cardFolder_, "ledger"),
                                              fmt::format("{}", config_.generation));
    if (!files_->exists(ledger)) {
        return core::fail(ErrorKind::Unavailable,
                          "write " + path_ + ": the card of this recording is not there");
    }
    return {};
}

Result<void> SegmentWriter::openFile() {
    if (file_ != nullptr) {
        return {};
    }
    LIUHEN_CHECK(checkCard());
    const std::string folder = core::folderOf(path_);
    LIUHEN_CHECK(files_->makeFolders(folder));
    LIUHEN_TRY(
        auto file,
        files_->open(path_, made_ ? core::OpenMode::AppendExisting : core::OpenMode::CreateNew));
    made_ = true;
    // The name must be durable before a part in it can count as such.
    LIUHEN_CHECK(files_->syncFolder(folder));
    file_ = std::move(file);
    return {};
}

Result<void> SegmentWriter::layOut(const PartSamples& samples,
                                   evidence::PartBody& body,
                                   core::Buffer& headBytes,
                                   std::vector<ByteView>& media) const {
    LIUHEN_TRY(media::FragmentHead head,
               media::makeFragment(
                   static_cast<std::uint32_t>(parts_ + 1), samples.picture, samples.sound));
    const std::uint64_t size =
        head.bytes.size() + head.payloadBytes + ledger_->pendingLink().size() + kOverheadBytes;
    if (size > evidence::kMaxPartBytes || offset_ + size > evidence::kMaxSegmentBytes) {
        return core::fail(ErrorKind::InvalidArgument,
                          fmt::format("write {}: a part of {} bytes is too long", path_, size));
    }
    headBytes = std::move(head.bytes);
    media.reserve(1 + samples.picture.size() + samples.sound.size());
    media.emplace_back(headBytes);
    for (const media::Sample& sample : samples.picture) {
        media.push_back(sample.data);
    }
    for (const media::Sample& sample : samples.sound) {
        media.push_back(sample.data);
    }
    body.recording = config_.recording;
    body.segment = config_.segment;
    body.part = parts_;
    body.offset = offset_;
    body.init = initHash_;
    addSpan(body.tracks, evidence::kPictureTrack, samples.picture);
    addSpan(body.tracks, evidence::kSoundTrack, samples.sound);
    return {};
}

PartOutcome SegmentWriter::write(const PartSamples& samples) {
    evidence::PartBody body;
    core::Buffer head;
    std::vector<ByteView> media;
    if (const auto laidOut = layOut(samples, body, head, media); !laidOut) {
        return {PartFate::Unusable, laidOut.error()};
    }
    if (const auto opened = openFile(); !opened) {
        return {PartFate::Refused, opened.error()};
    }
    std::array<std::uint8_t, media::kUuidHeaderBytes> lockedHead{};
    if (locking_ != nullptr) {
        const std::uint64_t counter = locking_->counter++;
        body.encryption =
            evidence::PartEncryption{counter, locking_->key.clearHash(counter, media)};
        core::Buffer& locked = locking_->locked;
        locking_->key.lock(locked, counter, initHash_, media);
        const auto header = media::uuidBoxHeader(evidence::kLockedBox, locked.size());
        if (!header) {
            return {PartFate::Unusable, header.error()};
        }
        lockedHead = *header;
        media = {ByteView(lockedHead), ByteView(locked)};
    }
    core::Buffer link;
    if (const auto made = media::appendUuidBox(link, evidence::kLinkBox, ledger_->pendingLink());
        !made) {
        return {PartFate::Unusable, made.error()};
    }
    crypto::Sha256 hash;
    hash.update(link);
    body.size = link.size();
    for (const ByteView piece : media) {
        hash.update(piece);
        body.size += piece.size();
    }
    body.hash = hash.finish();
    ++parts_;
    return append(ledger_->signPart(body.toCbor()), body, link, media);
}

PartOutcome SegmentWriter::append(const evidence::Entry& entry,
                                  const evidence::PartBody& body,
                                  const core::Buffer& link,
                                  const std::vector<ByteView>& media) {
    core::Buffer proof;
    // An entry is far below what a box can hold.
    LIUHEN_ASSERT(media::appendUuidBox(proof, evidence::kProofBox, entry.bytes).has_value());
    std::vector<ByteView> pieces;
    pieces.reserve(media.size() + 3);
    if (partsWritten_ == 0) {
        pieces.emplace_back(init_);
    }
    pieces.emplace_back(link);
    pieces.insert(pieces.end(), media.begin(), media.end());
    pieces.emplace_back(proof);
    auto written = file_->append(pieces);
    if (written) {
        written = file_->sync();
        trusted_ = written.has_value();
    }
    if (!written) {
        lost_ = entry.seq;
        ledger_->losePart(entry, core::name(written.error().kind), cutOff());
        return {PartFate::Lost,
                written.error().withContext(fmt::format("write part {} of {}", body.part, path_))};
    }
    offset_ += body.size + proof.size();
    ++partsWritten_;
    ledger_->commitPart(entry);
    return {};
}

std::optional<evidence::TornFile> SegmentWriter::cutOff() {
    file_.reset();
    dirty_ = true;
    auto torn = takeAway();
    if (!torn) {
        core::log(core::LogLevel::Error, "recorder", torn.error().message);
        return std::nullopt;
    }
    dirty_ = false;
    return *std::move(torn);
}

Result<std::optional<evidence::TornFile>> SegmentWriter::takeAway() {
    LIUHEN_CHECK(checkCard());
    const std::string name = fmt::format(
        "{}-{}", evidence::recordingName(config_.generation, config_.recording), config_.segment);
    if (partsWritten_ > 0) {
        return storage::cutTorn(*files_, cardFolder_, path_, offset_, name);
    }
    // Without a whole part not even the init counts.
    const auto trust =
        std::exchange(trusted_, false) ? storage::Trust::Content : storage::Trust::Nothing;
    return storage::moveToTorn(*files_, cardFolder_, path_, name, trust);
}

void SegmentWriter::mend() {
    if (!dirty_) {
        return;
    }
    if (auto torn = cutOff()) {
        const evidence::PartLostBody body{lost_, "cut_off", std::move(torn)};
        ledger_->append("part.lost", body.toCbor());
    }
}

void SegmentWriter::end() {
    mend();
    if (dirty_) {
        return;
    }
    evidence::SegmentEndBody body;
    body.recording = config_.recording;
    body.segment = config_.segment;
    body.size = offset_;
    body.parts = partsWritten_;
    ledger_->append("segment.end", body.toCbor());
}

}  // namespace liuhen::recorder
