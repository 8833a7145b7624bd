// SPDX-License-Identifier: Apache-2.0
// Which entry becomes which row.
#include "dock/catalogue/chapter_rows.hpp"

#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace liuhen::catalogue {

using core::ErrorKind;
using core::fail;
using evidence::Entry;

namespace {

/// A `part.lost` comes soon after its part: so many parts of a segment are remembered for it.
constexpr std::size_t kRememberedParts = 64;
constexpr std::uint64_t kUuidHeadBytes = 24;
/// Whatever a recorder's entry says: more tell nobody anything.
constexpr std::uint64_t kMostCopies = 255;

/// A text of an entry that is for people; the check does not insist on it.
std::string textOr(const Entry& entry, std::string_view key, std::string_view otherwise) {
    auto text = evidence::textAt(entry.body, key);
    return text ? *std::move(text) : std::string(otherwise);
}

std::uint64_t numberOr(const Entry& entry, std::string_view key, std::uint64_t otherwise) {
    const auto number = evidence::unsignedAt(entry.body, key);
    return number ? *number : otherwise;
}

}  // namespace

Result<void> insertDelivered(Connection& connection,
                             const core::Digest& object,
                             std::uint64_t copies) {
    LIUHEN_TRY(
        Statement row,
        connection.prepare("insert into receipt_delivered values (?1, ?2) on conflict do nothing"));
    return row.bind(core::ByteView(object)).bind(std::min(copies, kMostCopies)).run();
}

Result<void> ChapterRows::add(const Entry& entry) {
    if (!last_) {
        LIUHEN_CHECK(begin(entry));
    } else if (entry.device != device_ || entry.generation != generation_ ||
               entry.seq != last_->seq + 1 || entry.previous != last_->hash) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("enter chapter {} of {}: entry {} does not follow the one before",
                                first_,
                                device_,
                                entry.seq));
    }
    last_ = entry.head();
    lastKind_ = entry.kind;
    lastUs_ = entry.time.utcUs;
    LIUHEN_CHECK(addFootage(entry));
    return addEvent(entry);
}

Result<void> ChapterRows::begin(const Entry& entry) {
    device_ = entry.device;
    generation_ = entry.generation;
    first_ = entry.seq;
    fromUs_ = entry.time.utcUs;
    LIUHEN_TRY(Statement device,
               connection_->prepare("insert into device values (?1) on conflict do nothing"));
    LIUHEN_CHECK(device.bind(device_).run());
    LIUHEN_TRY(Statement generation,
               connection_->prepare(
                   "insert into generation values (?1, ?2, ?3, ?4) on conflict do nothing"));
    generation.bind(device_).bind(generation_);
    if (entry.seq == 0 && (entry.kind == "genesis" || entry.kind == "rollback")) {
        generation.bind(entry.kind).bind(core::ByteView(entry.hash));
    } else {
        generation.bind(std::optional<std::uint64_t>()).bind(std::optional<std::uint64_t>());
    }
    return generation.run();
}

Result<void> ChapterRows::addFootage(const Entry& entry) {
    if (entry.kind == "start") {
        recordings_[entry.seq] = Recording{textOr(entry, "manner", ""),
                                           textOr(entry, "trigger", ""),
                                           entry.time.utcUs,
                                           std::nullopt,
                                           ""};
    } else if (entry.kind == "end") {
        const auto found = recordings_.find(numberOr(entry, "recording", UINT64_MAX));
        if (found != recordings_.end()) {
            found->second.endUs = entry.time.utcUs;
            found->second.endReason = textOr(entry, "reason", "");
        }
    } else if (entry.kind == "segment") {
        LIUHEN_TRY(const auto body, evidence::SegmentBody::fromCbor(entry.body));
        Segment segment;
        segment.seq = entry.seq;
        segment.initBytes = body.initSize;
        segment.preEvent = body.preEvent;
        segment.encrypted = body.keyCommitment.has_value();
        segment.startUs = entry.time.utcUs;
        segment.endUs = entry.time.utcUs;
        segments_[{body.recording, body.segment}] = segment;
    } else if (entry.kind == "part") {
        return addPart(entry);
    } else if (entry.kind == "part.lost") {
        addLost(entry);
    } else if (entry.kind == "segment.end") {
        LIUHEN_TRY(const auto body, evidence::SegmentEndBody::fromCbor(entry.body));
        const auto found = segments_.find({body.recording, body.segment});
        if (found != segments_.end()) {
            found->second.end = entry.hash;
            found->second.endBytes = body.size;
            found->second.endUs = entry.time.utcUs;
        }
    }
    return {};
}

Result<void> ChapterRows::addPart(const Entry& entry) {
    LIUHEN_TRY(const auto body, evidence::PartBody::fromCbor(entry.body));
    const auto found = segments_.find({body.recording, body.segment});
    if (found == segments_.end()) {
        return {};
    }
    Segment& segment = found->second;
    segment.newest.push_back(
        Part{entry.seq, entry.hash, body.offset + body.size + kUuidHeadBytes + entry.bytes.size()});
    if (segment.newest.size() > kRememberedParts) {
        segment.newest.erase(segment.newest.begin());
    }
    ++segment.parts;
    segment.endUs = entry.time.utcUs;
    return {};
}

void ChapterRows::addLost(const Entry& entry) {
    const std::uint64_t seq = numberOr(entry, "entry", UINT64_MAX);
    for (auto& [name, segment] : segments_) {
        const auto part = std::find_if(segment.newest.begin(),
                                       segment.newest.end(),
                                       [seq](const Part& each) { return each.seq == seq; });
        if (part != segment.newest.end()) {
            segment.newest.erase(part);
            ++segment.lost;
            return;
        }
    }
}

Result<void> ChapterRows::addEvent(const Entry& entry) {
    const auto insert = [&](std::string_view sql) -> Result<Statement> {
        LIUHEN_TRY(Statement statement, connection_->prepare(sql));
        statement.bind(device_).bind(generation_).bind(entry.seq);
        statement.bind(numberOr(entry, "recording", 0)).bind(textOr(entry, "what", ""));
        return statement;
    };
    if (entry.kind == "mark") {
        LIUHEN_TRY(Statement mark, insert("insert into mark values (?1, ?2, ?3, ?4, ?5, ?6)"));
        return mark.bind(entry.time.utcUs).run();
    }
    if (entry.kind == "statement") {
        LIUHEN_TRY(Statement row,
                   insert("insert into statement values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
        row.bind(textOr(entry, "result", "")).bind(numberOr(entry, "from", 0));
        return row.bind(numberOr(entry, "to", 0)).bind(entry.time.utcUs).run();
    }
    if (entry.kind == "interruption") {
        LIUHEN_TRY(const auto body, evidence::TracksBody::fromCbor(entry.body));
        interruptions_[entry.seq] = Interruption{body.recording,
                                                 body.tracks,
                                                 textOr(entry, "cause", "other"),
                                                 textOr(entry, "declared_by", "recorder"),
                                                 entry.time.utcUs,
                                                 std::nullopt};
    } else if (entry.kind == "resume") {
        return addResume(entry);
    } else if (entry.kind == "receipt") {
        return addReceipt(entry);
    } else if (entry.kind == "release") {
        return addRelease(entry);
    }
    return {};
}

/// Ends every interruption of the recording of which a track goes on.
Result<void> ChapterRows::addResume(const Entry& entry) {
    LIUHEN_TRY(const auto body, evidence::TracksBody::fromCbor(entry.body));
    for (auto& [seq, open] : interruptions_) {
        const bool shared =
            std::find_first_of(
                open.tracks.begin(), open.tracks.end(), body.tracks.begin(), body.tracks.end()) !=
            open.tracks.end();
        if (open.recording == body.recording && !open.endUs && shared) {
            open.endUs = entry.time.utcUs;
        }
    }
    return {};
}

Result<void> ChapterRows::addReceipt(const Entry& entry) {
    LIUHEN_TRY(const core::Buffer message, evidence::bytesAt(entry.body, "message"));
    const auto receipt = evidence::Receipt::parse(message);
    if (!receipt) {
        return {};  // another agency's, or of a later version: no receipt of ours
    }
    return insertDelivered(*connection_, receipt->object, receipt->copies);
}

Result<void> ChapterRows::addRelease(const Entry& entry) {
    const auto body = evidence::ReleaseBody::fromCbor(entry.body);
    if (!body || !body->recording || !body->segment) {
        return {};  // of something else than a segment
    }
    LIUHEN_TRY(
        Statement row,
        connection_->prepare("insert into release values (?1, ?2, ?3, ?4) on conflict do nothing"));
    row.bind(device_).bind(body->generation);
    return row.bind(body->recording).bind(body->segment).run();
}

Result<void> ChapterRows::finish() {
    if (!last_ || lastKind_ != "docking") {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("enter chapter {} of {}: it does not end with a docking", first_, device_));
    }
    LIUHEN_TRY(Statement row,
               connection_->prepare("insert into chapter values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    row.bind(device_).bind(generation_).bind(first_).bind(last_->seq);
    LIUHEN_CHECK(row.bind(core::ByteView(last_->hash)).bind(fromUs_).bind(lastUs_).run());
    LIUHEN_CHECK(writeRecordings());
    LIUHEN_CHECK(writeSegments());
    return writeInterruptions();
}

Result<void> ChapterRows::writeRecordings() {
    for (const auto& [start, recording] : recordings_) {
        LIUHEN_TRY(
            Statement row,
            connection_->prepare("insert into recording values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
        row.bind(device_).bind(generation_).bind(start).bind(recording.manner);
        row.bind(recording.trigger).bind(recording.startUs).bind(recording.endUs);
        if (recording.endUs) {
            row.bind(recording.endReason);
        } else {
            row.bind(std::optional<std::uint64_t>());
        }
        LIUHEN_CHECK(row.run());
    }
    return {};
}

Result<void> ChapterRows::writeSegments() {
    for (const auto& [name, segment] : segments_) {
        LIUHEN_TRY(
            Statement row,
            connection_->prepare("insert into segment values "
                                 "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"));
        row.bind(device_).bind(generation_).bind(name.first).bind(name.second).bind(segment.seq);
        std::uint64_t size = segment.initBytes;
        if (segment.end) {
            size = *segment.endBytes;
            row.bind(core::ByteView(*segment.end));
        } else if (!segment.newest.empty()) {
            size = segment.newest.back().endBytes;
            row.bind(core::ByteView(segment.newest.back().entry));
        } else {
            row.bind(std::optional<std::uint64_t>());
        }
        row.bind(size).bind(segment.parts).bind(segment.lost);
        row.bind(std::int64_t{segment.preEvent}).bind(std::int64_t{segment.encrypted});
        LIUHEN_CHECK(row.bind(segment.startUs).bind(segment.endUs).run());
    }
    return {};
}

Result<void> ChapterRows::writeInterruptions() {
    for (const auto& [seq, open] : interruptions_) {
        LIUHEN_TRY(Statement row,
                   connection_->prepare(
                       "insert into interruption values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
        row.bind(device_).bind(generation_).bind(seq).bind(open.recording);
        row.bind(fmt::format("{}", fmt::join(open.tracks, ",")));
        row.bind(open.cause).bind(open.declaredBy).bind(open.startUs).bind(open.endUs);
        LIUHEN_CHECK(row.run());
    }
    return {};
}

}  // namespace liuhen::catalogue
