// SPDX-License-Identifier: Apache-2.0
// The calls of access: judged by the book, logged, under a checkpoint before a byte goes out.
#include "common/core/log.hpp"
#include "dock/vault/access.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;
using evidence::AccessReason;

constexpr std::uint64_t kReadAtOnce = 1024;
constexpr std::chrono::hours kLongestUse{8};

Digest drawName() {
    Digest name{};
    const Buffer bytes = crypto::randomBytes(name.size());
    std::copy(bytes.begin(), bytes.end(), name.begin());
    return name;
}

tl::unexpected<core::Error> refuse(AccessReason reason) {
    return refusalFor(reason, adviceFor(reason));
}

tl::unexpected<core::Error> notOpen() {
    return fail(ErrorKind::NotFound,
                "read: this view is not open; it has ended, or the vault was started anew: ask for "
                "another");
}

/// What a refused use was for: a view under a grant for inspection is one.
std::string purposeOf(const evidence::AccessBook& book, const evidence::UseBody& body) {
    const auto* const granted = book.grant(body.grant);
    const auto* const asked = granted == nullptr ? nullptr : book.request(granted->request);
    return !body.copy && asked != nullptr && asked->body.purpose == "inspect"
               ? "inspect"
               : std::string(body.kind());
}

}  // namespace

/// Reads what the log says of access; before anybody else is here.
Result<void> Vault::openBook() {
    LIUHEN_TRY(const crypto::PublicKey root, parts_.identity.root.key());
    access_ = std::make_unique<AccessDesk>(root);
    std::vector<std::uint64_t> without;  // effect
    const auto take = [&](std::uint64_t index, ByteView bytes) {
        const auto leaf = evidence::Leaf::decode(bytes);
        const auto wrong = leaf ? access_->book.take(*leaf, bytes) : AccessReason::Malformed;
        if (wrong) {
            without.push_back(index);
            core::log(core::LogLevel::Error,
                      "vault",
                      fmt::format("leaf {} was not written by this rule ({}); it has no effect",
                                  index,
                                  evidence::name(*wrong)));
        }
    };
    LIUHEN_TRY(const auto opening, records_.leaves(0, 1));
    for (const Buffer& bytes : opening) {
        take(0, bytes);
    }
    for (std::uint64_t from = 0;;) {
        LIUHEN_TRY(const auto leaves, records_.accessLeaves(from, kReadAtOnce));
        if (leaves.empty()) {
            break;
        }
        for (const auto& [index, bytes] : leaves) {
            take(index, bytes);
        }
        from = leaves.back().first + 1;
    }
    records_.passOver(without);
    return {};
}

/// Adds a leaf if the book lets it stand; else notes the refusal. With the desk's mutex held.
Result<std::uint64_t> Vault::logAccess(std::string_view kind,
                                       const Cbor& body,
                                       evidence::RefusedBody refusal) {
    std::uint64_t index = 0;
    std::optional<AccessReason> wrong;
    evidence::Leaf leaf;
    Buffer bytes;
    const auto done = inGroup(
        [&]() -> Result<void> {
            bytes = evidence::encodeLeaf(parts_.clock.utc().count(), kind, body);
            LIUHEN_TRY(leaf, evidence::Leaf::decode(bytes));
            wrong = access_->book.judge(leaf, bytes);
            if (wrong) {
                return refuse(*wrong);
            }
            LIUHEN_TRY(index, log_->add(kind, bytes));
            return {};
        },
        Then::Answer);
    if (wrong) {
        refusal.reason = evidence::name(*wrong);
        noteRefusal(std::move(refusal));
    }
    LIUHEN_CHECK(done);
    const auto entered = access_->book.take(leaf, bytes);
    LIUHEN_ASSERT(!entered);
    return index;
}

/// With the desk's mutex held.
void Vault::noteRefusal(evidence::RefusedBody refusal) {
    if (refusal.by && !access_->book.knows(*refusal.by)) {
        refusal.by.reset();  // made-up persons cannot fill the log
    }
    if (!access_->refusals.isDue(refusal, parts_.clock.boottime())) {
        return;
    }
    const auto done = inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(
                const std::uint64_t index,
                log_->add("access.refused",
                          evidence::encodeLeaf(
                              parts_.clock.utc().count(), "access.refused", refusal.toCbor())));
            static_cast<void>(index);
            return {};
        },
        Then::Answer);
    if (!done) {
        core::log(core::LogLevel::Error, "vault", done.error().message);
    }
}

Result<std::uint64_t> Vault::present(const Buffer& message, bool dismissal) {
    const char* const kind = dismissal ? "dismissal" : "appointment";
    std::uint64_t index = 0;
    {
        const std::lock_guard lock(access_->mutex);
        LIUHEN_TRY(index,
                   logAccess(kind, Cbor::map({{"message", message}}), {kind, std::nullopt, ""}));
    }
    LIUHEN_CHECK(publishThrough(index));
    return index;
}

Result<Asked> Vault::ask(evidence::RequestBody body) {
    Asked asked;
    {
        const std::lock_guard lock(access_->mutex);
        body.request = drawName();
        LIUHEN_TRY(asked.index, logAccess("request", body.toCbor(), {body.purpose, body.by, ""}));
        asked.request = body.request;
        asked.leaf = access_->book.request(body.request)->leaf;
    }
    LIUHEN_CHECK(publishThrough(asked.index));  // others read the log up to its checkpoint
    return asked;
}

Result<std::uint64_t> Vault::approve(const evidence::SignedApproval& approval) {
    std::uint64_t index = 0;
    {
        const std::lock_guard lock(access_->mutex);
        std::optional<evidence::Person> by;
        if (!approval.signatures.empty()) {
            by = approval.signatures.front().person;
        }
        LIUHEN_TRY(index, logAccess("approval", approval.toCbor(), {"approval", by, ""}));
    }
    LIUHEN_CHECK(publishThrough(index));
    return index;
}

Result<std::vector<StoredSegment>> Vault::storedFor(const evidence::AccessSubject& subject) {
    const std::lock_guard lock(mutex_);
    std::vector<StoredSegment> stored;
    if (subject.object) {
        LIUHEN_TRY(const auto size,
                   records_.keptAside(*subject.object, subject.device, subject.generation));
        if (size) {
            stored.push_back({0, objectPath(*subject.object), *size});
        }
        return stored;
    }
    LIUHEN_TRY(
        const auto rows,
        records_.segmentsOf(
            subject.device, *subject.generation, *subject.recording, kMostOpenedSegments + 1));
    if (rows.size() > kMostOpenedSegments) {
        return fail(ErrorKind::ResourceExhausted,
                    "open a view: the recording has too many segments for one");
    }
    for (const ObjectRow& row : rows) {
        stored.push_back({row.place.segment, objectPath(row.object), row.sizeBytes});
    }
    return stored;
}

Result<Opened> Vault::use(evidence::UseBody body) {
    LIUHEN_CHECK(usable());
    body.use = drawName();
    std::string what;
    {
        // What cannot be given is no use of the grant; but first, whether it may be known at all.
        const std::lock_guard lock(access_->mutex);
        what = purposeOf(access_->book, body);
        const Buffer draft =
            evidence::encodeLeaf(parts_.clock.utc().count(), body.kind(), body.toCbor());
        LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(draft));
        if (const auto wrong = access_->book.judge(leaf, draft)) {
            noteRefusal({what, body.by, std::string(evidence::name(*wrong))});
            return refuse(*wrong);
        }
    }
    LIUHEN_TRY(std::vector<StoredSegment> stored, storedFor(body.subject));
    const crypto::PrivateKey* key = parts_.evidenceKey ? &*parts_.evidenceKey : nullptr;
    LIUHEN_TRY(const auto opened,
               OpenUse::open({parts_.files, key}, body.subject, std::move(stored)));
    if (opened->segments().empty()) {
        return fail(ErrorKind::NotFound, "open a view: nothing of it is stored here");
    }
    OpenUses::One one;
    {
        const std::lock_guard lock(access_->mutex);
        LIUHEN_TRY(one.index, logAccess(body.kind(), body.toCbor(), {what, body.by, ""}));
        one.grant = body.grant;
        one.untilUs = std::min(access_->book.grant(body.grant)->terms.time.untilUs,
                               core::Microseconds(parts_.clock.utc() + kLongestUse).count());
        one.endsAt = parts_.clock.boottime() + kLongestUse;
        one.use = opened;
        LIUHEN_CHECK(access_->open.add(body.use, one, parts_.clock));
    }
    LIUHEN_CHECK(publishThrough(one.index));
    return Opened{body.use, one.index, one.untilUs, opened->segments()};
}

/// An open use whose leaf is under a checkpoint and whose grant nobody has ended.
Result<std::shared_ptr<OpenUse>> Vault::openUse(const Digest& name) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(access_->mutex);
    const OpenUses::One* one = access_->open.find(name, parts_.clock);
    if (one == nullptr || one->index >= published_) {
        return notOpen();
    }
    if (const auto wrong = access_->book.closed(one->grant, parts_.clock.utc().count())) {
        access_->open.release(name);
        return refuse(*wrong);
    }
    if (one->use == nullptr) {
        return notOpen();
    }
    return one->use;
}

Result<ListedParts> Vault::parts(const Digest& use, std::uint64_t segment, std::uint64_t first) {
    LIUHEN_TRY(const auto open, openUse(use));
    return open->parts(segment, first);
}

Result<ReadBytes> Vault::read(const Digest& use,
                              std::uint64_t segment,
                              std::uint64_t offset,
                              std::uint64_t length) {
    LIUHEN_TRY(const auto open, openUse(use));
    return open->read(segment, offset, length);
}

Result<std::uint64_t> Vault::endGrant(const evidence::GrantEndedBody& body) {
    std::uint64_t index = 0;
    {
        const std::lock_guard lock(access_->mutex);
        const auto* const granted = access_->book.grant(body.grant);
        const auto* const asked =
            granted == nullptr ? nullptr : access_->book.request(granted->request);
        const std::string what = asked == nullptr ? "view" : asked->body.purpose;
        LIUHEN_TRY(index, logAccess("grant.ended", body.toCbor(), {what, body.by, ""}));
    }
    LIUHEN_CHECK(publishThrough(index));
    return index;
}

}  // namespace liuhen::vault
