// SPDX-License-Identifier: Apache-2.0
// Index, check, enter, free.
#include "firmware/recorder/releaser.hpp"

#include "common/core/log.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Result;
using storage::ReceiptPlace;
using storage::SegmentName;
using storage::SegmentRecord;

namespace {

/// Of one step: a card that reads 20 MB a second is busy for some 13 ms.
constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr core::Nanoseconds kLater = std::chrono::seconds(10);
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
/// So many copies free at once; fewer need the policy's time.
constexpr std::uint64_t kCopies = 2;

}  // namespace

Releaser::Releaser(core::Files& files,
                   const std::string& cardFolder,
                   core::Clock& clock,
                   Ledger& ledger,
                   ReleasePolicy policy)
    : files_(&files),
      cardFolder_(cardFolder),
      clock_(&clock),
      ledger_(&ledger),
      policy_(std::move(policy)),
      index_(files, cardFolder) {}

void Releaser::forget() {
    index_ = storage::ReleaseIndex(*files_, cardFolder_);
    stage_ = Stage::Index;
    job_.reset();
    due_ = {};
}

Cbor Releaser::describePolicy() const {
    Cbor after;
    if (policy_.singleCopyAfter) {
        after = Cbor(policy_.singleCopyAfter->count());
    }
    return Cbor::map({{"copies", kCopies}, {"single_copy_after_s", std::move(after)}});
}

std::string Releaser::pathOf(const SegmentName& name) const {
    const auto& [generation, recording, segment] = name;
    return core::joinPath(core::joinPath(core::joinPath(cardFolder_, "footage"),
                                         evidence::recordingName(generation, recording)),
                          fmt::format("{}.mp4", segment));
}

bool Releaser::step() {
    if (!policy_.root || clock_->boottime() < due_) {
        return false;
    }
    const bool removing = stage_ == Stage::Remove;
    const auto worked = work();
    if (worked) {
        told_.clear();
        return removing;
    }
    // What was not yet removed is found again by the index: its `release` stands in the ledger.
    if (stage_ != Stage::Remove && stage_ != Stage::Sync) {
        stage_ = Stage::Index;
        job_.reset();
    }
    due_ = clock_->boottime() + kLater;
    if (told_ != worked.error().message) {
        told_ = worked.error().message;
        core::log(core::LogLevel::Warning, "recorder", "free space: " + told_);
    }
    return false;
}

Result<void> Releaser::work() {
    switch (stage_) {
        case Stage::Index:
            return readLedger();
        case Stage::Hash:
            return hashOn();
        case Stage::Sync:
            return syncRelease();
        case Stage::Remove:
            return remove();
    }
    return {};
}

Result<void> Releaser::readLedger() {
    LIUHEN_TRY(const bool more, index_.step(kPiece));
    return more ? Result<void>() : pick();
}

bool Releaser::allows(const ReceiptPlace& receipt) const {
    if (receipt.copies >= kCopies) {
        return true;
    }
    // Not by the clock, which others may set, but by the time that the recorder ran since (ADR
    // 0033). What it names is older than its receipt.
    if (!policy_.singleCopyAfter) {
        return false;
    }
    const std::uint64_t ran = index_.ranNs() - receipt.enteredNs;
    return ran / kNsPerSecond >= static_cast<std::uint64_t>(policy_.singleCopyAfter->count());
}

bool Releaser::isRunning(const SegmentName& name, const SegmentRecord& record) const {
    return std::get<0>(name) == ledger_->head().generation && record.seq >= ledger_->chapterFirst();
}

/// Makes the job of freeing this segment, if a receipt allows it.
bool Releaser::take(const SegmentName& name,
                    SegmentRecord& record,
                    std::unique_ptr<core::File>& file) {
    for (const ReceiptPlace& held : record.receipts) {
        if (held.entry != record.last || !allows(held)) {
            continue;
        }
        const auto receipt = index_.verify(held, *policy_.root);
        const auto leaf = receipt ? evidence::ObjectLeaf::decode(receipt->leaf)
                                  : Result<evidence::ObjectLeaf>(evidence::ObjectLeaf{});
        const auto& [generation, recording, segment] = name;
        // Of a leaf that says less a checker would find the segment missing.
        if (!receipt || !leaf || leaf->verdict != "intact" || receipt->type != "segment" ||
            receipt->generation != generation || receipt->recording != recording ||
            receipt->segment != segment || receipt->entry != record.last ||
            receipt->device != ledger_->device() || receipt->copies != held.copies) {
            continue;
        }
        job_.emplace(Job{name, held.head, *receipt, std::move(file), {}, 0, std::nullopt});
        return true;
    }
    return false;
}

Result<void> Releaser::pick() {
    for (auto& [name, record] : index_.segments()) {
        if (record.settled || record.receipts.empty() || isRunning(name, record)) {
            continue;
        }
        auto file = files_->open(pathOf(name), core::OpenMode::Read);
        if (!file && file.error().kind == ErrorKind::NotFound) {
            record.settled = true;
            continue;
        }
        if (!file) {
            return core::failWith(file.error(), "check what can be freed");
        }
        if (take(name, record, *file)) {
            stage_ = Stage::Hash;
            return {};
        }
    }
    due_ = clock_->boottime() + kLater;
    return {};
}

/// Invariant 1: the receipt is for exactly these bytes, and these are still what the card holds.
Result<void> Releaser::hashOn() {
    Job& job = *job_;
    core::Buffer piece(kPiece);
    LIUHEN_TRY(const std::size_t got, job.file->readAt(job.offset, piece));
    job.hash.update(core::ByteView(piece).first(got));
    job.offset += got;
    if (got > 0 && job.offset <= job.receipt.size) {
        return {};
    }
    if (job.offset != job.receipt.size || job.hash.finish() != job.receipt.object) {
        keep("the file is not what the vault has");
        return {};
    }
    job.file.reset();
    enter();
    return {};
}

/// It is never freed: the only copy of what this card holds.
void Releaser::keep(std::string_view why) {
    const auto& [generation, recording, segment] = job_->name;
    core::log(
        core::LogLevel::Error, "recorder", fmt::format("{} is kept: {}", pathOf(job_->name), why));
    ledger_->append("fault",
                    Cbor::map({{"what", "receipt_differs"},
                               {"measurements",
                                Cbor::map({{"generation", generation},
                                           {"recording", recording},
                                           {"segment", segment},
                                           {"receipt", job_->receiptHead.toCbor()}})}}));
    index_.segments()[job_->name].settled = true;
    job_.reset();
    stage_ = Stage::Index;
}

void Releaser::enter() {
    Job& job = *job_;
    SegmentRecord& record = index_.segments()[job.name];
    if (!record.released) {
        const auto& [generation, recording, segment] = job.name;
        evidence::ReleaseBody body;
        body.generation = generation;
        body.recording = recording;
        body.segment = segment;
        body.receipt = job.receiptHead;
        Cbor written = body.toCbor();
        written.set("policy", describePolicy());
        job.release = ledger_->append("release", std::move(written)).head();
        record.released = true;
    }
    stage_ = Stage::Sync;
}

Result<void> Releaser::syncRelease() {
    // Also where a `release` stood already: that entry may not be durable yet.
    LIUHEN_CHECK(ledger_->sync());
    stage_ = Stage::Remove;
    return {};
}

Result<void> Releaser::remove() {
    const std::string path = pathOf(job_->name);
    const std::string folder = core::folderOf(path);
    if (auto removed = files_->remove(path);
        !removed && removed.error().kind != ErrorKind::NotFound) {
        return removed;
    }
    if (files_->exists(folder)) {
        LIUHEN_CHECK(files_->syncFolder(folder));
        (void)files_->remove(folder);  // if that was the recording's last segment
    }
    LIUHEN_CHECK(files_->syncFolder(core::folderOf(folder)));
    core::log(core::LogLevel::Info, "recorder", "freed " + path);
    index_.segments()[job_->name].settled = true;
    job_.reset();
    stage_ = Stage::Index;
    return {};
}

}  // namespace liuhen::recorder
