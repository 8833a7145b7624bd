// SPDX-License-Identifier: Apache-2.0
// The text that a request's reason commits to, as docs/format/access.md section 2.1 has it.
#include "dock/access/request_words.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/commitment.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/request_words");

namespace liuhen::access {

namespace {

const std::string kHash(64, 'a');

RequestWords example() {
    return {"x", Outsider{"y", "1", "2026-11-02", crypto::sha256(core::viewOf("%PDF-"))}};
}

std::string lines(const std::string& mark,
                  const std::string& date,
                  const std::string& hash,
                  const std::string& rest = "") {
    return "为何\n" + mark + "\n某某法院\n〔2026〕7号\n" + date + "\n" + hash + rest;
}

}  // namespace

TEST_CASE("the example of the format is what is made and read") {
    const std::string text =
        "x\nliuhen/letter\ny\n1\n2026-11-02\n"
        "38523c087796e5d5dd1cf9bad1fb026781a838dd9dd2cf8af58b9f6502a46778";
    CHECK(example().text() == text);
    CHECK(RequestWords::parse(text) == example());
    const auto salt = core::fromHex("cf5415fd84da738cc315f0c3569ead27");
    REQUIRE(salt.has_value());
    CHECK(core::toHex(evidence::custodyCommitment(*salt, text)) ==
          "d77b87acaff96920f5f716af5d2868df3e33cfbe0592cfc3d22bb8b6c0d96362");
}

TEST_CASE("nobody outside, and the text is the reason") {
    const RequestWords words{"核对执法过程", std::nullopt};
    CHECK(words.text() == words.reason);
    CHECK(RequestWords::parse(words.text()) == words);
    CHECK(RequestWords::parse("") == RequestWords{});
}

TEST_CASE("a text of another shape is a reason, all of it") {
    const std::string day = "2026-11-02";
    CHECK(RequestWords::parse(lines("liuhen/letter", day, kHash)).outsider.has_value());
    const std::string control = "\x7F";
    for (const std::string& text : {lines("liuhen/Letter", day, kHash),
                                    lines("liuhen/letter", "2026-02-29", kHash),
                                    lines("liuhen/letter", day, std::string(64, 'A')),
                                    lines("liuhen/letter", day, std::string(63, 'a')),
                                    lines("liuhen/letter", day, kHash, "\n"),
                                    lines("liuhen/letter", day, kHash, "\nmore"),
                                    lines("liuhen/letter\n", day, kHash),
                                    "\r" + lines("liuhen/letter", day, kHash),
                                    control + lines("liuhen/letter", day, kHash),
                                    "\xFF" + lines("liuhen/letter", day, kHash),
                                    "\n" + lines("liuhen/letter", day, kHash).substr(7),
                                    std::string("a\nb"),
                                    std::string("\n\n\n\n\n")}) {
        const RequestWords words = RequestWords::parse(text);
        CHECK_FALSE(words.outsider.has_value());
        CHECK(words.reason == text);
    }
}

TEST_CASE("a date is a day of the calendar") {
    for (const char* good : {"2026-11-02", "2024-02-29", "0001-01-01", "9999-12-31"}) {
        CHECK(isDate(good));
    }
    for (const char* bad : {"",
                            "2026-11-31",
                            "2025-02-29",
                            "2026-13-01",
                            "2026-00-10",
                            "0000-01-01",
                            "2026-1-02",
                            "2026/11/02",
                            "2026-11-0x",
                            "2026-11-022",
                            "+026-11-02"}) {
        CHECK_FALSE(isDate(bad));
    }
}

}  // namespace liuhen::access

TEST_SUITE_END();
