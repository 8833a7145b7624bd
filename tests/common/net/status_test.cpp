// SPDX-License-Identifier: Apache-2.0
// Tests of errors as HTTP answers.
#include "common/net/status.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using core::ErrorKind;

TEST_SUITE("net/status") {
    TEST_CASE("every kind of error survives the way over HTTP") {
        for (int i = 0; i <= static_cast<int>(ErrorKind::Internal); ++i) {
            const auto kind = static_cast<ErrorKind>(i);
            CAPTURE(core::name(kind));
            const Response response = errorResponse(core::Error{kind, "it \"broke\"\n"});
            CHECK(response.status >= 400);
            CHECK(reasonOf(response.status) != "Unknown");
            const core::Error back = errorOf(response, "ask");
            CHECK(back.kind == kind);
            CHECK(back.message.find("ask: peer answered") == 0);
            CHECK(back.message.find("it \"broke\"") != std::string::npos);
        }
    }

    TEST_CASE("a foreign answer has the kind of its status") {
        Response response;
        response.status = 507;
        CHECK(errorOf(response, "put").kind == ErrorKind::ResourceExhausted);
        response.status = 499;
        CHECK(errorOf(response, "put").kind == ErrorKind::InvalidArgument);
        response.status = 599;
        CHECK(errorOf(response, "put").kind == ErrorKind::Internal);
    }

    TEST_CASE("a peer can neither choose a kind that its status denies nor flood the log") {
        Response response = refusal(404, ErrorKind::PermissionDenied, std::string(5000, 'x'));
        const core::Error error = errorOf(response, "get");
        CHECK(error.kind == ErrorKind::NotFound);
        CHECK(error.message.size() < 300);
        response.body = core::toBuffer(core::viewOf("{\"error\": 7, \"kind\": []}"));
        CHECK(errorOf(response, "get").kind == ErrorKind::NotFound);
        response.body = core::toBuffer(core::viewOf("{\"error\": \"\xff"));
        CHECK(errorOf(response, "get").kind == ErrorKind::NotFound);
    }

    TEST_CASE("an error text that is not UTF-8 still makes valid JSON") {
        const Response response = errorResponse(core::Error{ErrorKind::NotFound, "no \xff\xfe"});
        CHECK(errorOf(response, "get").message.find("no ") != std::string::npos);
    }
}
