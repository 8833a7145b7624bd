// SPDX-License-Identifier: Apache-2.0
// Tests of byte ranges.
#include "common/net/range.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;

namespace {

BodyPlan plan(std::string_view range, std::size_t size) {
    Request request;
    request.headers.add("Range", range);
    Response response;
    response.body.resize(size);
    response.headers.add("ETag", "\"a\"");
    return planBody(request, response);
}

}  // namespace

TEST_SUITE("net/range") {
    TEST_CASE("a range is applied as the standard says") {
        struct Row {
            const char* range;
            std::size_t size;
            unsigned status;
            std::uint64_t first;
            std::uint64_t length;
            const char* contentRange;
        };
        const Row rows[] = {
            {"bytes=0-", 10, 206, 0, 10, "bytes 0-9/10"},
            {"bytes=3-", 10, 206, 3, 7, "bytes 3-9/10"},
            {"bytes=3-5", 10, 206, 3, 3, "bytes 3-5/10"},
            {"BYTES=9-9", 10, 206, 9, 1, "bytes 9-9/10"},
            {"bytes=3-99", 10, 206, 3, 7, "bytes 3-9/10"},
            {"bytes=3-99999999999999999999999", 10, 206, 3, 7, "bytes 3-9/10"},
            {"bytes=-4", 10, 206, 6, 4, "bytes 6-9/10"},
            {"bytes=-40", 10, 206, 0, 10, "bytes 0-9/10"},
            {"bytes=10-", 10, 416, 0, 0, "bytes */10"},
            {"bytes=18446744073709551615-", 10, 416, 0, 0, "bytes */10"},
            {"bytes=99999999999999999999999-", 10, 416, 0, 0, "bytes */10"},
            {"bytes=-0", 10, 416, 0, 0, "bytes */10"},
            {"bytes=0-", 0, 416, 0, 0, "bytes */0"},
            {"bytes=5-3", 10, 200, 0, 10, ""},
            {"bytes=0-1,4-5", 10, 200, 0, 10, ""},
            {"bytes=", 10, 200, 0, 10, ""},
            {"bytes=-", 10, 200, 0, 10, ""},
            {"bytes=+1-2", 10, 200, 0, 10, ""},
            {"bytes= 1-2", 10, 200, 0, 10, ""},
            {"bytes=--1", 10, 200, 0, 10, ""},
            {"lines=1-2", 10, 200, 0, 10, ""},
            {"byt", 10, 200, 0, 10, ""},
        };
        for (const Row& row : rows) {
            CAPTURE(row.range);
            const BodyPlan got = plan(row.range, row.size);
            CHECK(got.status == row.status);
            CHECK(got.first == row.first);
            CHECK(got.length == row.length);
            CHECK(got.contentRange == row.contentRange);
        }
    }

    TEST_CASE("If-Range lets a range pass only for the same ETag") {
        Request request;
        request.headers.add("range", "bytes=4-");
        request.headers.add("if-range", "\"a\"");
        Response response;
        response.body.resize(10);
        CHECK(planBody(request, response).status == 200);
        response.headers.add("etag", "\"b\"");
        CHECK(planBody(request, response).status == 200);
        response.headers.set("ETag", "\"a\"");
        CHECK(planBody(request, response).status == 206);
    }

    TEST_CASE("only a successful GET or HEAD is cut to a range") {
        Request request;
        request.headers.add("Range", "bytes=1-2");
        Response response;
        response.body.resize(10);
        request.method = "POST";
        CHECK(planBody(request, response).length == 10);
        request.method = "HEAD";
        CHECK(planBody(request, response).length == 2);
        response.status = 404;
        CHECK(planBody(request, response).length == 10);
    }

    TEST_CASE("Content-Range is read strictly") {
        const auto part = parseContentRange("bytes 3-5/10");
        REQUIRE(part);
        CHECK(part->first == 3);
        CHECK(part->length == 3);
        CHECK(part->total == 10);
        const auto none = parseContentRange("bytes */10");
        REQUIRE(none);
        CHECK(none->length == 0);
        CHECK(none->total == 10);
        const char* bad[] = {"",
                             "bytes",
                             "bytes 3-5",
                             "bytes 5-3/10",
                             "bytes 3-10/10",
                             "bytes 3-5/*",
                             "bytes -5/10",
                             "bytes 3-/10",
                             "bytes 3-5/99999999999999999999999",
                             "bytes 0-18446744073709551615/18446744073709551615",
                             "lines 3-5/10"};
        for (const char* text : bad) {
            CAPTURE(text);
            const auto range = parseContentRange(text);
            REQUIRE_FALSE(range);
            CHECK(range.error().kind == core::ErrorKind::DataLoss);
        }
    }
}
