// SPDX-License-Identifier: Apache-2.0
// Logging in: what is right, what is wrong, and how often one may try.
#include "dock/access/log_in.hpp"

#include "common/crypto/totp.hpp"
#include "dock/access/password.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/log_in");

namespace liuhen::access {

namespace {

using Kind = LogInAnswer::Kind;
using std::chrono::seconds;

constexpr const char* kPassword = "right horse battery";

/// A dock with one officer whose first password is kPassword.
struct Desk {
    Desk() {
        const auto hash = hashPassword(kPassword);
        REQUIRE(hash.has_value());
        REQUIRE(
            people->add({"1001", "张三", "一大队", {}}, *hash, {}, {{}, clock.utc()}).has_value());
        officer = **people->findByWorkNumber("1001");
    }
    Kind tryWith(const std::string& password,
                 std::optional<std::string> code = std::nullopt,
                 const std::string& number = "1001",
                 const std::string& address = "192.0.2.1") {
        const auto answer = logIn.tryOpen({number, password, std::move(code), address});
        REQUIRE(answer.has_value());
        cookie = answer->cookie;
        return answer->kind;
    }
    [[nodiscard]] std::string code(int stepsOff = 0) const {
        return crypto::totpCode(secret, crypto::totpStep(clock.utc()) + stepsOff);
    }

    hal::test::TemporaryFolder folder;
    core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(1'800'000'000'000'000)};
    std::unique_ptr<People> people = *People::open(folder.path());
    Sessions sessions{SessionLimits{}, clock};
    std::vector<std::string> failures;
    LogIn logIn{
        *people, sessions, clock, [this](const std::string& what) { failures.push_back(what); }};
    Account officer;
    core::Buffer secret = core::Buffer(crypto::kTotpSecretBytes, 3);
    std::string cookie;
};

}  // namespace

TEST_CASE("the first password opens a session that lacks password and TOTP") {
    Desk desk;
    CHECK(desk.tryWith("wrong") == Kind::Wrong);
    CHECK(desk.tryWith(kPassword, std::nullopt, "1002") == Kind::Wrong);
    CHECK(desk.tryWith(kPassword) == Kind::Open);
    const auto session = desk.sessions.use(desk.cookie);
    REQUIRE(session.has_value());
    CHECK(session->lacksPassword);
    CHECK(session->lacksTotp);
    CHECK_FALSE(session->whole());
    REQUIRE(desk.failures.size() == 2);
    CHECK(desk.failures[0].find(core::toHex(desk.officer.person)) != std::string::npos);
    CHECK(desk.failures[1].find("unknown") != std::string::npos);
    CHECK(desk.failures[1].find("1002") == std::string::npos);  // might be a password
}

TEST_CASE("a first password is good for three days") {
    Desk desk;
    desk.clock.advance(kFirstPasswordLife - seconds(1));
    CHECK(desk.tryWith(kPassword) == Kind::Open);
    desk.clock.advance(seconds(1));
    CHECK(desk.tryWith(kPassword) == Kind::FirstExpired);
    CHECK(desk.tryWith("wrong") == Kind::Wrong);  // only who knows it is told
}

TEST_CASE("who has a TOTP needs a code of it, once each") {
    Desk desk;
    REQUIRE(
        desk.people
            ->setPassword(desk.officer.person, *hashPassword("own words, long"), desk.clock.utc())
            .has_value());
    REQUIRE(desk.people->setTotp(desk.officer.person, desk.secret, desk.clock.utc()).has_value());
    CHECK(desk.tryWith("own words, long") == Kind::Wrong);
    CHECK(desk.tryWith("own words, long", "000000") == Kind::Wrong);
    CHECK(desk.tryWith(kPassword, desk.code()) == Kind::Wrong);  // the first one is gone
    CHECK(desk.tryWith("own words, long", desk.code()) == Kind::Open);
    CHECK(desk.sessions.use(desk.cookie)->whole());
    CHECK(desk.tryWith("own words, long", desk.code()) == Kind::Wrong);
    CHECK(desk.tryWith("own words, long", desk.code(-1)) == Kind::Wrong);  // older than one used
    CHECK(desk.tryWith("own words, long", desk.code(1)) == Kind::Open);
}

TEST_CASE("a closed account is as one that never was") {
    Desk desk;
    REQUIRE(*desk.people->close(desk.officer.person, "x", {{}, desk.clock.utc()}) == Refusal::None);
    CHECK(desk.tryWith(kPassword) == Kind::Wrong);
}

TEST_CASE("five failures of an account make it wait, longer each time, whatever the address") {
    Desk desk;
    for (int i = 0; i < 5; ++i) {
        CHECK(desk.tryWith("wrong", {}, "1001", "192.0.2." + std::to_string(i)) == Kind::Wrong);
    }
    CHECK(desk.tryWith(kPassword) == Kind::Wait);
    desk.clock.advance(seconds(59));
    CHECK(desk.tryWith(kPassword) == Kind::Wait);
    desk.clock.advance(seconds(1));
    CHECK(desk.tryWith("wrong") == Kind::Wrong);
    desk.clock.advance(seconds(61));
    CHECK(desk.tryWith(kPassword) == Kind::Wait);
    desk.clock.advance(seconds(60));
    CHECK(desk.tryWith(kPassword) == Kind::Open);
    CHECK(desk.tryWith("wrong") == Kind::Wrong);  // all is forgotten
    CHECK(desk.tryWith(kPassword) == Kind::Open);
}

TEST_CASE("twenty failures of an address make it wait, whatever the account") {
    const core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(0)};
    Attempts attempts({20, seconds(60), seconds(900), seconds(900), 100}, clock);
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(attempts.begin("a").has_value());
    }
    CHECK(attempts.begin("a") == seconds(60));
    CHECK_FALSE(attempts.begin("b").has_value());
}

TEST_CASE("what is remembered of attempts is bounded") {
    core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(0)};
    Attempts attempts({1, seconds(60), seconds(900), seconds(900), 3}, clock);
    for (const char* key : {"a", "b", "c", "d"}) {
        CHECK_FALSE(attempts.begin(key).has_value());
        clock.advance(seconds(1));
    }
    CHECK(attempts.begin("d").has_value());
    CHECK_FALSE(attempts.begin("a").has_value());  // the oldest was forgotten
}

TEST_CASE("what may be a password") {
    CHECK(isGoodPassword("correct horse", "1001"));
    CHECK(isGoodPassword("一二三四五六七八九十甲乙", "1001"));
    CHECK_FALSE(isGoodPassword("一二三四五六七八九十甲", "1001"));  // eleven
    CHECK_FALSE(isGoodPassword("aaaaaaaaaaaaaaaa", "1001"));
    CHECK_FALSE(isGoodPassword("my number 1001 is", "1001"));
    std::string tooLong(257, 'x');
    tooLong += "abcdefg";
    CHECK_FALSE(isGoodPassword(tooLong, ""));
    CHECK_FALSE(isGoodPassword("abcdefghijkl\xff", ""));
    const std::string drawn = drawFirstPassword();
    CHECK(drawn.size() == 19);
    CHECK(drawn != drawFirstPassword());
}

TEST_CASE("Argon2id as another program makes it") {
    // argon2 0~20190702: printf 'correct horse' | argon2 saltsaltsaltsalt -id -t 3 -k 65536 -p 1
    const std::string hash =
        "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$MyVB5BkoYKpCk1wQxI1keTg5xXmngrfFuu/"
        "y18GX0fQ";
    CHECK(*verifyPassword("correct horse", hash));
    CHECK_FALSE(*verifyPassword("correct horsf", hash));
    CHECK_FALSE(*verifyPassword("correct horse", ""));
    CHECK_FALSE(verifyPassword("correct horse", "nonsense").has_value());
}

}  // namespace liuhen::access

TEST_SUITE_END();
