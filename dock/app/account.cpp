// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock account`: the first administrators, and administrators who lost their way in. On the
// console alone.
#include "dock/access/password.hpp"
#include "dock/app/commands.hpp"
#include "dock/web/api/input.hpp"

#include <fmt/format.h>

namespace liuhen::dock {

using access::Refusal;
using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

constexpr const char* kBy = "on the console";

/// Tells the custody log, if the vault runs; an account needs none.
void tellLog(const Config& config, const std::string& what, const access::Person& person) {
    const auto told = [&]() -> Result<std::uint64_t> {
        LIUHEN_TRY(vault::Client vault,
                   vault::Client::connect(config.vaultSocket, std::chrono::seconds(5)));
        return vault.incident({what, "", fmt::format("person {} {}", core::toHex(person), kBy)});
    }();
    if (!told) {
        fmt::print(stderr, "liuhen-dock: the custody log was not told: {}\n", told.error().message);
    }
}

Result<int> announce(access::People& people,
                     const Config& config,
                     const AccountOptions& options,
                     const std::string& what,
                     const std::string& password) {
    LIUHEN_TRY(const auto account, people.findByWorkNumber(options.workNumber));
    LIUHEN_ASSERT(account);
    tellLog(config, what, account->person);
    fmt::print(
        "work number:     {}\nfirst password:  {}\nperson:          {}\n"
        "It is shown once and good for three days; the first log-in asks for another password and\n"
        "sets up one-time codes.\n",
        account->workNumber,
        password,
        core::toHex(account->person));
    return 0;
}

}  // namespace

Result<int> accountMake(const Config& config, const AccountOptions& options) {
    const auto role = access::roleOf(options.role);
    if (!role || !access::isAdministrator(*role)) {
        return fail(ErrorKind::InvalidArgument,
                    "make an account: --role is sysadmin, secadmin or audadmin; all others get "
                    "theirs on the page");
    }
    const bool fine = web::isWorkNumber(options.workNumber) && web::isText(options.name, 1, 64) &&
                      web::isText(options.unit, 1, 128);
    if (!fine) {
        return fail(ErrorKind::InvalidArgument,
                    "make an account: a work number has 1 to 32 of A-Z a-z 0-9 -, a name 1 to 64 "
                    "characters, a unit 1 to 128");
    }
    LIUHEN_TRY(const auto people, access::People::open(config.folder));
    LIUHEN_TRY(const bool taken, people->hasAny(*role));
    if (taken && !options.another) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("make an account: there is a {} already, who can do it on the "
                                "page; --another makes one all the same",
                                options.role));
    }
    const std::string password = access::drawFirstPassword();
    LIUHEN_TRY(const std::string hash, access::hashPassword(password));
    LIUHEN_TRY(const Refusal refused,
               people->add({options.workNumber, options.name, options.unit, std::nullopt},
                           hash,
                           role,
                           {std::nullopt, core::SystemClock().utc()}));
    if (refused != Refusal::None) {
        return fail(
            ErrorKind::AlreadyExists,
            fmt::format("make an account: {} has one, perhaps a closed one", options.workNumber));
    }
    return announce(*people, config, options, "account.made", password);
}

Result<int> accountReset(const Config& config, const AccountOptions& options) {
    LIUHEN_TRY(const auto people, access::People::open(config.folder));
    LIUHEN_TRY(const auto account, people->findByWorkNumber(options.workNumber));
    if (!account || account->closedUs || access::administratorsIn(account->roles).empty()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("reset an account: {} is no open administrator's; others are reset "
                                "by the system administrator on the page",
                                options.workNumber));
    }
    const std::string password = access::drawFirstPassword();
    LIUHEN_TRY(const std::string hash, access::hashPassword(password));
    LIUHEN_TRY(
        const Refusal refused,
        people->reset(account->person, hash, kBy, {std::nullopt, core::SystemClock().utc()}));
    LIUHEN_ASSERT(refused == Refusal::None);
    return announce(*people, config, options, "account.reset", password);
}

Result<int> printRoutes() {
    constexpr int kIndent = 1;
    fmt::print("{}\n", web::Router::tableOf(web::allRoutes()).dump(kIndent));
    return 0;
}

}  // namespace liuhen::dock
