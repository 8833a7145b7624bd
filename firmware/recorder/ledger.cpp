// SPDX-License-Identifier: Apache-2.0
// Signing, appending and syncing of entries.
#include "firmware/recorder/ledger.hpp"

#include "common/core/log.hpp"
#include "common/crypto/cose.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::Cbor;
using core::Result;
using evidence::Entry;

namespace {

constexpr core::Nanoseconds kCoverWithin = std::chrono::milliseconds(500);
constexpr core::Nanoseconds kKeystoreRetry = std::chrono::seconds(1);

}  // namespace

Ledger::Ledger(core::Files& files,
               std::string cardFolder,
               core::Clock& clock,
               Keychain& keychain,
               const std::string& internalFolder)
    : clock_(&clock),
      keychain_(&keychain),
      tail_(files, cardFolder, internalFolder),
      reader_(files, cardFolder) {}

Entry Ledger::sign(std::string_view kind, Cbor body, const crypto::PrivateKey& key) {
    evidence::EntryFields fields;
    fields.device = keychain_->device();
    fields.generation = generation_;
    fields.seq = nextSeq_;
    fields.previous = head_.hash;
    fields.boot = boot_;
    // Strictly rising within a boot, also where the clock is coarse.
    const auto now = static_cast<std::uint64_t>(clock_->boottime().count());
    fields.time.boottimeNs = lastBoottimeBoot_ == boot_ ? std::max(now, lastBoottimeNs_ + 1) : now;
    lastBoottimeNs_ = fields.time.boottimeNs;
    lastBoottimeBoot_ = boot_;
    fields.time.utcUs = clock_->utc().count();
    fields.time.source = quality_.source;
    if (quality_.syncedAt) {
        const auto age = clock_->boottime() - *quality_.syncedAt;
        fields.time.ageSeconds = static_cast<std::uint64_t>(std::max<std::int64_t>(
            0, std::chrono::duration_cast<std::chrono::seconds>(age).count()));
    }
    fields.kind = std::string(kind);
    fields.body = std::move(body);
    Entry entry = evidence::signEntry(fields, key);
    head_ = entry.head();
    ++nextSeq_;
    return entry;
}

void Ledger::keep(const Entry& entry) {
    if (entry.kind == "start" || entry.kind == "boot" || entry.seq == 0) {
        pendingLink_.clear();
        linking_ = true;
    }
    if (linking_) {
        core::append(pendingLink_, entry.bytes);
    }
    const core::Nanoseconds now = clock_->boottime();
    if (!uncoveredSince_) {
        uncoveredSince_ = now;
    }
    tail_.add(entry.bytes, now);
}

void Ledger::endLink() {
    linking_ = false;
    pendingLink_.clear();
}

Entry Ledger::append(std::string_view kind, Cbor body) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr && !evidence::isNaming(kind));
    Entry entry = sign(kind, std::move(body), *keychain_->epoch());
    keep(entry);
    return entry;
}

Entry Ledger::appendAsHead(std::string_view kind, Cbor body) {
    Entry entry = append(kind, std::move(body));
    dueHeads_.push_back(
        {entry.head(), kind == "start" ? Keychain::Learn::Start : Keychain::Learn::Head});
    return entry;
}

Result<void> Ledger::sync() {
    LIUHEN_CHECK(tail_.sync(clock_->boottime()));
    uncoveredSince_.reset();
    syncedHead_ = head_;
    if (!dueHeads_.empty() || keychain_->isBehind()) {
        (void)settle();  // told by keystoreTrouble()
    }
    return {};
}

Result<void> Ledger::syncAndSettle() {
    LIUHEN_CHECK(sync());
    return settle();
}

Result<void> Ledger::settle() {
    for (const DueHead& due : dueHeads_) {
        keychain_->learn(due.head, due.what);
    }
    dueHeads_.clear();
    auto stored = keychain_->settle();
    if (stored) {
        keystoreTrouble_.reset();
        return stored;
    }
    tellKeystore(stored.error());
    return stored;
}

void Ledger::upkeep() {
    const core::Nanoseconds now = clock_->boottime();
    const bool uncovered = uncoveredSince_ && now - *uncoveredSince_ > kCoverWithin;
    if ((uncovered || !dueHeads_.empty()) && tail_.mayTry(now)) {
        (void)sync();  // told by trouble()
    } else if (dueHeads_.empty() && keychain_->isBehind() && now >= keystoreRetryAt_) {
        (void)settle();
    }
}

Entry Ledger::nameKeys(std::string_view kind, Cbor body, const crypto::PrivateKey& key) {
    Entry entry = sign(kind, std::move(body), key);
    // Signed is named: whatever the card does, the next entry is the next keys'.
    keychain_->adoptChange();
    epochBegan_ = clock_->boottime();
    keep(entry);
    dueHeads_.push_back(
        {entry.head(), kind == "docking" ? Keychain::Learn::Docking : Keychain::Learn::NamedKeys});
    return entry;
}

Result<evidence::NextKeys> Ledger::prepareChange() {
    // One change must have ended before the next begins.
    if (keychain_->changing()) {
        LIUHEN_CHECK(syncAndSettle());
    }
    auto next = keychain_->prepareChange();
    if (!next) {
        tellKeystore(next.error());
    }
    return next;
}

void Ledger::tellKeystore(const core::Error& error) {
    if (!keystoreTrouble_) {
        core::log(core::LogLevel::Error, "recorder", "keystore: " + error.message);
    }
    keystoreTrouble_ = error;
    keystoreRetryAt_ = clock_->boottime() + kKeystoreRetry;
}

Result<void> Ledger::beginGeneration(const LedgerStand& stand) {
    LIUHEN_CHECK(keychain_->raiseGeneration(stand.head ? stand.generation + 1 : 0));
    const bool resumes = keychain_->resume() != nullptr;
    LIUHEN_TRY(const evidence::NextKeys next, keychain_->prepareChange());
    nameGeneration(stand, next, resumes, Cbor());
    // The boot names keys again, and one change must have ended before the next.
    return syncAndSettle();
}

/// Signs the entry of seq 0: `rollback` where a ledger stands already. `resumes`: the keychain has
/// the resume key at hand that is to vouch for a `genesis`.
void Ledger::nameGeneration(const LedgerStand& stand,
                            const evidence::NextKeys& next,
                            bool resumes,
                            Cbor names) {
    const std::optional<evidence::Head> known = keychain_->state().head;
    const bool rollback = stand.head.has_value();
    generation_ = keychain_->state().generation;
    head_ = evidence::Head{generation_, 0, {}};
    nextSeq_ = 0;
    tail_.begin(generation_, 0, 0);
    evidence::GenesisBody body(keychain_->certificate().der(), next);
    const auto witness = keychain_->witness().publicBytes();
    body.witnessKey.assign(witness.begin(), witness.end());
    body.names = std::move(names);
    body.head = known;
    if (known) {
        body.docking = keychain_->state().docking;
    }
    if (rollback) {
        body.card = stand.head;
        body.reason = stand.holdsKeystoreHead ? "resume_key_absent" : "head_absent";
    } else if (known && resumes) {
        body.resume = crypto::sign1(*keychain_->resume(),
                                    "liuhen/resume",
                                    evidence::resumeStatementPayload(generation_, *known, next));
    }
    (void)nameKeys(rollback ? "rollback" : "genesis", body.toCbor(rollback), keychain_->identity());
}

Result<void> Ledger::changeCard(const LedgerStand& stand, Cbor names) {
    LIUHEN_TRY(const evidence::NextKeys next,
               keychain_->prepareGeneration(stand.head ? stand.generation + 1 : 0));
    tail_.moveOn();
    dueHeads_.clear();
    lastDocking_.reset();
    reader_.forget();
    nameGeneration(stand, next, true, std::move(names));
    (void)sync();  // told by trouble()
    return {};
}

Result<Ledger::Beginning> Ledger::begin(const LedgerStand& stand, Cbor bootBody) {
    Beginning beginning;
    LIUHEN_TRY(boot_, keychain_->raiseBoot());
    const bool newRecorder = keychain_->isNew();
    bool fits = false;
    if (stand.head) {
        fits =
            stand.holdsKeystoreHead && stand.resumeKey && keychain_->selectResume(*stand.resumeKey);
    } else if (!newRecorder && !keychain_->state().resumeKeys.empty()) {
        // A new card: the first stored resume key is the one that the ledger named last at or
        // before the keystore's head.
        (void)keychain_->selectResume(keychain_->state().resumeKeys.front().publicKey());
    }
    if (fits) {
        generation_ = stand.generation;
        head_ = *stand.head;
        syncedHead_ = head_;
        nextSeq_ = head_.seq + 1;
        lastDocking_ = stand.docking;
        tail_.begin(generation_, stand.chapterFirst, stand.chapterBytes);
    } else {
        beginning.firstGenesis = newRecorder && !stand.head;
        beginning.rollback = stand.head.has_value();
        LIUHEN_CHECK(beginGeneration(stand));
    }
    LIUHEN_TRY(const evidence::NextKeys next, keychain_->prepareChange());
    evidence::setNextKeys(bootBody, next);
    const crypto::PrivateKey resume = *keychain_->resume();
    (void)nameKeys("boot", std::move(bootBody), resume);
    (void)sync();  // what the card refuses goes out later
    return beginning;
}

Result<Entry> Ledger::changeEpoch() {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    const crypto::PrivateKey current = *keychain_->epoch();
    LIUHEN_TRY(const evidence::NextKeys next, prepareChange());
    Cbor body = Cbor::map({});
    evidence::setNextKeys(body, next);
    Entry entry = nameKeys("epoch", std::move(body), current);
    LIUHEN_CHECK(sync());
    return entry;
}

Result<Entry> Ledger::dock(core::ByteView nonce) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    const crypto::PrivateKey current = *keychain_->epoch();
    LIUHEN_TRY(const evidence::NextKeys next, prepareChange());
    evidence::EntryFields fields;
    fields.device = keychain_->device();
    fields.generation = generation_;
    fields.seq = nextSeq_;
    fields.previous = head_.hash;
    Cbor body = Cbor::map({
        {"nonce", nonce},
        {"statement",
         crypto::sign1(keychain_->identity(),
                       "liuhen/docking",
                       evidence::dockingStatementPayload(fields, nonce, next))},
    });
    evidence::setNextKeys(body, next);
    Entry entry = nameKeys("docking", std::move(body), current);
    lastDocking_ = entry;
    endLink();
    tail_.beginChapter(nextSeq_);
    LIUHEN_CHECK(syncAndSettle());
    return entry;
}

Entry Ledger::signPart(Cbor body) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    return sign("part", std::move(body), *keychain_->epoch());
}

void Ledger::commitPart(const Entry& part) {
    keep(part);
    pendingLink_.clear();
    uncoveredSince_.reset();
}

void Ledger::losePart(const Entry& part,
                      std::string_view reason,
                      std::optional<evidence::TornFile> torn) {
    keep(part);
    const evidence::PartLostBody body{part.seq, std::string(reason), std::move(torn)};
    append("part.lost", body.toCbor());
}

Result<core::Buffer> Ledger::read(std::uint64_t generation,
                                  std::uint64_t fromSeq,
                                  std::size_t limitBytes) {
    LIUHEN_CHECK(sync());
    return reader_.read(generation, fromSeq, limitBytes);
}

std::optional<Entry> Ledger::dockingOver(core::ByteView nonce) const {
    if (!lastDocking_) {
        return std::nullopt;
    }
    const Cbor* held = lastDocking_->body.find("nonce");
    if (held == nullptr || held->bytes() == nullptr || !core::equal(*held->bytes(), nonce)) {
        return std::nullopt;
    }
    return lastDocking_;
}

}  // namespace liuhen::recorder
