// SPDX-License-Identifier: Apache-2.0
// What answers mean, over HTTP and in files; and where a witness may be.
#include "dock/witness/answer.hpp"

#include "dock/witness/file_exchange.hpp"
#include "dock/witness/place.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using witnessing::Meaning;

namespace {
const std::string kLine = "\xE2\x80\x94 w AAAAAAA=\n";
}  // namespace

TEST_SUITE("dock/witness/answer") {
    TEST_CASE("each status says what the specification lets it say") {
        struct Row {
            const char* name;
            unsigned status;
            std::string body;
            std::uint64_t oldSize;
            std::uint64_t size;
            Meaning meaning;
            const char* told;
        };
        const std::vector<Row> rows = {
            {"cosigned", 200, kLine, 3, 9, Meaning::Cosigned, ""},
            {"no line", 200, "thank you\n", 3, 9, Meaning::Failed, "no cosignature"},
            {"another size", 409, "5\n", 3, 9, Meaning::Elsewhere, ""},
            {"a greater size", 409, "12\n", 3, 9, Meaning::Elsewhere, ""},
            {"a fork", 409, "9\n", 9, 9, Meaning::AnotherHistory, "another tree of the same 9"},
            {"a size that makes no sense", 409, "3\n", 3, 9, Meaning::Failed, "very size"},
            {"409 without a size", 409, "no\n", 3, 9, Meaning::Failed, "without the size"},
            {"no proof", 422, "", 3, 9, Meaning::AnotherHistory, "does not begin with the 3"},
            {"an unknown log", 404, "", 3, 9, Meaning::Failed, "checkpoint.vkey"},
            {"another key", 403, "", 3, 9, Meaning::Failed, "another key"},
            {"trouble", 503, "a\nb", 3, 9, Meaning::Failed, "it answers 503: a"},
            {"no UTF-8", 500, "\xFF\xFE", 3, 9, Meaning::Failed, "it answers 500"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            SUBCASE(row.name) {
                const auto judged =
                    witnessing::judge({row.status, row.body}, {row.oldSize, row.size});
                CHECK(judged.meaning == row.meaning);
                CAPTURE(judged.reason);
                CHECK(judged.reason.find(row.told) != std::string::npos);
            }
        }
    }

    TEST_CASE("an answer in a file tells its status by what it is") {
        CHECK(witnessing::readAnswer(kLine)->status == 200);
        CHECK(witnessing::readAnswer("42\n")->status == 409);
        const auto refused = witnessing::readAnswer("refused 422: no proof\n");
        REQUIRE(refused);
        CHECK(refused->status == 422);
        CHECK(refused->body == "no proof\n");
        for (const char* text :
             {"", "refused", "refused 42: a", "refused 200: a", "refused 422 a", "<html>", "42"}) {
            CAPTURE(text);
            CHECK_FALSE(witnessing::readAnswer(text).has_value());
        }
    }

    TEST_CASE("a witness's address has one form") {
        struct Row {
            const char* text;
            const char* host;
            std::uint16_t port;
            const char* path;
        };
        for (const Row& row : {Row{"http://192.0.2.7:8480", "192.0.2.7", 8480, ""},
                               Row{"http://w.example/", "w.example", 80, ""},
                               Row{"http://w.example/a/b/", "w.example", 80, "/a/b"},
                               Row{"http://[2001:db8::1]:81/x", "2001:db8::1", 81, "/x"}}) {
            CAPTURE(row.text);
            const auto url = witnessing::parseUrl(row.text);
            REQUIRE(url.has_value());
            CHECK(url->host == row.host);
            CHECK(url->port == row.port);
            CHECK(url->path == row.path);
        }
        for (const char* text : {"",
                                 "w.example",
                                 "https://w.example",
                                 "http://",
                                 "http://:80",
                                 "http://w:0",
                                 "http://w:99999",
                                 "http://w:x",
                                 "http://a b",
                                 "http://w/a?b",
                                 "http://u@w",
                                 "http://[::1",
                                 "http://[::1]x"}) {
            CAPTURE(text);
            CHECK_FALSE(witnessing::parseUrl(text).has_value());
        }
    }
}
