// SPDX-License-Identifier: Apache-2.0
// Requests to a witness and its answers: the example of C2SP tlog-witness, and what is nearly one.
#include "common/tlog/add_checkpoint.hpp"

#include "tests/common/tlog/fixtures.hpp"

#include <fmt/format.h>

namespace {

using namespace liuhen;
using namespace liuhen::test;

/// The request of C2SP tlog-witness, section add-checkpoint.
const std::string kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/"
    "V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

std::string with(const std::string& from, const std::string& to) {
    std::string text = kExample;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

const std::string kLine = "\xE2\x80\x94 w AAAAAAA=\n";

}  // namespace

TEST_SUITE("tlog/add_checkpoint") {
    TEST_CASE("the example of the specification is read whole and made again") {
        const auto read = must(tlog::parseAddCheckpoint(kExample));
        CHECK(read.request.oldSize == 20852014);
        CHECK(read.request.path.size() == 4);
        CHECK(core::toBase64(read.request.path[3]) ==
              "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=");
        CHECK(read.shown.checkpoint.origin == "example.com/behind-the-sofa");
        CHECK(read.shown.checkpoint.size == 20852163);
        CHECK(read.shown.note.signatures.size() == 2);
        CHECK(must(tlog::toText(read.request)) == kExample);
    }

    TEST_CASE("what is nearly a request is refused") {
        struct Row {
            const char* name;
            std::string text;
        };
        const std::string hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        std::string many;
        for (int i = 0; i < 64; ++i) {
            many += hash;
        }
        const std::vector<Row> rows = {
            {"nothing", ""},
            {"no old size", kExample.substr(kExample.find('\n') + 1)},
            {"leading zeros", with("old 2", "old 02")},
            {"a sign", with("old 2", "old +2")},
            {"two spaces", with("old 2", "old  2")},
            {"another word", with("old", "Old")},
            {"a size above 64 bits", with("old 20852014", "old 18446744073709551616")},
            {"an old size above the checkpoint's", with("old 20852014", "old 20852164")},
            {"a blank behind the size", with("2014\n", "2014 \n")},
            {"carriage returns", with("2014\n", "2014\r\n")},
            {"a hash too short", with(hash, "AAAA\n")},
            {"a hash not padded", with(hash, hash.substr(0, 43) + "\n")},
            {"64 lines of proof", with(hash, many)},
            {"no empty line", with("Kj/0=\n\n", "Kj/0=\n")},
            {"a note that is none", kExample.substr(0, kExample.find("\xE2\x80\x94"))},
            {"nothing behind the first line", "old 0\n"},
            {"an end within the proof", kExample.substr(0, 40)},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            SUBCASE(row.name) {
                CHECK_FALSE(tlog::parseAddCheckpoint(row.text).has_value());
            }
        }
    }

    TEST_CASE("a proof has 63 lines at most, and a request is not longer than all of its parts") {
        tlog::AddCheckpoint request{1, std::vector<core::Digest>(63), "x"};
        CHECK(tlog::toText(request).has_value());
        request.path.emplace_back();
        CHECK_FALSE(tlog::toText(request).has_value());
        CHECK_FALSE(
            tlog::parseAddCheckpoint(std::string(tlog::kAddCheckpointBytes + 1, 'x')).has_value());
    }

    TEST_CASE("cosignatures are lines, and nothing else") {
        CHECK(must(tlog::parseCosignatures(kLine)) == std::vector<std::string>{kLine});
        CHECK(must(tlog::parseCosignatures(kLine + kLine)).size() == 2);
        std::string many;
        for (int i = 0; i < 65; ++i) {
            many += kLine;
        }
        for (const std::string& text : {std::string(),
                                        std::string("\n"),
                                        kLine + "\n",
                                        kLine.substr(0, kLine.size() - 1),
                                        "x " + kLine,
                                        std::string("42\n"),
                                        many}) {
            CAPTURE(text);
            CHECK_FALSE(tlog::parseCosignatures(text).has_value());
        }
    }

    TEST_CASE("a remembered size is one number and a newline") {
        CHECK(must(tlog::parseTreeSize("0\n")) == 0);
        CHECK(must(tlog::parseTreeSize("18446744073709551615\n")) == UINT64_MAX);
        for (const char* text :
             {"", "\n", "1", "01\n", "1\n\n", " 1\n", "-1\n", "18446744073709551616\n", "1 \n"}) {
            CAPTURE(text);
            CHECK_FALSE(tlog::parseTreeSize(text).has_value());
        }
    }
}
