// SPDX-License-Identifier: Apache-2.0
// Who is logged in. In memory alone: a restart of the dock logs everybody out.
#pragma once

#include "common/core/clock.hpp"
#include "dock/access/role.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace liuhen::access {

struct SessionLimits {
    std::chrono::seconds idle{1800};       // without a request
    std::chrono::seconds longest{43'200};  // in any case
    std::size_t ofOne = 5;                 // of one person; the oldest ends
    std::size_t all = 4096;                // likewise
    std::size_t streams = 3;               // of events, of one session
};

/// A session as it stands at one request.
struct Session {
    std::string key;  // names it in this process; no secret of the client
    Person person{};
    Roles roles;
    bool lacksPassword = false;  // first log-in: must be set yet
    bool lacksTotp = false;
    std::string csrf;  // 64 hex digits
    std::int64_t idleUs = 0;
    std::int64_t untilUs = 0;
    std::optional<std::int64_t> lastLoginUs;  // of the log-in before
    core::Buffer newTotp;                     // drawn and not yet confirmed

    [[nodiscard]] bool whole() const { return !lacksPassword && !lacksTotp; }
};

struct NewSession {
    Person person{};
    Roles roles;
    bool lacksPassword = false;
    bool lacksTotp = false;
    std::optional<std::int64_t> lastLoginUs;
};

/// All sessions. Thread-safe. The cookie's value is kept as its hash only.
class Sessions {
public:
    /// `clock` must outlive it.
    Sessions(const SessionLimits& limits, const core::Clock& clock)
        : limits_(limits), clock_(&clock) {}

    /// Begins one; answers the cookie's value, 64 hex digits of 32 random bytes.
    [[nodiscard]] std::string begin(const NewSession& made);
    /// The session of a cookie's value, which is used now; nothing if there is none or it ended.
    [[nodiscard]] std::optional<Session> use(std::string_view cookie);
    /// The same without using it: its idle time runs on.
    [[nodiscard]] std::optional<Session> look(const std::string& key);
    void end(const std::string& key);
    /// Ends all of a person but one; "": all.
    void endOf(const Person& person, const std::string& butKey);

    /// What the session of the first log-in must set yet.
    void setLacks(const std::string& key, bool password, bool totp);
    void setNewTotp(const std::string& key, core::Buffer secret);
    /// Whether one more stream of events may begin; each that may is ended by endStream().
    [[nodiscard]] bool beginStream(const std::string& key);
    void endStream(const std::string& key);

private:
    struct Entry {
        Session session;
        core::Nanoseconds began{};
        core::Nanoseconds used{};
        std::size_t streams = 0;
    };
    [[nodiscard]] bool ended(const Entry& entry, core::Nanoseconds now) const;
    [[nodiscard]] Session sessionOf(const Entry& entry, core::Nanoseconds now) const;
    void makeRoom(const Person& person, core::Nanoseconds now);

    SessionLimits limits_;
    const core::Clock* clock_;
    std::mutex mutex_;
    std::map<std::string, Entry> entries_;  // under mutex_; by hex SHA-256 of the cookie's value
};

}  // namespace liuhen::access
