// SPDX-License-Identifier: Apache-2.0
// The vault's calls about holds and classes: a leaf, its row and what opens it, in one transaction.
#include "common/crypto/digest.hpp"
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

}  // namespace

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
    LIUHEN_CHECK(inGroup(
        [&]() -> Result<void> {
            LIUHEN_CHECK(expectKnown(subject));
            return addHold(row, CommittedText::make(reason), CommittedText::make(by));
        },
        Then::Answer));
    return HoldAnswer{row.hold, row.subject, row.leaf};
}

Result<HoldAnswer> Vault::liftHold(const Digest& hold,
                                   const std::string& reason,
                                   const std::string& by) {
    LIUHEN_CHECK(expectText("reason", reason));
    LIUHEN_CHECK(expectText("by", by));
    HoldRow row;
    row.lifts = true;
    row.hold = hold;
    LIUHEN_CHECK(inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(const auto standing, records_.standingHold(hold));
            if (!standing) {
                return fail(ErrorKind::NotFound,
                            fmt::format("hold {} does not stand; 'liuhen-dock hold list' names "
                                        "those that do",
                                        core::toHex(hold)));
            }
            row.subject = standing->subject;
            return addHold(row, CommittedText::make(reason), CommittedText::make(by));
        },
        Then::Answer));
    return HoldAnswer{row.hold, row.subject, row.leaf};
}

/// Within a group's transaction; `row` gets its leaf, time and commitments.
Result<void> Vault::addHold(HoldRow& row, const CommittedText& reason, const CommittedText& by) {
    row.reason = reason.commitment;
    row.by = by.commitment;
    row.timeUs = parts_.clock.utc().count();
    LIUHEN_TRY(row.leaf, log_->add(holdKind(row), holdLeaf(row)));
    LIUHEN_CHECK(records_.add(row));
    LIUHEN_CHECK(records_.add(reason));
    return records_.add(by);
}

Result<std::uint64_t> Vault::setRetention(const Subject& subject,
                                          const std::string& classId,
                                          const std::string& by) {
    LIUHEN_CHECK(expectText("by", by));
    const auto& classes = parts_.retention;
    if (std::none_of(classes.begin(), classes.end(), [&classId](const RetentionClass& known) {
            return known.id == classId;
        })) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the vault knows no retention class '{}'; 'liuhen-dock retention "
                                "list' names those of vault.toml",
                                classId));
    }
    RetentionRow row;
    row.subject = subject;
    row.classId = classId;
    LIUHEN_CHECK(inGroup(
        [&]() -> Result<void> {
            LIUHEN_CHECK(expectKnown(subject));
            const CommittedText whom = CommittedText::make(by);
            row.by = whom.commitment;
            row.timeUs = parts_.clock.utc().count();
            LIUHEN_TRY(row.leaf, log_->add("retention", retentionLeaf(row)));
            LIUHEN_CHECK(records_.add(row));
            return records_.add(whom);
        },
        Then::Answer));
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
