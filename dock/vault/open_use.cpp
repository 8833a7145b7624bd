// SPDX-License-Identifier: Apache-2.0
// Reading from the segments of a view.
#include "dock/vault/open_use.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;
using evidence::ClearSegment;

/// Of one use at once: as many as a player's list is made of at a time, one that is played, and one
/// that is sought to.
constexpr std::size_t kHeldSegments = 10;
/// A camera's frames do not come to the millisecond; two parts begin much farther apart.
constexpr std::uint64_t kJitterNs = 50'000'000;

media::ReadAt reading(const core::File& file) {
    return [&file](std::uint64_t offset, std::span<std::uint8_t> into) {
        return file.readAt(offset, into);
    };
}

}  // namespace

Result<std::shared_ptr<OpenUse>> OpenUse::open(ReadingParts parts,
                                               const evidence::AccessSubject& subject,
                                               std::vector<StoredSegment> stored) {
    std::shared_ptr<OpenUse> use(new OpenUse(parts, subject));
    for (StoredSegment& each : stored) {
        OpenedSegment opened{each.segment, each.sizeBytes, 0};
        if (!use->object_) {
            const auto held = use->openFile(each, 1);
            if (held && (*held)->clear->parts().empty()) {
                continue;
            }
            // One that is damaged or gone does not close the others; who reads it is told.
            const std::uint64_t before = use->opened_.empty() ? 0 : use->opened_.back().fromNs;
            opened.fromNs = held ? (*held)->clear->parts().front().time.first : before;
            if (!held && held.error().kind != ErrorKind::DataLoss &&
                held.error().kind != ErrorKind::NotFound) {
                return tl::make_unexpected(held.error());
            }
        }
        // Where it ends is told by its parts: some may turn out to have none in the span.
        if (!use->span_ || opened.fromNs < use->span_->second) {
            use->opened_.push_back(opened);
            use->stored_.push_back(std::move(each));
        }
    }
    // What begins before the span lies in it only if it is the last of those, or was recorded
    // beside it, as what is from before the press is.
    if (use->span_) {
        const std::uint64_t from = use->span_->first;
        std::size_t outside = 0;
        while (outside + 2 < use->opened_.size() && use->opened_[outside + 2].fromNs <= from) {
            ++outside;
        }
        const auto count = static_cast<std::ptrdiff_t>(outside);
        use->opened_.erase(use->opened_.begin(), use->opened_.begin() + count);
        use->stored_.erase(use->stored_.begin(), use->stored_.begin() + count);
    }
    return use;
}

Result<std::shared_ptr<OpenUse::Held>> OpenUse::openFile(const StoredSegment& stored,
                                                         std::size_t mostParts) const {
    auto held = std::make_shared<Held>();
    held->segment = stored.segment;
    LIUHEN_TRY(held->file, parts_.files.open(stored.path, core::OpenMode::ReadScattered));
    LIUHEN_TRY(held->sizeBytes, held->file->size());
    if (!object_) {
        LIUHEN_TRY(held->clear,
                   ClearSegment::open(reading(*held->file), held->sizeBytes, mostParts));
    }
    return held;
}

/// One of this view as far as it lies in the span, ready to be read from.
Result<std::shared_ptr<OpenUse::Held>> OpenUse::openClear(std::uint64_t segment) const {
    const auto found =
        std::find_if(stored_.begin(), stored_.end(), [segment](const StoredSegment& one) {
            return one.segment == segment;
        });
    if (found == stored_.end()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("read segment {}: it is not part of this view", segment));
    }
    LIUHEN_TRY(auto held, openFile(*found, ClearSegment::kMostParts));
    if (held->clear && span_) {
        held->clear->narrow(*span_);
    }
    if (held->clear && held->clear->isEncrypted()) {
        if (parts_.key == nullptr) {
            return fail(ErrorKind::FailedPrecondition,
                        fmt::format("read segment {}: it is encrypted, and vault.toml names no "
                                    "evidence_key",
                                    segment));
        }
        LIUHEN_CHECK(held->clear->unlock(*parts_.key));
    }
    return held;
}

/// With `mutex_` held; nullptr if it was not read from lately.
std::shared_ptr<OpenUse::Held> OpenUse::known(std::uint64_t segment) {
    const auto found = std::find_if(
        held_.begin(), held_.end(), [segment](const auto& one) { return one->segment == segment; });
    if (found == held_.end()) {
        return nullptr;
    }
    held_.splice(held_.begin(), held_, found);
    return held_.front();
}

Result<std::shared_ptr<OpenUse::Held>> OpenUse::hold(std::uint64_t segment) {
    {
        const std::lock_guard lock(mutex_);
        if (auto held = known(segment)) {
            return held;
        }
    }
    LIUHEN_TRY(auto opened, openClear(segment));  // others are read meanwhile
    const std::lock_guard lock(mutex_);
    if (auto held = known(segment)) {
        return held;  // somebody else was as quick
    }
    held_.push_front(opened);
    if (held_.size() > kHeldSegments) {
        held_.pop_back();
    }
    return opened;
}

Result<ListedParts> OpenUse::parts(std::uint64_t segment, std::uint64_t first) {
    LIUHEN_TRY(const auto held, hold(segment));
    const std::lock_guard lock(held->mutex);
    ListedParts answer;
    if (!held->clear) {
        answer.sizeBytes = held->sizeBytes;
        return answer;
    }
    const ClearSegment& clear = *held->clear;
    answer.sizeBytes = clear.size();
    answer.initBytes = clear.initBytes();
    if (const auto codecs = media::codecs(clear.tracks())) {
        answer.codecs = *codecs;
    }
    for (std::uint64_t i = first; i < clear.parts().size() && !answer.more; ++i) {
        if (answer.parts.size() == kMostListedParts) {
            answer.more = true;
        } else {
            const evidence::ClearPart& part = clear.parts()[static_cast<std::size_t>(i)];
            answer.parts.push_back(
                {part.offset, part.size, part.time.first, part.time.second, std::nullopt});
        }
    }
    if (clear.tracks().video && !answer.parts.empty()) {
        LIUHEN_CHECK(findKeys(*held, static_cast<std::size_t>(first), answer.parts));
    }
    return answer;
}

/// `parts` are those of the clear file from `first` on. An hour has 7,200: what is looked at is one
/// of each segment, and some until their distance is known.
Result<void> OpenUse::findKeys(const Held& held,
                               std::size_t first,
                               std::vector<ListedPart>& parts) {
    const media::ReadAt read = reading(*held.file);
    std::optional<std::uint64_t> apart = [this] {
        const std::lock_guard lock(mutex_);
        return keysApart_;
    }();
    std::uint64_t end = 0;
    std::uint64_t last = 0;  // where a player may begin, with a key frame or without
    bool lastIsKey = false;
    bool begun = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        ListedPart& part = parts[i];
        if (part.toNs <= part.fromNs) {
            continue;  // no sample in it
        }
        const bool follows = begun && end == part.fromNs;
        begun = true;
        end = part.toNs;
        if (follows) {
            const bool even = lastIsKey && apart;
            const std::uint64_t due = even ? *apart : kKeysApartNs;
            if (part.fromNs - last + kJitterNs < due) {
                continue;
            }
            if (even && part.fromNs - last <= due + kJitterNs) {
                part.key = true;
                last = part.fromNs;
                continue;
            }
        }
        LIUHEN_TRY(part.key, held.clear->beginsWithKey(read, held.clear->parts()[first + i]));
        if (follows && lastIsKey && *part.key) {
            apart = part.fromNs - last;
            const std::lock_guard lock(mutex_);
            keysApart_ = apart;
        }
        if (!follows || *part.key) {
            last = part.fromNs;
            lastIsKey = *part.key;
        }
    }
    return {};
}

Result<ReadBytes> OpenUse::read(std::uint64_t segment, std::uint64_t offset, std::uint64_t length) {
    LIUHEN_TRY(const auto held, hold(segment));
    const std::lock_guard lock(held->mutex);
    ReadBytes answer;
    answer.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length, kMostReadBytes)));
    std::size_t count = 0;
    if (held->clear) {
        answer.sizeBytes = held->clear->size();
        LIUHEN_TRY(count, held->clear->readAt(reading(*held->file), offset, answer.bytes));
    } else {
        answer.sizeBytes = held->sizeBytes;
        if (offset < held->sizeBytes) {
            LIUHEN_TRY(count, held->file->readAt(offset, answer.bytes));
        }
    }
    answer.bytes.resize(count);
    return answer;
}

}  // namespace liuhen::vault
