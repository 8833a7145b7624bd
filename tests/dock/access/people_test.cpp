// SPDX-License-Identifier: Apache-2.0
// Accounts: who may become what, and that nothing is ever taken back.
#include "dock/access/people.hpp"

#include "common/core/files.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/people");

namespace liuhen::access {

namespace {

using core::Microseconds;

constexpr Microseconds kNow{1'800'000'000'000'000};

std::unique_ptr<People> opened(const hal::test::TemporaryFolder& folder) {
    auto people = People::open(folder.path());
    REQUIRE(people.has_value());
    return *std::move(people);
}

Account made(People& people, const std::string& number, std::optional<Role> role = std::nullopt) {
    const auto refused = people.add({number, "张三", "一大队", "A-1"}, "hash", role, {{}, kNow});
    REQUIRE(refused.has_value());
    REQUIRE(*refused == Refusal::None);
    const auto account = people.findByWorkNumber(number);
    REQUIRE(account.has_value());
    REQUIRE(account->has_value());
    return **account;
}

Account now(People& people, const Account& account) {
    const auto found = people.find(account.person);
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
}

}  // namespace

TEST_CASE("an account is made once, closed once, and stays") {
    const hal::test::TemporaryFolder folder;
    auto people = opened(folder);
    const Account account = made(*people, "1001");
    CHECK(account.roles.empty());
    CHECK_FALSE(account.enrolled);
    CHECK(account.licence == "A-1");
    const Account other = made(*people, "1002");
    CHECK(other.person != account.person);
    CHECK(*people->add({"1001", "李四", "二大队", {}}, "h", {}, {{}, kNow}) ==
          Refusal::WorkNumberTaken);
    CHECK(*people->close(account.person, "调离", {other.person, kNow}) == Refusal::None);
    CHECK(*people->close(account.person, "again", {other.person, kNow}) == Refusal::Closed);
    CHECK(*people->setRoles(account.person, {Role::Officer}, {other.person, kNow}) ==
          Refusal::Closed);
    CHECK(*people->add({"1001", "李四", "二大队", {}}, "h", {}, {{}, kNow}) ==
          Refusal::WorkNumberTaken);
    people.reset();
    people = opened(folder);
    const Account again = now(*people, account);
    CHECK(again.closedUs == kNow.count());
    CHECK(again.name == "张三");
    struct stat status {};
    REQUIRE(::stat((folder / "people.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK_FALSE(People::open(folder.path()).has_value());  // one process at a time
}

TEST_CASE("administrators stand alone, are never each other, and never run out") {
    const hal::test::TemporaryFolder folder;
    const auto people = opened(folder);
    const Account system = made(*people, "s1", Role::Sysadmin);
    const Account security = made(*people, "a1", Role::Secadmin);
    const Account officer = made(*people, "1001");
    const Doing bySecurity{security.person, kNow};
    struct Row {
        const char* name;
        Person person;
        Roles roles;
        Refusal due;
    };
    for (const Row& row : {
             Row{"one's own", security.person, {Role::Secadmin}, Refusal::OwnRoles},
             Row{"nobody", Person{1}, {Role::Officer}, Refusal::NoSuchPerson},
             Row{"two in one",
                 officer.person,
                 {Role::Sysadmin, Role::Secadmin},
                 Refusal::AdministratorAlone},
             Row{"administrator and officer",
                 officer.person,
                 {Role::Audadmin, Role::Officer},
                 Refusal::AdministratorAlone},
             Row{"the last one", system.person, {Role::Officer}, Refusal::LastAdministrator},
             Row{"another administrator",
                 system.person,
                 {Role::Audadmin},
                 Refusal::OtherAdministrator},
             Row{"fine", officer.person, {Role::Officer, Role::Custodian}, Refusal::None},
             Row{"fewer", officer.person, {Role::Officer}, Refusal::None},
         }) {
        CAPTURE(row.name);
        const auto refused = people->setRoles(row.person, row.roles, bySecurity);
        REQUIRE(refused.has_value());
        CHECK(*refused == row.due);
    }
    CHECK(now(*people, officer).roles == Roles{Role::Officer});
    CHECK(now(*people, system).roles == Roles{Role::Sysadmin});
    CHECK(*people->close(system.person, "x", bySecurity) == Refusal::LastAdministrator);
    const auto history = people->roleHistory(officer.person);
    REQUIRE(history.has_value());
    REQUIRE(history->size() == 2);
    CHECK((*history)[1].role == Role::Custodian);
    CHECK((*history)[1].endedBy == security.person);
    CHECK_FALSE((*history)[0].endedUs.has_value());
    // With a successor the first may go.
    const Account next = made(*people, "s2");
    CHECK(*people->setRoles(next.person, {Role::Sysadmin}, bySecurity) == Refusal::None);
    CHECK(*people->close(system.person, "x", bySecurity) == Refusal::None);
    CHECK(now(*people, system).roles.empty());
}

TEST_CASE("a reset takes roles and TOTP away; an administrator's comes from the console alone") {
    const hal::test::TemporaryFolder folder;
    const auto people = opened(folder);
    const Account system = made(*people, "s1", Role::Sysadmin);
    const Account officer = made(*people, "1001");
    const Doing doing{system.person, kNow};
    REQUIRE(people->setRoles(officer.person, {Role::Officer}, {Person{9}, kNow}).has_value());
    REQUIRE(people->setPassword(officer.person, "own", kNow).has_value());
    REQUIRE(people->setTotp(officer.person, core::Buffer(20, 7), kNow).has_value());
    CHECK(now(*people, officer).enrolled);
    CHECK(people->secrets(officer.person)->totp.has_value());
    CHECK(*people->reset(system.person, "new", "lost", doing) == Refusal::Administrator);
    CHECK(*people->reset(officer.person, "new", "lost", doing) == Refusal::None);
    const Account after = now(*people, officer);
    CHECK(after.roles.empty());
    CHECK_FALSE(after.enrolled);
    const auto secrets = people->secrets(officer.person);
    REQUIRE(secrets.has_value());
    CHECK(secrets->first);
    CHECK(secrets->passwordHash == "new");
    CHECK_FALSE(secrets->totp.has_value());
    CHECK(secrets->firstUntilUs == (kNow + kFirstPasswordLife).count());
    CHECK(*people->reset(system.person, "new", "console", {std::nullopt, kNow}) == Refusal::None);
    CHECK(now(*people, system).roles == Roles{Role::Sysadmin});
}

TEST_CASE("a step of TOTP is used once, also after a restart") {
    const hal::test::TemporaryFolder folder;
    auto people = opened(folder);
    const Account account = made(*people, "1001");
    CHECK(*people->useTotp(account.person, 5));
    CHECK_FALSE(*people->useTotp(account.person, 5));
    people.reset();
    people = opened(folder);
    CHECK_FALSE(*people->useTotp(account.person, 5));
    CHECK(people->secrets(account.person)->lastStep == 5);
}

TEST_CASE("lists go on where a page ended, and every change is told") {
    const hal::test::TemporaryFolder folder;
    const auto people = opened(folder);
    for (int i = 0; i < 5; ++i) {
        made(*people, "100" + std::to_string(i));
    }
    const auto first = people->list({}, 0, 2);
    REQUIRE(first.has_value());
    REQUIRE(first->size() == 2);
    const auto rest = people->list({}, first->back().number, 10);
    REQUIRE(rest.has_value());
    CHECK(rest->size() == 3);
    AccountFilter part;
    part.part = "1003";
    CHECK(people->list(part, 0, 10)->size() == 1);
    AccountFilter business;
    business.business = true;
    CHECK(people->list(business, 0, 10)->empty());
    const auto events = people->events(std::nullopt, INT64_MAX, 3);
    REQUIRE(events.has_value());
    REQUIRE(events->size() == 3);
    CHECK((*events)[0].id > (*events)[1].id);
    CHECK((*events)[0].what == "made");
    CHECK(people->events((*events)[0].person, INT64_MAX, 9)->size() == 1);
    CHECK(*people->countEvents("made", kNow.count()) == 5);
    CHECK(*people->countEvents("made", kNow.count() + 1) == 0);
}

}  // namespace liuhen::access

TEST_SUITE_END();
