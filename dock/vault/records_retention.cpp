// SPDX-License-Identifier: Apache-2.0
// Rows of holds, classes and what opens their commitments.
#include "dock/vault/records.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr const char* kHoldColumns =
    "select leaf, time_us, hold, device, generation, recording, object, reason, by_whom from hold ";
/// As custody.md section 8 has it: to the first later leaf that lifts it from the same subject.
constexpr const char* kStands =
    "lifts = 0 and not exists (select 1 from hold as lifted where lifted.lifts = 1"
    " and lifted.hold = hold.hold and lifted.leaf > hold.leaf and lifted.device = hold.device"
    " and lifted.generation = hold.generation and lifted.recording is hold.recording"
    " and lifted.object is hold.object and lifted.leaf not in ({})) ";

constexpr const char* kNewestClasses =
    "select leaf, time_us, device, generation, recording, object, class, by_whom"
    " from retention where leaf >= ? and leaf not in ({0})"
    " and not exists (select 1 from retention as later"
    " where later.device = retention.device and later.generation = retention.generation"
    " and later.recording is retention.recording and later.object is retention.object"
    " and later.leaf > retention.leaf and later.leaf not in ({0}))"
    " order by leaf limit ?";

void bindSubject(Statement& statement, const Subject& subject) {
    statement.bind(std::string_view(subject.device)).bind(subject.generation);
    statement.bind(subject.recording);
    if (subject.object) {
        statement.bind(ByteView(*subject.object));
    } else {
        statement.bindNull();
    }
}

/// Its four columns, from `first` on.
Subject subjectAt(const Statement& row, int first) {
    Subject subject;
    subject.device = row.text(first);
    subject.generation = row.number(first + 1);
    if (!row.isNull(first + 2)) {
        subject.recording = row.number(first + 2);
    } else {
        subject.object = row.digest(first + 3);
    }
    return subject;
}

HoldRow readHold(const Statement& row) {
    return HoldRow{row.number(0),
                   static_cast<std::int64_t>(row.number(1)),
                   false,
                   row.digest(2),
                   subjectAt(row, 3),
                   row.digest(7),
                   row.digest(8)};
}

}  // namespace

Result<bool> Records::knows(const Subject& subject) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select 1 from object where device = ? and generation = ?"
                                 " and (recording = ? or hash = ?) limit 1"));
    bindSubject(statement, subject);
    return statement.step();
}

Result<void> Records::add(const HoldRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into hold (leaf, time_us, lifts, hold, device, generation,"
                                 " recording, object, reason, by_whom)"
                                 " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(row.leaf).bind(row.timeUs).bind(std::uint64_t{row.lifts ? 1U : 0U});
    statement.bind(ByteView(row.hold));
    bindSubject(statement, row.subject);
    return statement.bind(ByteView(row.reason)).bind(ByteView(row.by)).run();
}

Result<void> Records::add(const RetentionRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into retention (leaf, time_us, device, generation,"
                                 " recording, object, class, by_whom)"
                                 " values (?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(row.leaf).bind(row.timeUs);
    bindSubject(statement, row.subject);
    return statement.bind(std::string_view(row.classId)).bind(ByteView(row.by)).run();
}

Result<void> Records::add(const CommittedText& text) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into opening (commitment, salt, text) values (?, ?, ?)"));
    return statement.bind(ByteView(text.commitment))
        .bind(ByteView(text.salt))
        .bind(std::string_view(text.text))
        .run();
}

Result<CommittedText> Records::opened(const Digest& commitment) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select salt, text from opening where commitment = ?"));
    statement.bind(ByteView(commitment));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? CommittedText{commitment, statement.bytes(0), statement.text(1)}
                 : CommittedText{commitment, {}, {}};
}

// Numbers of our own making, so none can be SQL; almost always there are none, and no bound on how
// many are bound is reached.
void Records::passOver(const std::vector<std::uint64_t>& leaves) {
    passedOver_ = fmt::format("{}", fmt::join(leaves, ","));
}

Result<std::optional<HoldRow>> Records::standingHold(const Digest& hold) {
    const std::string sql = fmt::format("{} where hold = ? and {} order by leaf limit 1",
                                        kHoldColumns,
                                        fmt::format(kStands, passedOver_));
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    statement.bind(ByteView(hold));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(readHold(statement)) : std::nullopt;
}

Result<std::vector<HoldRow>> Records::standingHolds(std::uint64_t from, std::uint64_t limit) {
    const std::string sql = fmt::format("{} where leaf >= ? and {} order by leaf limit ?",
                                        kHoldColumns,
                                        fmt::format(kStands, passedOver_));
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    statement.bind(from).bind(limit);
    std::vector<HoldRow> rows;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return rows;
        }
        rows.push_back(readHold(statement));
    }
}

Result<std::vector<RetentionRow>> Records::retentions(std::uint64_t from, std::uint64_t limit) {
    const std::string sql = fmt::format(kNewestClasses, passedOver_);
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    statement.bind(from).bind(limit);
    std::vector<RetentionRow> rows;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return rows;
        }
        rows.push_back(RetentionRow{statement.number(0),
                                    static_cast<std::int64_t>(statement.number(1)),
                                    subjectAt(statement, 2),
                                    statement.text(6),
                                    statement.digest(7)});
    }
}

Result<std::uint64_t> Records::unopenedCount() {
    return oneNumber(
        "select (select count(*) from hold where not exists"
        " (select 1 from opening where commitment = hold.by_whom))"
        " + (select count(*) from retention where not exists"
        " (select 1 from opening where commitment = retention.by_whom))");
}

}  // namespace liuhen::vault
