// SPDX-License-Identifier: Apache-2.0
// Parts: hashed, signed, written and synced.
#include "firmware/recorder/segment_writer.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/init_writer.hpp"
#include "firmware/storage/torn.hpp"

#include <fmt/format.h>

namespace liuhen::recorder {

using core::ByteView;
using core::Result;

namespace {

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
    LIUHEN_CHECK(ledger.append("segment", body.toCbor()));
    return writer;
}

Result<void> SegmentWriter::openFile() {
    if (file_ != nullptr) {
        return {};
    }
    const std::string folder = core::folderOf(path_);
    LIUHEN_CHECK(files_->makeFolders(folder));
    LIUHEN_TRY(auto file, files_->open(path_, core::OpenMode::CreateNew));
    // The name must be durable before a part in it can count as such.
    LIUHEN_CHECK(files_->syncFolder(folder));
    file_ = std::move(file);
    return {};
}

Result<void> SegmentWriter::write(const PartSamples& samples) {
    LIUHEN_TRY(const media::FragmentHead head,
               media::makeFragment(
                   static_cast<std::uint32_t>(parts_ + 1), samples.picture, samples.sound));
    std::vector<ByteView> media;
    media.reserve(1 + samples.picture.size() + samples.sound.size());
    media.emplace_back(head.bytes);
    for (const media::Sample& sample : samples.picture) {
        media.push_back(sample.data);
    }
    for (const media::Sample& sample : samples.sound) {
        media.push_back(sample.data);
    }
    evidence::PartBody body;
    body.recording = config_.recording;
    body.segment = config_.segment;
    body.part = parts_++;
    body.offset = offset_;
    body.init = initHash_;
    addSpan(body.tracks, evidence::kPictureTrack, samples.picture);
    addSpan(body.tracks, evidence::kSoundTrack, samples.sound);

    std::array<std::uint8_t, media::kUuidHeaderBytes> lockedHead{};
    if (locking_ != nullptr) {
        const std::uint64_t counter = locking_->counter++;
        body.encryption =
            evidence::PartEncryption{counter, locking_->key.clearHash(counter, media)};
        locking_->key.lock(locking_->locked, counter, initHash_, media);
        LIUHEN_TRY(lockedHead, media::uuidBoxHeader(evidence::kLockedBox, locking_->locked.size()));
        media = {ByteView(lockedHead), ByteView(locking_->locked)};
    }
    core::Buffer link;
    LIUHEN_CHECK(media::appendUuidBox(link, evidence::kLinkBox, ledger_->pendingLink()));
    crypto::Sha256 hash;
    hash.update(link);
    body.size = link.size();
    for (const ByteView piece : media) {
        hash.update(piece);
        body.size += piece.size();
    }
    body.hash = hash.finish();
    const evidence::Entry entry = ledger_->signPart(body.toCbor());
    core::Buffer proof;
    LIUHEN_CHECK(media::appendUuidBox(proof, evidence::kProofBox, entry.bytes));

    std::vector<ByteView> pieces;
    pieces.reserve(media.size() + 3);
    if (partsWritten_ == 0) {
        pieces.emplace_back(init_);
    }
    pieces.emplace_back(link);
    pieces.insert(pieces.end(), media.begin(), media.end());
    pieces.emplace_back(proof);
    auto written = openFile();
    if (written) {
        written = file_->append(pieces);
    }
    if (written) {
        written = file_->sync();
    }
    if (!written) {
        // The ledger may fail on the same card; its entries stay with it for the next link.
        (void)ledger_->losePart(entry, core::name(written.error().kind), cutOff());
        return core::failWith(written.error(),
                              fmt::format("write part {} of {}", body.part, path_));
    }
    offset_ += body.size + proof.size();
    ++partsWritten_;
    return ledger_->commitPart(entry);
}

std::optional<evidence::TornFile> SegmentWriter::cutOff() {
    file_.reset();
    if (!files_->exists(path_)) {
        return std::nullopt;
    }
    // Without a whole part not even the init counts.
    const std::uint64_t keep = partsWritten_ == 0 ? 0 : offset_;
    const std::string name = fmt::format(
        "{}-{}", evidence::recordingName(config_.generation, config_.recording), config_.segment);
    auto cut = storage::cutTorn(*files_, cardFolder_, path_, keep, name);
    dirty_ = !cut.has_value() || (keep == 0 && !files_->remove(path_));
    return cut ? *std::move(cut) : std::nullopt;
}

Result<void> SegmentWriter::end() {
    if (dirty_) {
        return {};
    }
    evidence::SegmentEndBody body;
    body.recording = config_.recording;
    body.segment = config_.segment;
    body.size = offset_;
    body.parts = partsWritten_;
    LIUHEN_CHECK(ledger_->append("segment.end", body.toCbor()));
    return {};
}

}  // namespace liuhen::recorder
