// SPDX-License-Identifier: Apache-2.0
// Entry by entry: frame, payload, place in the chain, order, signature, statement.
#include "common/evidence/file_walk.hpp"

#include "common/crypto/certificate.hpp"
#include "common/crypto/cose.hpp"

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// Of every entry whose seq is a multiple of this the signature counts.
constexpr std::uint64_t kSignedEvery = 4096;
constexpr std::uint64_t kCounterBytes = 96;

std::optional<std::string> signedBy(const Entry& entry, const crypto::PublicKey& key) {
    return verifyEntry(entry, key)
               ? std::nullopt
               : std::optional<std::string>("it is not signed with the key that was due");
}

bool isClosing(const Entry& entry, const Body& body) {
    const auto* recovery = std::get_if<RecoveryBody>(&body);
    return entry.kind == "end" || entry.kind == "shutdown" || entry.kind == "docking" ||
           (recovery != nullptr && !recovery->recording);
}

}  // namespace

Place FileWalk::placeAt(std::uint64_t seq, std::uint64_t offset) const {
    return Place{settings_->generation, seq, chapter_.source.name, offset};
}

void FileWalk::fail(Verdict verdict, std::uint64_t seq, std::uint64_t offset, std::string text) {
    chapter_.problem = Problem{verdict, placeAt(seq, offset), std::move(text)};
}

Result<void> FileWalk::run(bool isLast) {
    EntryStream stream(*chapter_.file);
    while (!chapter_.problem) {
        LIUHEN_TRY(const auto item, stream.next());
        if (!item) {
            (void)judgePending();
            break;
        }
        if (item->framing == Framing::Malformed) {
            fail(Verdict::Altered, state_.expected, item->offset, "bytes that are no entry");
        } else if (item->framing == Framing::Torn) {
            chapter_.torn = isLast;
            fail(isLast ? Verdict::Incomplete : Verdict::Altered,
                 state_.expected,
                 item->offset,
                 "the file ends within an entry");
        } else {
            LIUHEN_CHECK(take(item->bytes, item->offset));
        }
    }
    chapter_.openRecording = state_.order.openRecording();
    chapter_.nextSegment = state_.order.nextSegment();
    return {};
}

Result<void> FileWalk::take(ByteView bytes, std::uint64_t offset) {
    auto entry = parseEntry(bytes);
    auto body = entry ? readBody(*entry) : Result<Body>(tl::make_unexpected(entry.error()));
    Wrong wrong = body ? judge(*entry, *body, offset) : Wrong(body.error().message);
    if (chapter_.problem) {
        return {};  // an entry before this one
    }
    if (wrong) {
        fail(Verdict::Altered, state_.expected, offset, *std::move(wrong));
        return {};
    }
    return keep(*std::move(entry), *std::move(body), offset);
}

FileWalk::Wrong FileWalk::judge(const Entry& entry, const Body& body, std::uint64_t offset) {
    if (offset > 0 && state_.afterDocking) {
        return "an entry in the file of a chapter that has ended";
    }
    if (auto wrong = judgeIdentity(entry)) {
        return wrong;
    }
    if (state_.previous && entry.previous != *state_.previous) {
        return "it does not hold the hash of the entry before";
    }
    if (auto wrong = state_.order.judge(entry, body)) {
        return wrong;
    }
    if (auto wrong = judgeSignature(entry, body)) {
        return wrong;
    }
    return judgeStatement(entry, body);
}

FileWalk::Wrong FileWalk::judgeIdentity(const Entry& entry) const {
    if ((!state_.device.empty() && entry.device != state_.device) ||
        entry.generation != settings_->generation) {
        return "the entry is of another device or generation";
    }
    return entry.seq == state_.expected
               ? std::nullopt
               : Wrong(fmt::format("seq {} stands where {} is due", entry.seq, state_.expected));
}

FileWalk::Wrong FileWalk::judgeSignature(const Entry& entry, const Body& body) {
    if (const auto* genesis = std::get_if<GenesisBody>(&body)) {
        const auto key = crypto::keyOfCertificate(genesis->certificate);
        return key ? signedBy(entry, *key) : Wrong("the identity certificate cannot be read");
    }
    if (!state_.keys) {
        return std::nullopt;
    }
    if (entry.kind == "boot") {
        if (auto wrong = judgePending()) {
            return wrong;
        }
        return signedBy(entry, state_.keys->resume);
    }
    pending_.reset();
    if (all_ || nextKeysOf(body) != nullptr || entry.seq % kSignedEvery == 0) {
        return signedBy(entry, state_.keys->epoch);
    }
    return std::nullopt;  // keep() remembers it as the last one under this key
}

/// The last entry under the current epoch key, if its signature was put off.
FileWalk::Wrong FileWalk::judgePending() {
    if (!pending_) {
        return std::nullopt;
    }
    auto wrong = signedBy(*pending_, state_.keys->epoch);
    if (wrong) {
        fail(Verdict::Altered, pending_->seq, pendingOffset_, *wrong);
    }
    pending_.reset();
    return wrong;
}

FileWalk::Wrong FileWalk::judgeStatement(const Entry& entry, const Body& body) const {
    const auto* docking = std::get_if<DockingBody>(&body);
    if (docking == nullptr) {
        return std::nullopt;
    }
    const auto statement = crypto::parseSign1(docking->statement);
    const bool good = statement && statement->contentType == "liuhen/docking" &&
                      core::equal(statement->payload,
                                  dockingStatementPayload(entry, docking->nonce, docking->next)) &&
                      (!state_.identity || crypto::verifySign1(*statement, *state_.identity));
    return good ? std::nullopt : Wrong("the identity key did not make its docking statement");
}

Result<void> FileWalk::keep(Entry entry, Body body, std::uint64_t offset) {
    const Place place = placeAt(entry.seq, offset);
    LIUHEN_CHECK(chapter_.footage.take(entry, body, offset, settings_->budget));
    LIUHEN_CHECK(chapter_.facts.take(entry, body, place, index_, settings_->budget));
    chapter_.facts.findIn(entry, body, place, state_.boot);
    if (const auto* segment = std::get_if<SegmentBody>(&body);
        segment != nullptr && segment->keyCommitment) {
        // The key's highest counter is remembered beyond the chapter.
        LIUHEN_CHECK(settings_->budget.take(kCounterBytes));
    }
    if (chapter_.entries++ == 0) {
        chapter_.previous = entry.previous;
    }
    const NextKeys* next = nextKeysOf(body);
    const bool checked =
        !state_.keys || all_ || next != nullptr || entry.seq == 0 || entry.seq % kSignedEvery == 0;
    state_.keys = next != nullptr ? std::optional(*next) : state_.keys;
    state_.device = entry.device;
    state_.previous = entry.hash;
    state_.boot = entry.boot;
    state_.afterDocking = entry.kind == "docking";
    state_.expected = entry.seq + 1;
    chapter_.last = LastEntry{entry.seq,
                              entry.hash,
                              entry.boot,
                              entry.time.boottimeNs,
                              offset,
                              static_cast<std::uint32_t>(entry.bytes.size()),
                              state_.afterDocking,
                              isClosing(entry, body),
                              state_.keys};
    if (auto* genesis = std::get_if<GenesisBody>(&body)) {
        state_.identity = *crypto::keyOfCertificate(genesis->certificate);
        chapter_.opening = OpeningRecord{std::move(*genesis),
                                         entry.kind == "rollback",
                                         entry.device,
                                         entry.hash,
                                         entry.boot,
                                         entry.time.utcUs,
                                         place};
    }
    if (settings_->asked.contains(entry.seq)) {
        chapter_.facts.asked.push_back(
            AskedRecord{entry.generation,
                        entry.seq,
                        entry.hash,
                        entry.boot,
                        state_.keys ? std::optional(state_.keys->resume) : std::nullopt});
    }
    if (!checked) {
        pending_ = std::move(entry);
        pendingOffset_ = offset;
    }
    return {};
}

Result<void> FileWalk::runAnchor(std::uint64_t first) {
    EntryStream stream(*chapter_.file);
    for (const std::uint64_t seq : {std::uint64_t{0}, first - 1}) {
        state_.expected = seq;
        state_.boot.reset();  // what lies between the two is not known
        const std::uint64_t offset = stream.offset();
        LIUHEN_TRY(const auto item, stream.next());
        auto entry = item && item->framing == Framing::Whole
                         ? parseEntry(item->bytes)
                         : core::fail(core::ErrorKind::DataLoss, "bytes that are no entry");
        auto body = entry ? readBody(*entry) : Result<Body>(tl::make_unexpected(entry.error()));
        Wrong wrong = body ? judgeAnchor(*entry, *body) : Wrong(body.error().message);
        if (wrong) {
            fail(Verdict::Altered, seq, offset, *std::move(wrong));
            return {};
        }
        LIUHEN_CHECK(keep(*std::move(entry), *std::move(body), offset));
    }
    const std::uint64_t end = stream.offset();
    LIUHEN_TRY(const auto behind, stream.next());
    if (behind) {
        fail(Verdict::Altered, first - 1, end, "bytes behind the docking that ends the stretch");
    }
    return {};
}

FileWalk::Wrong FileWalk::judgeAnchor(const Entry& entry, const Body& body) {
    if (auto wrong = judgeIdentity(entry)) {
        return wrong;
    }
    if (entry.seq > 0) {
        if (entry.kind != "docking") {
            return "a pruned stretch ends with a docking";
        }
        state_.order.continueAfter(entry.boot, entry.time.boottimeNs);
        return judgeStatement(entry, body);
    }
    if (entry.previous != Digest{}) {
        return "it does not hold the hash of the entry before";
    }
    Order opening;
    if (auto wrong = opening.judge(entry, body)) {
        return wrong;
    }
    return judgeSignature(entry, body);
}

}  // namespace liuhen::evidence
