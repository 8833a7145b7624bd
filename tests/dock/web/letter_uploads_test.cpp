// SPDX-License-Identifier: Apache-2.0
// Scans on their way: pieces in order, one a person, bounded in memory and time.
#include "dock/web/api/letter_uploads.hpp"

#include "common/crypto/digest.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/web/letter_uploads");

namespace liuhen::web {

namespace {

access::Person personOfNumber(std::uint8_t number) {
    access::Person person{};
    person[0] = number;
    return person;
}

core::Buffer scanOf(std::size_t bytes) {
    core::Buffer scan(bytes, 'x');
    const std::string_view begin = "%PDF-";
    std::copy(begin.begin(), begin.end(), scan.begin());
    return scan;
}

Problem refusedOf(const std::variant<LetterPart, Problem>& answer) {
    REQUIRE(std::holds_alternative<Problem>(answer));
    return std::get<Problem>(answer);
}

const access::Person kOne = personOfNumber(1);

}  // namespace

TEST_CASE("pieces in their order are the scan, handed out once to who sent it") {
    const core::ManualClock clock(std::chrono::hours(1), std::chrono::hours(1));
    LetterUploads uploads(clock);
    const core::Buffer scan = scanOf(3000);
    const core::ByteView view(scan);
    const auto first = uploads.append(kOne, 0, view.first(1000));
    REQUIRE(std::holds_alternative<LetterPart>(first));
    CHECK(std::get<LetterPart>(first).bytes == 1000);
    CHECK(refusedOf(uploads.append(kOne, 0, view.subspan(1000))) == Problem::LetterType);
    CHECK(refusedOf(uploads.append(kOne, 1000, view.subspan(1000))) == Problem::LetterOver);
    REQUIRE(std::holds_alternative<LetterPart>(uploads.append(kOne, 0, view.first(1000))));
    CHECK(refusedOf(uploads.append(kOne, 2000, view.subspan(2000))) == Problem::LetterOver);
    CHECK(refusedOf(uploads.append(personOfNumber(2), 1000, view.subspan(1000))) ==
          Problem::LetterOver);
    const auto last = uploads.append(kOne, 1000, view.subspan(1000));
    REQUIRE(std::holds_alternative<LetterPart>(last));
    CHECK(std::get<LetterPart>(last).scan == crypto::sha256(scan));
    CHECK_FALSE(uploads.take(personOfNumber(2), crypto::sha256(scan)).has_value());
    CHECK_FALSE(uploads.take(kOne, crypto::sha256(view.first(1000))).has_value());
    CHECK(uploads.take(kOne, crypto::sha256(scan)) == scan);
    CHECK_FALSE(uploads.take(kOne, crypto::sha256(scan)).has_value());
}

TEST_CASE("the longest scan is taken, and not a byte more") {
    const core::ManualClock clock(std::chrono::hours(1), std::chrono::hours(1));
    LetterUploads uploads(clock);
    const core::Buffer scan = scanOf(access::kLetterBytes);
    const core::Buffer more(1, 'x');
    REQUIRE(std::holds_alternative<LetterPart>(uploads.append(kOne, 0, scan)));
    CHECK(uploads.take(kOne, crypto::sha256(scan)) == scan);
    REQUIRE(std::holds_alternative<LetterPart>(uploads.append(kOne, 0, scan)));
    CHECK(refusedOf(uploads.append(kOne, scan.size(), more)) == Problem::LetterTooLarge);
    CHECK_FALSE(uploads.take(kOne, crypto::sha256(scan)).has_value());
    CHECK(refusedOf(uploads.append(kOne, 0, scanOf(scan.size() + 1))) == Problem::LetterTooLarge);
}

TEST_CASE("eight at once, and silence ends one") {
    core::ManualClock clock(std::chrono::hours(1), std::chrono::hours(1));
    LetterUploads uploads(clock);
    const core::Buffer scan = scanOf(10);
    for (std::uint8_t person = 1; person <= 8; ++person) {
        REQUIRE(
            std::holds_alternative<LetterPart>(uploads.append(personOfNumber(person), 0, scan)));
    }
    CHECK(refusedOf(uploads.append(personOfNumber(9), 0, scan)) == Problem::TooManyLetters);
    CHECK(std::holds_alternative<LetterPart>(uploads.append(kOne, 0, scan)));  // its own place
    clock.advance(std::chrono::minutes(3));
    CHECK(refusedOf(uploads.append(kOne, scan.size(), scan)) == Problem::LetterOver);
    CHECK(std::holds_alternative<LetterPart>(uploads.append(personOfNumber(9), 0, scan)));
}

}  // namespace liuhen::web

TEST_SUITE_END();
