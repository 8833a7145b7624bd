// SPDX-License-Identifier: Apache-2.0
// Sessions: how they end.
#include "dock/access/sessions.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/sessions");

namespace liuhen::access {

namespace {

using std::chrono::seconds;

NewSession of(std::uint8_t person) {
    NewSession made;
    made.person = Person{person};
    made.roles = {Role::Officer};
    return made;
}

}  // namespace

TEST_CASE("a session ends when idle, and in any case") {
    core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(1'000'000)};
    SessionLimits limits;
    limits.idle = seconds(10);
    limits.longest = seconds(25);
    Sessions sessions(limits, clock);
    const std::string cookie = sessions.begin(of(1));
    CHECK(cookie.size() == 64);
    clock.advance(seconds(9));
    const auto session = sessions.use(cookie);
    REQUIRE(session.has_value());
    CHECK(session->csrf.size() == 64);
    CHECK(session->csrf != cookie);
    CHECK(session->idleUs == 1'000'000 + 19'000'000);
    CHECK(session->untilUs == 1'000'000 + 25'000'000);
    clock.advance(seconds(9));
    CHECK(sessions.look(session->key).has_value());  // does not use it
    clock.advance(seconds(1));
    CHECK_FALSE(sessions.look(session->key).has_value());
    CHECK_FALSE(sessions.use(cookie).has_value());

    const std::string other = sessions.begin(of(1));
    for (int i = 0; i < 4; ++i) {
        clock.advance(seconds(6));
        CHECK(sessions.use(other).has_value());
    }
    clock.advance(seconds(1));
    CHECK_FALSE(sessions.use(other).has_value());
}

TEST_CASE("strangers' cookies open nothing") {
    const core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(1)};
    Sessions sessions(SessionLimits{}, clock);
    const std::string cookie = sessions.begin(of(1));
    std::string wrong = cookie;
    wrong[5] = wrong[5] == 'a' ? 'b' : 'a';
    for (const std::string& each : {std::string(), wrong, cookie + "0", std::string(64, '0')}) {
        CHECK_FALSE(sessions.use(each).has_value());
    }
    CHECK(sessions.use(cookie).has_value());
}

TEST_CASE("one person has five sessions at most, and all can be ended but one") {
    core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(1)};
    Sessions sessions(SessionLimits{}, clock);
    std::vector<std::string> cookies;
    for (int i = 0; i < 6; ++i) {
        cookies.push_back(sessions.begin(of(1)));
        clock.advance(seconds(1));
    }
    const std::string stranger = sessions.begin(of(2));
    CHECK_FALSE(sessions.use(cookies[0]).has_value());
    const auto kept = sessions.use(cookies[3]);
    REQUIRE(kept.has_value());
    sessions.endOf(kept->person, kept->key);
    CHECK_FALSE(sessions.use(cookies[5]).has_value());
    CHECK(sessions.use(cookies[3]).has_value());
    sessions.endOf(kept->person, "");
    CHECK_FALSE(sessions.use(cookies[3]).has_value());
    CHECK(sessions.use(stranger).has_value());
}

TEST_CASE("streams of a session are bounded") {
    const core::ManualClock clock{core::Nanoseconds(1), core::Microseconds(1)};
    Sessions sessions(SessionLimits{}, clock);
    const auto session = sessions.use(sessions.begin(of(1)));
    REQUIRE(session.has_value());
    for (int i = 0; i < 3; ++i) {
        CHECK(sessions.beginStream(session->key));
    }
    CHECK_FALSE(sessions.beginStream(session->key));
    sessions.endStream(session->key);
    CHECK(sessions.beginStream(session->key));
    CHECK_FALSE(sessions.beginStream("nobody's"));
}

}  // namespace liuhen::access

TEST_SUITE_END();
