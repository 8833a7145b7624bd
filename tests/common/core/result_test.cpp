// SPDX-License-Identifier: Apache-2.0
// How errors are made, named and handed on.
#include "common/core/result.hpp"

#include <errno.h>

#include <memory>
#include <set>

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return fail(ErrorKind::InvalidArgument, "halve an odd number");
    }
    return number / 2;
}

Result<int> quarter(int number) {
    LIUHEN_TRY(const int once, half(number));
    LIUHEN_TRY(const int twice, half(once));
    return twice;
}

Result<void> checkEven(int number, int& reached) {
    LIUHEN_CHECK(half(number));
    ++reached;
    return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
    LIUHEN_TRY(auto box, Result<std::unique_ptr<int>>(std::make_unique<int>(number)));
    return box;
}

}  // namespace

TEST_SUITE("core/result") {
    TEST_CASE("TRY takes the value or returns the error") {
        CHECK(*quarter(12) == 3);
        CHECK(quarter(6).error().kind == ErrorKind::InvalidArgument);
        CHECK(quarter(6).error().message == "halve an odd number");
        CHECK(**boxed(5) == 5);
    }

    TEST_CASE("CHECK returns early on an error alone") {
        int reached = 0;
        CHECK(checkEven(2, reached));
        CHECK_FALSE(checkEven(3, reached));
        CHECK(reached == 1);
    }

    TEST_CASE("context goes before the message and keeps the kind") {
        const Error error{ErrorKind::DataLoss, "bad head"};
        const Result<int> handed = failWith(error, "read entry 4");
        CHECK(handed.error().message == "read entry 4: bad head");
        CHECK(handed.error().kind == ErrorKind::DataLoss);
    }

    TEST_CASE("an errno keeps what a caller must tell apart") {
        struct Row {
            int number;
            ErrorKind kind;
        };
        for (const Row& row : {Row{ENOENT, ErrorKind::NotFound},
                               Row{EEXIST, ErrorKind::AlreadyExists},
                               Row{EROFS, ErrorKind::PermissionDenied},
                               Row{ENOSPC, ErrorKind::ResourceExhausted},
                               Row{EINVAL, ErrorKind::InvalidArgument},
                               Row{EIO, ErrorKind::DataLoss},
                               Row{EMFILE, ErrorKind::Unavailable},
                               Row{ENODEV, ErrorKind::Unavailable}}) {
            CAPTURE(row.number);
            CHECK(Result<void>(failErrno(row.number, "do it")).error().kind == row.kind);
        }
        CHECK(Result<void>(failErrno(ENOENT, "open x")).error().message ==
              "open x: No such file or directory");
    }

    TEST_CASE("every kind has a name of its own") {
        std::set<std::string_view> names;
        for (int kind = 0; kind <= static_cast<int>(ErrorKind::Internal); ++kind) {
            names.insert(name(static_cast<ErrorKind>(kind)));
        }
        CHECK(names.size() == static_cast<std::size_t>(ErrorKind::Internal) + 1);
        CHECK(name(ErrorKind::DataLoss) == "data_loss");
    }
}

}  // namespace liuhen::core
