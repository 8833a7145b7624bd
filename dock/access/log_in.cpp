// SPDX-License-Identifier: Apache-2.0
// One attempt after the other.
#include "dock/access/log_in.hpp"

#include "common/crypto/totp.hpp"
#include "dock/access/password.hpp"

#include <fmt/format.h>

namespace liuhen::access {

using Kind = LogInAnswer::Kind;
using std::chrono::seconds;

namespace {

constexpr AttemptLimits kByAddress{20, seconds(60), seconds(900), seconds(900), 10'000};
/// Lines of failed log-ins in people.db: so many in an hour of silence, then one in a quarter.
constexpr AttemptLimits kWritten{1000, seconds(900), seconds(900), seconds(3600), 2};

}  // namespace

LogIn::LogIn(People& people, Sessions& sessions, const core::Clock& clock, FailureSink failed)
    : people_(people),
      sessions_(sessions),
      clock_(clock),
      failed_(std::move(failed)),
      byAccount_(AttemptLimits{}, clock),
      byAddress_(kByAddress, clock),
      written_(kWritten, clock) {}

Result<LogInAnswer> LogIn::tryOpen(const Attempt& attempt) {
    if (const auto wait = byAddress_.begin(attempt.address)) {
        return LogInAnswer{Kind::Wait, "", *wait};
    }
    if (const auto wait = byAccount_.begin(attempt.workNumber)) {
        byAddress_.uncount(attempt.address);  // it was not tried
        return LogInAnswer{Kind::Wait, "", *wait};
    }
    LIUHEN_TRY(const auto account, people_.findByWorkNumber(attempt.workNumber));
    LIUHEN_TRY(LogInAnswer answer, judge(attempt, account));
    if (answer.kind == Kind::Open) {
        byAccount_.succeeded(attempt.workNumber);
        byAddress_.uncount(attempt.address);
    } else {
        LIUHEN_CHECK(noteFailure(attempt, account));
    }
    return answer;
}

Result<LogInAnswer> LogIn::judge(const Attempt& attempt, const std::optional<Account>& account) {
    const bool usable = account && !account->closedUs;
    Secrets secrets;
    if (usable) {
        LIUHEN_TRY(secrets, people_.secrets(account->person));
    }
    LIUHEN_TRY(const bool right, verifyPassword(attempt.password, secrets.passwordHash));
    if (!right || !usable) {
        return LogInAnswer{};
    }
    const core::Microseconds now = clock_.utc();
    if (secrets.first && (!secrets.firstUntilUs || now.count() >= *secrets.firstUntilUs)) {
        return LogInAnswer{Kind::FirstExpired, "", {}};
    }
    if (secrets.totp) {
        LIUHEN_TRY(const bool code, takeTotp(account->person, secrets, attempt.totp.value_or("")));
        if (!code) {
            return LogInAnswer{};
        }
    }
    LIUHEN_CHECK(people_.note("login",
                              account->person,
                              fmt::format("from {}", attempt.address),
                              Doing{account->person, now}));
    LogInAnswer answer;
    answer.kind = Kind::Open;
    answer.cookie = sessions_.begin(NewSession{
        account->person, account->roles, secrets.first, !secrets.totp, account->lastLoginUs});
    // Roles that were taken away between reading and beginning must not live on in the session.
    LIUHEN_TRY(const auto present, people_.find(account->person));
    if (!present || present->closedUs || !(present->roles == account->roles)) {
        if (const auto session = sessions_.use(answer.cookie)) {
            sessions_.end(session->key);
        }
        return LogInAnswer{};
    }
    return answer;
}

Result<bool> LogIn::takeTotp(const Person& person,
                             const Secrets& secrets,
                             const std::string& code) {
    const auto step = crypto::matchTotp(*secrets.totp, code, clock_.utc(), secrets.lastStep);
    if (!step) {
        return false;
    }
    return people_.useTotp(person, *step);
}

Result<void> LogIn::noteFailure(const Attempt& attempt, const std::optional<Account>& account) {
    const std::string detail =
        fmt::format("account {} from {}",
                    account ? core::toHex(account->person) : std::string("unknown"),
                    attempt.address);
    if (failed_) {
        failed_(detail);
    }
    if (written_.begin("")) {
        return {};
    }
    return people_.note("login.failed",
                        account ? std::optional(account->person) : std::nullopt,
                        fmt::format("from {}", attempt.address),
                        Doing{std::nullopt, clock_.utc()});
}

Result<Kind> LogIn::confirm(const Account& account, const std::string& password) {
    if (byAccount_.begin(account.workNumber)) {
        return Kind::Wait;
    }
    LIUHEN_TRY(const Secrets secrets, people_.secrets(account.person));
    LIUHEN_TRY(const bool right, verifyPassword(password, secrets.passwordHash));
    if (!right) {
        return Kind::Wrong;
    }
    byAccount_.succeeded(account.workNumber);
    return Kind::Open;
}

Result<Kind> LogIn::confirmTotp(const Account& account, const std::string& code) {
    if (byAccount_.begin(account.workNumber)) {
        return Kind::Wait;
    }
    LIUHEN_TRY(const Secrets secrets, people_.secrets(account.person));
    LIUHEN_TRY(const bool right,
               secrets.totp ? takeTotp(account.person, secrets, code) : Result<bool>(false));
    if (!right) {
        return Kind::Wrong;
    }
    byAccount_.succeeded(account.workNumber);
    return Kind::Open;
}

}  // namespace liuhen::access
