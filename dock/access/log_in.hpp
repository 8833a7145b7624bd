// SPDX-License-Identifier: Apache-2.0
// Logging in: work number, password and TOTP, and all that bounds guessing them.
#pragma once

#include "dock/access/attempts.hpp"
#include "dock/access/people.hpp"
#include "dock/access/sessions.hpp"

#include <functional>
#include <optional>
#include <string>

namespace liuhen::access {

/// What came of a log-in.
struct LogInAnswer {
    enum class Kind {
        Open,          // `cookie` is set
        Wrong,         // number, password or code; which is not told
        FirstExpired,  // the first password was right, and is too old
        Wait,          // too many failures: `wait`
    };
    Kind kind = Kind::Wrong;
    std::string cookie;
    std::chrono::seconds wait{};
};

/// Told of each failed log-in: what to write down, without personal data. Called on the thread of
/// the attempt.
using FailureSink = std::function<void(const std::string& detail)>;

/// Judges log-ins. Thread-safe.
class LogIn {
public:
    /// All three must outlive it; `failed` may be empty.
    LogIn(People& people, Sessions& sessions, const core::Clock& clock, FailureSink failed);

    struct Attempt {
        std::string workNumber;
        std::string password;
        std::optional<std::string> totp;
        std::string address;  // of the client
    };
    /// Errors: those of people.db; ResourceExhausted without memory for Argon2id.
    [[nodiscard]] Result<LogInAnswer> tryOpen(const Attempt& attempt);

    /// Whether the password is the person's, bounded as log-ins of the account are; Wait else.
    [[nodiscard]] Result<LogInAnswer::Kind> confirm(const Account& account,
                                                    const std::string& password);
    /// Whether the code is the person's and unused, likewise.
    [[nodiscard]] Result<LogInAnswer::Kind> confirmTotp(const Account& account,
                                                        const std::string& code);

private:
    [[nodiscard]] Result<LogInAnswer> judge(const Attempt& attempt,
                                            const std::optional<Account>& account);
    /// Whether it is right and was not used before; it is used then.
    [[nodiscard]] Result<bool> takeTotp(const Person& person,
                                        const Secrets& secrets,
                                        const std::string& code);
    [[nodiscard]] Result<void> noteFailure(const Attempt& attempt,
                                           const std::optional<Account>& account);

    People& people_;
    Sessions& sessions_;
    const core::Clock& clock_;
    FailureSink failed_;
    Attempts byAccount_;
    Attempts byAddress_;
    Attempts written_;  // lines of failures in people.db
};

}  // namespace liuhen::access
