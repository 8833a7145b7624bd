// SPDX-License-Identifier: Apache-2.0
// The accounts of a dock: who there is, with which roles, and what was done with them.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/unique_fd.hpp"
#include "dock/access/role.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::access {

using core::Result;

/// How long a first password may be used.
inline constexpr core::Microseconds kFirstPasswordLife = std::chrono::hours(72);

/// A human being who may log in, or might once.
struct Account {
    std::uint64_t number = 0;  // order of creation, from 1
    Person person{};
    std::string workNumber;
    std::string name;
    std::string unit;
    std::optional<std::string> licence;
    Roles roles;  // none once it is closed
    std::int64_t madeUs = 0;
    std::optional<std::int64_t> closedUs;
    bool enrolled = false;  // password and TOTP are set
    std::optional<std::int64_t> lastLoginUs;
};

struct NewAccount {
    std::string workNumber;
    std::string name;
    std::string unit;
    std::optional<std::string> licence;
};

/// What a log-in is held against.
struct Secrets {
    std::string passwordHash;
    bool first = false;  // it is a first password
    std::optional<std::int64_t> firstUntilUs;
    std::optional<core::Buffer> totp;
    std::optional<std::int64_t> lastStep;  // of TOTP, that was used
};

struct RoleSpan {
    Role role = Role::Officer;
    std::int64_t givenUs = 0;
    std::optional<Person> givenBy;
    std::optional<std::int64_t> endedUs;
    std::optional<Person> endedBy;
};

/// One line of what was done. `what` as openapi.yaml lists it (AuditLine).
struct Event {
    std::uint64_t id = 0;
    std::int64_t timeUs = 0;
    std::string what;
    std::optional<Person> person;
    std::optional<Person> by;
    std::string detail;
};

/// Why a change is not made. None: it was made.
enum class Refusal {
    None,
    NoSuchPerson,
    Closed,              // the account is
    WorkNumberTaken,     // also by a closed account
    OwnRoles,            // nobody changes their own
    AdministratorAlone,  // an administrator's role together with another
    OtherAdministrator,  // the person was another administrator before
    LastAdministrator,   // nobody would be left in an administrator's role
    Administrator,       // not for administrators' accounts
};

/// Who does it, and when.
struct Doing {
    std::optional<Person> by;  // nothing: the console
    core::Microseconds now{};
};

/// Which accounts are listed: all that is given must hold.
struct AccountFilter {
    std::string part;  // of work number, name or unit; "": any
    std::optional<Role> role;
    std::optional<bool> open;
    bool business = false;  // open, with a role that is no administrator's
};

/// people.db in a folder. Thread-safe: one connection under a lock.
///
/// Errors of all calls: those of the database. Power loss: a call that answered is durable; one
/// that did not has left nothing behind. Nothing is ever changed or removed.
class People {
public:
    /// Opens, making the database if there is none; readable by its owner alone.
    /// Errors besides: AlreadyExists if another process has it; FailedPrecondition if it is of
    /// another version.
    [[nodiscard]] static Result<std::unique_ptr<People>> open(const std::string& folder);

    // people.cpp: reading
    [[nodiscard]] Result<std::optional<Account>> find(const Person& person);
    [[nodiscard]] Result<std::optional<Account>> findByWorkNumber(const std::string& workNumber);
    /// At most `limit`, in order of creation, those behind number `after`.
    [[nodiscard]] Result<std::vector<Account>> list(const AccountFilter& filter,
                                                    std::uint64_t after,
                                                    std::size_t limit);
    [[nodiscard]] Result<std::vector<RoleSpan>> roleHistory(const Person& person);
    [[nodiscard]] Result<Secrets> secrets(const Person& person);
    /// The newest first, those before id `before`, of one person or of all.
    [[nodiscard]] Result<std::vector<Event>> events(std::optional<Person> person,
                                                    std::uint64_t before,
                                                    std::size_t limit);
    /// How many events of this kind there are since a time.
    [[nodiscard]] Result<std::uint64_t> countEvents(std::string_view what, std::int64_t sinceUs);
    /// Whether some open account has the role.
    [[nodiscard]] Result<bool> hasAny(Role role);

    // people_changes.cpp: what adds rows, each with its event
    /// `firstHash` is the hash of the first password; `role` an administrator's, from the console.
    [[nodiscard]] Result<Refusal> add(const NewAccount& account,
                                      const std::string& firstHash,
                                      std::optional<Role> role,
                                      const Doing& doing);
    [[nodiscard]] Result<Refusal> close(const Person& person,
                                        const std::string& reason,
                                        const Doing& doing);
    /// A new first password; TOTP and, unless it comes from the console, all roles are gone.
    [[nodiscard]] Result<Refusal> reset(const Person& person,
                                        const std::string& firstHash,
                                        const std::string& reason,
                                        const Doing& doing);
    /// Ends roles that are not in `roles` and gives those that are new.
    [[nodiscard]] Result<Refusal> setRoles(const Person& person, Roles roles, const Doing& doing);
    [[nodiscard]] Result<void> setPassword(const Person& person,
                                           const std::string& hash,
                                           core::Microseconds now);
    [[nodiscard]] Result<void> setTotp(const Person& person,
                                       core::ByteView secret,
                                       core::Microseconds now);
    /// Whether this step of the person's TOTP was not used before; it is used now.
    [[nodiscard]] Result<bool> useTotp(const Person& person, std::int64_t step);
    [[nodiscard]] Result<void> note(std::string_view what,
                                    std::optional<Person> person,
                                    std::string_view detail,
                                    const Doing& doing);

private:
    People(catalogue::Connection connection, core::UniqueFd lock)
        : lock_(std::move(lock)), connection_(std::move(connection)) {}

    // With the mutex held.
    [[nodiscard]] Result<std::optional<Account>> findLocked(std::string_view where,
                                                            core::ByteView value);
    [[nodiscard]] Result<Account> accountOf(const catalogue::Statement& row);
    /// Whether nobody but `person` holds one of these administrators' roles.
    [[nodiscard]] Result<bool> isLastIn(Roles administrators, const Person& person);
    [[nodiscard]] Result<bool> hadOther(const Person& person, Role administrator);
    [[nodiscard]] Result<void> addSecret(const Person& person,
                                         std::string_view kind,
                                         core::ByteView value,
                                         core::Microseconds now,
                                         std::optional<std::int64_t> untilUs);
    [[nodiscard]] Result<void> giveRole(const Person& person, Role role, const Doing& doing);
    [[nodiscard]] Result<void> endRoles(const Person& person, Roles kept, const Doing& doing);
    [[nodiscard]] Result<void> addEvent(std::string_view what,
                                        const std::optional<Person>& person,
                                        std::string_view detail,
                                        const Doing& doing);

    core::UniqueFd lock_;
    std::mutex mutex_;
    catalogue::Connection connection_;  // under mutex_
};

}  // namespace liuhen::access
