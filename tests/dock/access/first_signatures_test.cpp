// SPDX-License-Identifier: Apache-2.0
// First signatures: the newest of a request counts, through a new start, for their owner's eyes.
#include "dock/access/first_signatures.hpp"

#include "common/core/files.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/first_signatures");

namespace liuhen::access {

namespace {

FirstSignature made(std::uint8_t mark) {
    evidence::ApprovalSignature one;
    one.person.fill(mark);
    one.credential = {mark};
    one.assertion = {{mark}, {mark}, {mark}};
    return {{{mark}, {one}}, mark};
}

std::unique_ptr<FirstSignatures> opened(const hal::test::TemporaryFolder& folder) {
    auto firsts = FirstSignatures::open(folder.path());
    REQUIRE(firsts.has_value());
    return *std::move(firsts);
}

}  // namespace

TEST_CASE("the newest of a request is found, also after a start") {
    const hal::test::TemporaryFolder folder;
    const core::Digest request{1};
    const core::Digest other{2};
    {
        auto firsts = opened(folder);
        CHECK_FALSE(firsts->find(request).value().has_value());
        REQUIRE(firsts->keep(request, made(1)).has_value());
        REQUIRE(firsts->keep(other, made(2)).has_value());
        REQUIRE(firsts->keep(request, made(3)).has_value());
    }
    auto firsts = opened(folder);
    const auto found = firsts->find(request).value();
    REQUIRE(found.has_value());
    CHECK(found->timeUs == 3);
    CHECK(found->approval.approval == core::Buffer{3});
    REQUIRE(found->approval.signatures.size() == 1);
    CHECK(found->approval.signatures.front().person == made(3).approval.signatures.front().person);
    CHECK(found->approval.signatures.front().assertion.signature == core::Buffer{3});
    CHECK(firsts->find(other).value()->timeUs == 2);
}

TEST_CASE("two are no first signature, and others do not read them") {
    const hal::test::TemporaryFolder folder;
    auto firsts = opened(folder);
    FirstSignature two = made(1);
    two.approval.signatures.push_back(made(2).approval.signatures.front());
    REQUIRE(firsts->keep({1}, two).has_value());
    const auto found = firsts->find({1});
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == core::ErrorKind::DataLoss);
    struct stat status {};
    REQUIRE(::stat(core::joinPath(folder.path(), "first_signatures.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

}  // namespace liuhen::access

TEST_SUITE_END();
