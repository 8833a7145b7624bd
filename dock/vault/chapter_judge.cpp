// SPDX-License-Identifier: Apache-2.0
// Step by step: the chain, a second history, the end, the origin, the line's state.
#include "dock/vault/chapter_judge.hpp"

#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/footage_check.hpp"
#include "common/evidence/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using evidence::Chain;
using evidence::Entry;
using evidence::GenesisBody;
using evidence::PlacedEntry;
using evidence::Verdict;

constexpr std::size_t kFindings = 64;

/// Judges one chapter.
class ChapterJudge {
public:
    ChapterJudge(const Place& place,
                 const ChapterContext& context,
                 const crypto::Certificate& root,
                 Chain chain)
        : place_(place), context_(context), root_(root), chain_(std::move(chain)) {}

    Judgement run() {
        if (chain_.entries.empty()) {
            return quarantine(chain_.problem ? chain_.problem->text : "it holds no entry");
        }
        if (place_.first == 0) {
            if (auto wrong = wrongCertificate()) {
                return quarantine(*std::move(wrong));
            }
        }
        if (const auto divergence = findDivergence()) {
            judgement_.outcome = Outcome::Fork;
            judgement_.verdict = Verdict::Altered;
            judgement_.divergence = *divergence;
            judgement_.reason = fmt::format(
                "The recorder has signed two histories: entry {} differs from the one stored "
                "before",
                divergence->seq);
            return std::move(judgement_);
        }
        if (chain_.problem) {
            return quarantine(fmt::format("entry {}: {}",
                                          chain_.problem->place.seq.value_or(place_.first),
                                          chain_.problem->text),
                              chain_.problem->verdict);
        }
        if (auto wrong = wrongEnd()) {
            return quarantine(*std::move(wrong));
        }
        return place_.first == 0 ? judgeOrigin() : judgeSequel();
    }

private:
    Judgement quarantine(std::string why, Verdict verdict = Verdict::Altered) {
        judgement_.outcome = Outcome::Quarantine;
        judgement_.verdict = verdict;
        judgement_.reason = "The chapter cannot be accepted: " + std::move(why);
        return std::move(judgement_);
    }

    [[nodiscard]] const Entry& front() const { return chain_.entries.front().entry; }
    [[nodiscard]] const Entry& back() const { return chain_.entries.back().entry; }
    [[nodiscard]] bool isRollback() const { return front().kind == "rollback"; }

    [[nodiscard]] std::optional<std::string> wrongCertificate() const {
        const auto body = GenesisBody::fromCbor(front().body, isRollback());
        const auto certificate =
            body ? crypto::Certificate::fromDer(body->certificate)
                 : Result<crypto::Certificate>(tl::make_unexpected(body.error()));
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

    /// Everything in chain_.entries is signed; the first that differs from what is stored is proof.
    [[nodiscard]] std::optional<Divergence> findDivergence() const {
        if (context_.stored == nullptr) {
            return std::nullopt;
        }
        for (const PlacedEntry& placed : chain_.entries) {
            const PlacedEntry* held = context_.stored->find(placed.entry.seq);
            if (held != nullptr && held->entry.hash != placed.entry.hash) {
                return Divergence{placed.entry.seq, held->entry.hash, placed.entry.hash};
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::string> wrongEnd() const {
        const auto isDocking = [](const PlacedEntry& placed) {
            return placed.entry.kind == "docking";
        };
        const auto first = std::find_if(chain_.entries.begin(), chain_.entries.end(), isDocking);
        if (first == chain_.entries.end() || !isDocking(chain_.entries.back())) {
            return "it does not end with the recorder's docking";
        }
        if (first + 1 != chain_.entries.end()) {
            return fmt::format("a docking stands within it, at entry {}", first->entry.seq);
        }
        if (context_.stored != nullptr) {
            return "the vault already holds this chapter in another form";
        }
        return std::nullopt;
    }

    Judgement judgeOrigin() {
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
            registration->genesis != front().hash) {
            return quarantine("the agency has registered another beginning of this generation");
        }
        const auto body = GenesisBody::fromCbor(front().body, isRollback());
        if (!isRollback() && body->head && context_.namedHead &&
            *context_.namedHead != body->head->hash) {
            return quarantine(
                fmt::format("it names another entry {} of generation {} than the vault holds",
                            body->head->seq,
                            body->head->generation));
        }
        if (isRollback()) {
            judgement_.verdict = Verdict::Incomplete;
            judgement_.findings.emplace_back(
                "The recorder found another state on its card than its keystore knew");
        }
        return store(body->certificate, body->witnessKey);
    }

    Judgement judgeSequel() {
        LIUHEN_ASSERT(context_.before.has_value());
        const ChapterRow& before = *context_.before;
        const bool boots = front().kind == "boot";
        if (boots ? front().boot <= before.boot
                  : front().boot != before.boot || front().time.boottimeNs <= before.boottimeNs) {
            return quarantine("its boot counter or clock does not follow the chapter before");
        }
        if (!dockingStated(before.identity)) {
            return quarantine("the recorder's identity key did not sign the docking");
        }
        return store(before.identity, before.witnessKey);
    }

    /// What checkChain does where it sees the genesis.
    [[nodiscard]] bool dockingStated(const Buffer& identity) const {
        const auto certificate = crypto::Certificate::fromDer(identity);
        const auto key = certificate
                             ? certificate->key()
                             : Result<crypto::PublicKey>(tl::make_unexpected(certificate.error()));
        const auto nonce = evidence::bytesAt(back().body, "nonce");
        const auto bytes = evidence::bytesAt(back().body, "statement");
        const auto next = evidence::readNextKeys(back().body);
        if (!key || !nonce || !bytes || !next) {
            return false;
        }
        const auto statement = crypto::parseSign1(*bytes);
        return statement && statement->contentType == "liuhen/docking" &&
               core::equal(statement->payload,
                           evidence::dockingStatementPayload(back(), *nonce, *next)) &&
               crypto::verifySign1(*statement, *key);
    }

    Judgement store(const Buffer& identity, const Buffer& witnessKey) {
        judgement_.outcome = Outcome::Store;
        judgement_.seq = back().seq;
        judgement_.entry = back().hash;
        ChapterRow row;
        row.device = place_.device;
        row.generation = place_.generation;
        row.first = place_.first;
        row.last = back().seq;
        row.hash = back().hash;
        row.keys = *evidence::readNextKeys(back().body);
        row.boot = back().boot;
        row.boottimeNs = back().time.boottimeNs;
        row.identity = identity;
        row.witnessKey = witnessKey;
        judgement_.chapter = std::move(row);
        listDue();
        listFindings();
        return std::move(judgement_);
    }

    /// The segments whose bytes must come. One that may be absent is not asked for.
    void listDue() {
        const evidence::FootageIndex index(chain_);
        for (const auto& segment : index.segments()) {
            const bool due =
                std::any_of(segment.parts.begin(), segment.parts.end(), [](const auto& part) {
                    return !part.lost && !part.excused;
                });
            const PlacedEntry* last = segment.lastEntry();
            if (due && last != nullptr) {
                judgement_.due.push_back(DueRow{{segment.body.recording, segment.body.segment},
                                                Digest{},
                                                last->entry.seq,
                                                last->entry.hash});
            }
        }
    }

    void find(std::string text) {
        if (judgement_.findings.size() < kFindings) {
            judgement_.findings.push_back(std::move(text));
        } else if (judgement_.findings.size() == kFindings) {
            judgement_.findings.emplace_back("There are more findings than stand here");
        }
    }

    /// Declared losses and interruptions: they change no verdict.
    void listFindings() {
        std::uint64_t boot = context_.before ? context_.before->boot : front().boot;
        for (const PlacedEntry& placed : chain_.entries) {
            const Entry& entry = placed.entry;
            if (entry.boot > boot + 1) {
                find(fmt::format("Entry {}: the boot counter skipped; a start left no entry",
                                 entry.seq));
            }
            boot = entry.boot;
            if (entry.kind == "recovery") {
                const auto body = evidence::RecoveryBody::fromCbor(entry.body);
                if (body && (body->lostMs > 0 || !body->missing.empty())) {
                    find(
                        fmt::format("Entry {}: after a power loss at most {} ms of footage are "
                                    "lost, {} parts missing",
                                    entry.seq,
                                    body->lostMs,
                                    body->missing.size()));
                }
            } else if (entry.kind == "interruption" || entry.kind == "late" ||
                       entry.kind == "fault" || entry.kind == "fork" || entry.kind == "part.lost") {
                find(fmt::format("Entry {}: {}, told by the recorder", entry.seq, entry.kind));
            }
        }
    }

    const Place& place_;
    const ChapterContext& context_;
    const crypto::Certificate& root_;
    Chain chain_;
    Judgement judgement_;
};

}  // namespace

evidence::ChainStart startOf(const Place& place, const std::optional<ChapterRow>& before) {
    evidence::ChainStart start;
    start.device = place.device;
    start.trusted = true;
    if (before) {
        start.previous = before->hash;
        start.keys = before->keys;
    }
    return start;
}

Judgement judgeChapter(const Place& place,
                       Buffer bytes,
                       const ChapterContext& context,
                       const crypto::Certificate& root) {
    std::vector<evidence::LedgerFile> files;
    files.push_back({"chapter", place.first, std::move(bytes)});
    Chain chain = evidence::checkChain(place.generation, files, startOf(place, context.before));
    return ChapterJudge(place, context, root, std::move(chain)).run();
}

std::optional<evidence::Head> namedHeadOf(ByteView chapter) {
    const evidence::Frame frame = evidence::frameEntry(chapter);
    if (frame.framing != evidence::Framing::Whole) {
        return std::nullopt;
    }
    const auto entry = evidence::parseEntry(chapter.first(frame.sizeBytes));
    if (!entry || entry->kind != "genesis") {
        return std::nullopt;
    }
    const auto body = GenesisBody::fromCbor(entry->body, false);
    return body ? body->head : std::nullopt;
}

}  // namespace liuhen::vault
