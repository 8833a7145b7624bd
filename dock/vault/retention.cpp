// SPDX-License-Identifier: Apache-2.0
// The vault's calls about holds and classes: a leaf that the rule of access lets stand, its row and
// what opens it, in one transaction.
#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "dock/vault/access.hpp"
#include "dock/vault/opened_text.hpp"
#include "dock/vault/retention_leaves.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kHoldNameBytes = 32;

Digest newHoldName() {
    const Buffer bytes = crypto::randomBytes(kHoldNameBytes);
    Digest name{};
    std::copy(bytes.begin(), bytes.end(), name.begin());
    return name;
}

Result<void> expectText(const char* field, std::string_view text) {
    const std::string wrong = wrongText(text);
    return wrong.empty() ? Result<void>()
                         : Result<void>(fail(ErrorKind::InvalidArgument,
                                             fmt::format("field {}: {}", field, wrong)));
}

/// Cuts a list that was asked for with one row more; answers behind which leaf it goes on.
template <class Row>
std::optional<std::uint64_t> cutList(std::vector<Row>& rows) {
    if (rows.size() <= kListedHolds) {
        return std::nullopt;
    }
    rows.resize(kListedHolds);
    return rows.back().leaf;
}

tl::unexpected<core::Error> refuse(evidence::AccessReason reason, std::string_view purpose) {
    if (reason != evidence::AccessReason::NoGrant) {
        return refusalFor(reason, adviceFor(reason));
    }
    return refusalFor(reason,
                      fmt::format("{} needs two persons: ask for exactly this recording or object "
                                  "with the purpose {}, have two others approve it, then do this "
                                  "again with --grant and what they granted",
                                  purpose == "hold" ? "lifting a hold" : "a shorter class",
                                  purpose));
}

}  // namespace

/// A leaf on its way from judgement to the book.
struct Vault::KeptLeaf {
    std::string_view purpose;  // of the grant that it may need
    evidence::Leaf leaf;
    Buffer bytes;
    std::optional<evidence::AccessReason> wrong;
};

/// One leaf of a hold or a class, which `add` makes with addKept() within a group's transaction; if
/// the book does not let it stand, the refusal is noted.
Result<void> Vault::logKept(std::string_view purpose,
                            const std::function<Result<void>(KeptLeaf&)>& add) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(access_->mutex);
    KeptLeaf leaf;
    leaf.purpose = purpose;
    const auto done = inGroup([&] { return add(leaf); }, Then::Answer);
    if (leaf.wrong) {
        noteRefusal({std::string(purpose), std::nullopt, std::string(evidence::name(*leaf.wrong))});
    }
    LIUHEN_CHECK(done);
    const auto entered = access_->book.take(leaf.leaf, leaf.bytes);
    LIUHEN_ASSERT(!entered);
    return {};
}

Result<std::uint64_t> Vault::addKept(KeptLeaf& leaf, std::string_view kind, Buffer bytes) {
    leaf.bytes = std::move(bytes);
    LIUHEN_TRY(leaf.leaf, evidence::Leaf::decode(leaf.bytes));
    leaf.wrong = access_->book.judge(leaf.leaf, leaf.bytes);
    if (leaf.wrong) {
        return refuse(*leaf.wrong, leaf.purpose);
    }
    return log_->add(kind, leaf.bytes);
}

Result<void> Vault::expectKnown(const Subject& subject) {
    LIUHEN_TRY(const bool known, records_.knows(subject));
    return known ? Result<void>()
                 : Result<void>(fail(ErrorKind::NotFound,
                                     fmt::format("no leaf of the custody log tells of {}; "
                                                 "'summary.json' of the dock and 'liuhen ledger' "
                                                 "have the names",
                                                 describe(subject))));
}

Result<HoldAnswer> Vault::placeHold(const Subject& subject,
                                    const std::string& reason,
                                    const std::string& by) {
    LIUHEN_CHECK(expectText("reason", reason));
    LIUHEN_CHECK(expectText("by", by));
    HoldRow row;
    row.hold = newHoldName();
    row.subject = subject;
    LIUHEN_CHECK(logKept("hold", [&](KeptLeaf& leaf) -> Result<void> {
        LIUHEN_CHECK(expectKnown(subject));
        return addHold(
            leaf, row, std::nullopt, CommittedText::make(reason), CommittedText::make(by));
    }));
    return HoldAnswer{row.hold, row.subject, row.leaf};
}

Result<HoldAnswer> Vault::liftHold(const Digest& hold,
                                   const std::string& reason,
                                   const std::string& by,
                                   const std::optional<Digest>& grant) {
    LIUHEN_CHECK(expectText("reason", reason));
    LIUHEN_CHECK(expectText("by", by));
    HoldRow row;
    row.lifts = true;
    row.hold = hold;
    LIUHEN_CHECK(logKept("hold", [&](KeptLeaf& leaf) -> Result<void> {
        LIUHEN_TRY(const auto standing, records_.standingHold(hold));
        if (!standing) {
            return fail(ErrorKind::NotFound,
                        fmt::format("hold {} does not stand; 'liuhen-dock hold list' names those "
                                    "that do",
                                    core::toHex(hold)));
        }
        row.subject = standing->subject;
        return addHold(leaf, row, grant, CommittedText::make(reason), CommittedText::make(by));
    }));
    return HoldAnswer{row.hold, row.subject, row.leaf};
}

/// Within a group's transaction; `row` gets its leaf, time and commitments.
Result<void> Vault::addHold(KeptLeaf& leaf,
                            HoldRow& row,
                            const std::optional<Digest>& grant,
                            const CommittedText& reason,
                            const CommittedText& by) {
    row.reason = reason.commitment;
    row.by = by.commitment;
    row.timeUs = parts_.clock.utc().count();
    LIUHEN_TRY(row.leaf, addKept(leaf, holdKind(row), holdLeaf(row, grant)));
    LIUHEN_CHECK(records_.add(row));
    LIUHEN_CHECK(records_.add(reason));
    return records_.add(by);
}

Result<std::uint64_t> Vault::setRetention(const Subject& subject,
                                          const std::string& classId,
                                          const std::string& by,
                                          const std::optional<Digest>& grant) {
    LIUHEN_CHECK(expectText("by", by));
    const auto& classes = parts_.retention;
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&classId](const RetentionClass& one) {
            return one.id == classId;
        });
    if (known == classes.end()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the vault knows no retention class '{}'; 'liuhen-dock retention "
                                "list' names those of vault.toml",
                                classId));
    }
    RetentionRow row;
    row.subject = subject;
    row.classId = classId;
    LIUHEN_CHECK(logKept("retention", [&](KeptLeaf& leaf) -> Result<void> {
        LIUHEN_CHECK(expectKnown(subject));
        const CommittedText whom = CommittedText::make(by);
        row.by = whom.commitment;
        row.timeUs = parts_.clock.utc().count();
        LIUHEN_TRY(row.leaf, addKept(leaf, "retention", retentionLeaf(row, known->months, grant)));
        LIUHEN_CHECK(records_.add(row));
        return records_.add(whom);
    }));
    return row.leaf;
}

Result<HoldList> Vault::holds(std::optional<std::uint64_t> after) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    LIUHEN_TRY(auto rows, records_.standingHolds(after ? *after + 1 : 0, kListedHolds + 1));
    HoldList list;
    list.more = cutList(rows);
    for (const HoldRow& row : rows) {
        Hold hold{row.leaf, row.timeUs, row.hold, row.subject, {}, {}};
        LIUHEN_TRY(hold.reason, openedIn(records_, row.reason));
        LIUHEN_TRY(hold.by, openedIn(records_, row.by));
        list.holds.push_back(std::move(hold));
    }
    return list;
}

Result<RetentionList> Vault::retentions(std::optional<std::uint64_t> after) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    LIUHEN_TRY(auto rows, records_.retentions(after ? *after + 1 : 0, kListedHolds + 1));
    RetentionList list;
    list.classes = parts_.retention;
    list.more = cutList(rows);
    for (const RetentionRow& row : rows) {
        Retention retention{row.leaf, row.timeUs, row.subject, row.classId, {}};
        LIUHEN_TRY(retention.by, openedIn(records_, row.by));
        list.set.push_back(std::move(retention));
    }
    return list;
}

}  // namespace liuhen::vault
