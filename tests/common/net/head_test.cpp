// SPDX-License-Identifier: Apache-2.0
// Tests of message heads.
#include "common/net/head.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;

TEST_SUITE("net/head") {
    TEST_CASE("a response head is what the standard asks for") {
        Response response;
        response.contentType = "text/plain";
        response.headers.add("ETag", "\"a\"");
        CHECK(responseHead(response, BodyPlan{206, 3, 3, "bytes 3-5/10"}, true) ==
              "HTTP/1.1 206 Partial Content\r\n"
              "ETag: \"a\"\r\n"
              "Content-Type: text/plain\r\n"
              "Content-Range: bytes 3-5/10\r\n"
              "Accept-Ranges: bytes\r\n"
              "Content-Length: 3\r\n"
              "Connection: keep-alive\r\n\r\n");
    }

    TEST_CASE("a value with line ends makes no new header, and framing fields are the server's") {
        Response response;
        response.headers.add("X-Name", "a\r\nX-Evil: 1");
        response.headers.add("Bad Name", "1");
        response.headers.add("content-length", "99");
        response.headers.add("Transfer-Encoding", "chunked");
        CHECK(responseHead(response, BodyPlan{404, 0, 0, {}}, false) ==
              "HTTP/1.1 404 Not Found\r\n"
              "X-Name: a  X-Evil: 1\r\n"
              "Content-Length: 0\r\n"
              "Connection: close\r\n\r\n");
    }

    TEST_CASE("a request head names length and type of a body") {
        Request request;
        request.method = "POST";
        request.target = "/v1/docking";
        request.headers.add("Content-Type", "application/cbor");
        request.body.resize(7);
        const auto head = requestHead(request, "localhost:1");
        REQUIRE(head);
        CHECK(*head ==
              "POST /v1/docking HTTP/1.1\r\n"
              "Host: localhost:1\r\n"
              "Content-Type: application/cbor\r\n"
              "Content-Length: 7\r\n\r\n");
    }

    TEST_CASE("a target or method that would break the request line is refused") {
        for (const char* target : {"", "/a b", "/a\r\nX: 1", "/\x7f", "/\xe7\x95\x99"}) {
            CAPTURE(target);
            Request request;
            request.target = target;
            const auto head = requestHead(request, "h");
            REQUIRE_FALSE(head);
            CHECK(head.error().kind == core::ErrorKind::InvalidArgument);
        }
        Request request;
        request.target = "/";
        request.method = "GET /x";
        CHECK_FALSE(requestHead(request, "h"));
    }

    TEST_CASE("header names are compared without regard to case") {
        Headers headers;
        headers.add("ETag", "1");
        headers.add("etag", "2");
        CHECK(headers.get("ETAG") == "1");
        headers.set("eTag", "3");
        CHECK(headers.all().size() == 1);
        CHECK(headers.get("ETag") == "3");
        CHECK_FALSE(headers.has("ETa"));
    }
}
