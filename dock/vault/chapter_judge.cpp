// SPDX-License-Identifier: Apache-2.0
// Step by step: the chain, a second history, the end, the origin, the line's state.
#include "dock/vault/chapter_judge.hpp"

#include "common/evidence/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using evidence::Chapter;
using evidence::EntryStream;
using evidence::Framing;
using evidence::GenesisBody;
using evidence::OpeningRecord;
using evidence::Verdict;

/// The records of a chapter, of which a vault holds a few: an honest one of days needs a tenth.
constexpr std::uint64_t kRecordBytes = std::uint64_t{256} << 20U;

/// The first entry that two chapters of one place have differently, up to entry number `count`.
std::optional<Divergence> firstDifference(const evidence::MemoryFile& held,
                                          const evidence::MemoryFile& other,
                                          std::uint64_t first,
                                          std::uint64_t count) {
    EntryStream a(held);
    EntryStream b(other);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto one = a.next();
        const auto two = b.next();
        if (!one || !two || !*one || !*two || (*one)->framing != Framing::Whole ||
            (*two)->framing != Framing::Whole) {
            break;
        }
        if (!core::equal((*one)->bytes, (*two)->bytes)) {
            return Divergence{
                first + i, crypto::sha256((*one)->bytes), crypto::sha256((*two)->bytes)};
        }
    }
    return std::nullopt;
}

/// Judges one chapter.
class ChapterJudge {
public:
    ChapterJudge(const Place& place,
                 const ChapterContext& context,
                 const crypto::Certificate& root,
                 const StoredChapter& read)
        : place_(place), context_(context), root_(root), read_(read), chapter_(read.chapter) {}

    Result<Judgement> run() {
        if (chapter_.entries == 0) {
            return quarantine(chapter_.problem ? chapter_.problem->text : "it holds no entry");
        }
        if (place_.first == 0) {
            if (auto wrong = wrongCertificate()) {
                return quarantine(*std::move(wrong));
            }
        }
        if (context_.stored != nullptr) {
            // All entries read are signed: the first that differs from what is stored is proof.
            const auto divergence = firstDifference(
                *context_.stored->bytes, *read_.bytes, place_.first, chapter_.entries);
            if (divergence) {
                return fork(*divergence);
            }
        }
        if (chapter_.problem) {
            return quarantine(fmt::format("entry {}: {}",
                                          chapter_.problem->place.seq.value_or(place_.first),
                                          chapter_.problem->text),
                              chapter_.problem->verdict);
        }
        if (auto wrong = wrongEnd()) {
            return quarantine(*std::move(wrong));
        }
        if (place_.first == 0) {
            return judgeOrigin();
        }
        LIUHEN_ASSERT(context_.before.has_value());
        return store(context_.before->identity, context_.before->witnessKey);
    }

private:
    Judgement quarantine(std::string why, Verdict verdict = Verdict::Altered) {
        judgement_.outcome = Outcome::Quarantine;
        judgement_.verdict = verdict;
        judgement_.reason = "The chapter cannot be accepted: " + std::move(why);
        return std::move(judgement_);
    }

    Judgement fork(const Divergence& divergence) {
        judgement_.outcome = Outcome::Fork;
        judgement_.verdict = Verdict::Altered;
        judgement_.divergence = divergence;
        judgement_.reason = fmt::format(
            "The recorder has signed two histories: entry {} differs from the one stored before",
            divergence.seq);
        return std::move(judgement_);
    }

    [[nodiscard]] const OpeningRecord& opening() const { return *chapter_.opening; }

    [[nodiscard]] std::optional<std::string> wrongCertificate() const {
        const auto certificate = crypto::Certificate::fromDer(opening().body.certificate);
        if (!certificate) {
            return "its identity certificate cannot be read";
        }
        if (const auto wrong =
                crypto::judge(*certificate, root_, crypto::Role::Recorder, std::nullopt)) {
            return "the recorder is not of this agency: " + *wrong;
        }
        if (certificate->subject() != place_.device) {
            return fmt::format("its identity certificate is of recorder {}",
                               certificate->subject());
        }
        return std::nullopt;
    }

    /// What stands behind a docking in one file is a problem of the chain already.
    [[nodiscard]] std::optional<std::string> wrongEnd() const {
        if (!chapter_.last->docking) {
            return "it does not end with the recorder's docking";
        }
        if (context_.stored != nullptr) {
            return "the vault already holds this chapter in another form";
        }
        return std::nullopt;
    }

    Result<Judgement> judgeOrigin() {
        if (!context_.registration) {
            judgement_.outcome = Outcome::Wait;
            judgement_.verdict = Verdict::Incomplete;
            judgement_.reason = fmt::format(
                "The agency has not registered generation {} of recorder {}; a custodian does that "
                "with 'liuhen enroll genesis', then the intake goes on",
                place_.generation,
                place_.device);
            return std::move(judgement_);
        }
        const auto key = root_.key();
        const auto registration =
            key ? evidence::Registration::verify(*context_.registration, *key)
                : Result<evidence::Registration>(tl::make_unexpected(key.error()));
        if (!registration || registration->device != place_.device ||
            registration->generation != place_.generation ||
            registration->genesis != opening().hash) {
            return quarantine("the agency has registered another beginning of this generation");
        }
        if (opening().rollback) {
            incomplete("The recorder found another card than its keystore knew");
        } else if (opening().body.head) {
            if (!context_.namedHead && !context_.docked) {
                incomplete("The entry that its beginning names is not stored here");
            } else if (context_.namedHead) {
                if (auto wrong = evidence::wrongSuccession(
                        place_.generation, opening().boot, opening().body, *context_.namedHead)) {
                    return quarantine(*std::move(wrong));
                }
            }
        }
        return store(opening().body.certificate, opening().body.witnessKey);
    }

    void incomplete(std::string finding) {
        judgement_.verdict = Verdict::Incomplete;
        judgement_.findings.push_back(std::move(finding));
    }

    Result<Judgement> store(const Buffer& identity, const Buffer& witnessKey) {
        const evidence::LastEntry& last = *chapter_.last;
        judgement_.outcome = Outcome::Store;
        judgement_.seq = last.seq;
        judgement_.entry = last.hash;
        ChapterRow row;
        row.device = place_.device;
        row.generation = place_.generation;
        row.first = place_.first;
        row.last = last.seq;
        row.hash = last.hash;
        row.keys = last.keys;
        row.boot = last.boot;
        row.boottimeNs = last.boottimeNs;
        row.identity = identity;
        row.witnessKey = witnessKey;
        judgement_.chapter = std::move(row);
        LIUHEN_CHECK(listDue());
        listFindings();
        return std::move(judgement_);
    }

    /// The segments whose bytes must come. One that may be absent is not asked for.
    Result<void> listDue() {
        evidence::ByteWindow window(*read_.bytes);
        for (const evidence::SegmentRecord& segment : chapter_.footage.segments()) {
            if (chapter_.footage.firstDue(segment) == nullptr) {
                continue;
            }
            const evidence::EntryAt last = chapter_.footage.lastEntry(segment);
            LIUHEN_TRY(const ByteView entry, window.at(last.offset, last.size));
            judgement_.due.push_back(DueRow{
                {segment.recording, segment.number}, Digest{}, last.seq, crypto::sha256(entry)});
        }
        return {};
    }

    /// Declared losses and interruptions: they change no verdict.
    void listFindings() {
        for (const evidence::Finding& finding : chapter_.facts.findings) {
            if (judgement_.findings.size() + 1 == evidence::kMaxLeafFindings) {
                judgement_.findings.emplace_back("There are more findings than stand here");
                return;
            }
            std::string text =
                fmt::format("Entry {}: {}", finding.place.seq.value_or(0), finding.kind);
            if (finding.kind == "interruption") {
                text += ", " + finding.text;
            }
            // Causes are ASCII; whatever else stands there must not be cut within a character.
            if (text.size() > evidence::kMaxLeafFindingBytes) {
                text = fmt::format("Entry {}: {}", finding.place.seq.value_or(0), finding.kind);
            }
            judgement_.findings.push_back(std::move(text));
        }
    }

    const Place& place_;
    const ChapterContext& context_;
    const crypto::Certificate& root_;
    const StoredChapter& read_;
    const Chapter& chapter_;
    Judgement judgement_;
};

}  // namespace

Result<StoredChapter> readChapter(const Place& place,
                                  Buffer bytes,
                                  const std::optional<ChapterRow>& before) {
    StoredChapter read;
    read.bytes = std::make_shared<const evidence::MemoryFile>(std::move(bytes));
    evidence::ChainStart start;
    start.device = place.device;
    if (before && before->keys) {
        std::optional<crypto::PublicKey> identity;
        LIUHEN_TRY(identity, crypto::keyOfCertificate(before->identity));
        start.before = evidence::ChainBefore{
            before->hash, *before->keys, before->boot, before->boottimeNs, identity};
    }
    evidence::Budget budget(kRecordBytes);
    evidence::LedgerWalk walk({nullptr, budget, place.generation, {}, false}, std::move(start));
    const evidence::LedgerFile file{"chapter", place.first, "", false, read.bytes};
    LIUHEN_TRY(const Chapter begin, walk.begin(file, nullptr));
    if (begin.problem || walk.unproven()) {
        return core::fail(core::ErrorKind::FailedPrecondition,
                          "read a chapter: what comes before it is not known");
    }
    LIUHEN_TRY(read.chapter, walk.next(file, 0, true));
    return read;
}

Result<Judgement> judgeChapter(const Place& place,
                               Buffer bytes,
                               const ChapterContext& context,
                               const crypto::Certificate& root) {
    const auto read = readChapter(place, std::move(bytes), context.before);
    if (!read && read.error().kind == core::ErrorKind::ResourceExhausted) {
        Judgement judgement;
        judgement.verdict = Verdict::Altered;
        judgement.reason = "The chapter cannot be accepted: " + read.error().message;
        return judgement;
    }
    if (!read) {
        return tl::make_unexpected(read.error());
    }
    return ChapterJudge(place, context, root, *read).run();
}

std::optional<evidence::NamedHead> entryIn(const StoredChapter& chapter,
                                           const std::optional<evidence::NextKeys>& keys,
                                           std::uint64_t seq) {
    evidence::NamedHead known;
    known.resume = keys ? std::optional(keys->resume) : std::nullopt;
    EntryStream stream(*chapter.bytes);
    for (;;) {
        const auto item = stream.next();
        const auto entry = item && *item && (*item)->framing == Framing::Whole
                               ? evidence::parseEntry((*item)->bytes)
                               : Result<evidence::Entry>(tl::make_unexpected(core::Error{}));
        if (!entry || entry->seq > seq) {
            return std::nullopt;
        }
        if (evidence::isNaming(entry->kind)) {
            if (const auto next = evidence::readNextKeys(entry->body)) {
                known.resume = next->resume;
            }
        }
        if (entry->seq == seq) {
            known.hash = entry->hash;
            known.read = true;
            known.boot = entry->boot;
            return known;
        }
    }
}

NamedBefore namedBeforeOf(ByteView chapter) {
    const evidence::Frame frame = evidence::frameEntry(chapter);
    if (frame.framing != evidence::Framing::Whole) {
        return {};
    }
    const auto entry = evidence::parseEntry(chapter.first(frame.sizeBytes));
    if (!entry || entry->kind != "genesis") {
        return {};
    }
    const auto body = GenesisBody::fromCbor(entry->body, false);
    return body ? NamedBefore{body->head, body->docking} : NamedBefore{};
}

}  // namespace liuhen::vault
