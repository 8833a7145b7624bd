// SPDX-License-Identifier: Apache-2.0
// What is read from queries, bodies and cookies, and what is not.
#include "dock/web/api/input.hpp"

#include "dock/web/api/server.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/web/input");

namespace liuhen::web {

TEST_CASE("a query is read field by field, and what nobody asked for is wrong") {
    auto query = Query::parse("/x?q=%E5%BC%A0+a&limit=7&open=false&device=LH-1");
    REQUIRE(query.has_value());
    CHECK(query->text("q", 1, 3) == "张 a");
    CHECK(query->wrong() == "limit");
    CHECK(query->limit() == 7);
    CHECK(query->boolean("open") == false);
    CHECK(query->shaped("device", &isDevice) == "LH-1");
    CHECK(query->wrong().empty());
    CHECK_FALSE(query->text("absent", 1, 3).has_value());

    auto none = Query::parse("/x");
    REQUIRE(none.has_value());
    CHECK(none->limit() == 50);
    CHECK(none->wrong().empty());
}

TEST_CASE("values out of bounds are named") {
    struct Row {
        const char* target;
        const char* wrong;
    };
    for (const Row& row : {Row{"/?limit=0", "limit"},
                           Row{"/?limit=201", "limit"},
                           Row{"/?limit=+5", "limit"},
                           Row{"/?limit=", "limit"},
                           Row{"/?open=yes", "open"},
                           Row{"/?q=", "q"},
                           Row{"/?q=abcd", "q"},
                           Row{"/?q=a%0Ab", "q"},
                           Row{"/?device=a/b", "device"}}) {
        CAPTURE(row.target);
        auto query = Query::parse(row.target);
        REQUIRE(query.has_value());
        static_cast<void>(query->limit());
        static_cast<void>(query->boolean("open"));
        static_cast<void>(query->text("q", 1, 3));
        static_cast<void>(query->shaped("device", &isDevice));
        CHECK(query->wrong() == row.wrong);
    }
    for (const char* target : {"/?a=1&a=2", "/?a=%z1", "/?a=%f", "/?a=%ff", "/?=1", "/?&"}) {
        CAPTURE(target);
        CHECK_FALSE(Query::parse(target).has_value());
    }
}

TEST_CASE("whole numbers of a body are read within their bounds") {
    const auto wrongOf = [](std::string_view text) {
        auto body = Body::parse(core::viewOf(text));
        REQUIRE(body.has_value());
        static_cast<void>(body->integer("n", 1, 9));
        return body->wrong();
    };
    auto body = Body::parse(core::viewOf(R"({"n":9})"));
    REQUIRE(body.has_value());
    CHECK(body->integer("n", 1, 9) == 9);
    CHECK(body->wrong().empty());
    for (const char* text : {R"({"n":0})",
                             R"({"n":10})",
                             R"({"n":-1})",
                             R"({"n":1.5})",
                             R"({"n":"1"})",
                             R"({"n":null})",
                             R"({"n":18446744073709551615})",
                             R"({})"}) {
        CAPTURE(text);
        CHECK(wrongOf(text) == "n");
    }
}

TEST_CASE("a body is one JSON object without doubles") {
    const auto parsed = [](std::string_view text) { return Body::parse(core::viewOf(text)); };
    auto body = parsed(R"({"reason": "调离", "licence": null, "roles": ["a", "b"]})");
    REQUIRE(body.has_value());
    CHECK(body->text("reason", 1, 2) == "调离");
    CHECK_FALSE(body->optionalText("licence", 1, 9).has_value());
    CHECK(body->wrong() == "roles");
    CHECK(body->texts("roles", 2) == std::vector<std::string>{"a", "b"});
    CHECK(body->wrong().empty());
    CHECK(body->text("absent", 1, 2).empty());
    CHECK(body->wrong() == "absent");

    for (const char* text : {"",
                             "[]",
                             "1",
                             "{",
                             "{}x",
                             R"({"a": 1, "a": 1})",
                             R"({"a": {"b": 1, "b": 2}})",
                             "{\"a\": \"\xff\"}",
                             R"({"a": [[[[[[[[[[1]]]]]]]]]]})"}) {
        CAPTURE(text);
        CHECK_FALSE(parsed(text).has_value());
    }
    CHECK(parsed("{\"a\": \"" + std::string(60'000, 'x') + "\"}").has_value());
    CHECK_FALSE(parsed("{\"a\": \"" + std::string(70'000, 'x') + "\"}").has_value());
    for (const char* text :
         {R"({"roles": ["a", "a"]})", R"({"roles": [1]})", R"({"roles": "a"})"}) {
        CAPTURE(text);
        auto bad = parsed(text);
        REQUIRE(bad.has_value());
        CHECK(bad->texts("roles", 8).empty());
        CHECK(bad->wrong() == "roles");
    }
}

TEST_CASE("a cookie that is there twice is not there") {
    CHECK(cookieOf("a=b; n=1; c=d", "n") == "1");
    CHECK(cookieOf("n=1", "n") == "1");
    CHECK(cookieOf("xn=1; n =2", "n").empty());
    CHECK(cookieOf("n=1; n=1", "n").empty());
    CHECK(cookieOf(";;; ;", "n").empty());
}

TEST_CASE("numbers, names and origins") {
    CHECK(numberOf("0") == 0U);
    CHECK(numberOf("18446744073709551615") == UINT64_MAX);
    for (const char* text : {"", "00", "01", "-1", "1.0", "18446744073709551616", " 1"}) {
        CHECK_FALSE(numberOf(text).has_value());
    }
    CHECK(parseOrigin("https://localhost:8443")->second == 8443);
    CHECK(parseOrigin("https://dock.example")->first == "dock.example");
    for (const char* text : {"http://localhost",
                             "https://",
                             "https://A",
                             "https://a/",
                             "https://a:0",
                             "https://a:443",
                             "https://a:x",
                             "https://a:70000"}) {
        CAPTURE(text);
        CHECK_FALSE(parseOrigin(text).has_value());
    }
}

}  // namespace liuhen::web

TEST_SUITE_END();
