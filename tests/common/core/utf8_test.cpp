// SPDX-License-Identifier: Apache-2.0
// The borders of well-formed UTF-8, from Unicode table 3-7.
#include "common/core/utf8.hpp"

#include <string>

#include <doctest/doctest.h>

namespace liuhen::core {

TEST_SUITE("core/utf8") {
    TEST_CASE("the first and last of each length are well-formed") {
        for (const char* hex : {"",
                                "00",
                                "7f",
                                "c280",
                                "dfbf",
                                "e0a080",
                                "ed9fbf",
                                "ee8080",
                                "efbfbf",
                                "f0908080",
                                "f48fbfbf",
                                "e689a7e6b395"}) {
            CAPTURE(hex);
            CHECK(isUtf8(*fromHex(hex)));
        }
    }

    TEST_CASE("overlong forms, surrogates, lone and missing bytes are not") {
        for (const char* hex : {"80",
                                "bf",
                                "c0",
                                "c080",
                                "c1bf",
                                "c2",
                                "c241",
                                "e09fbf",
                                "e0a0",
                                "e0a041",
                                "eda080",
                                "edbfbf",
                                "f08fbfbf",
                                "f4908080",
                                "f5808080",
                                "ff",
                                "f0908041",
                                "41c2",
                                "e689a7e6b3"}) {
            CAPTURE(hex);
            CHECK_FALSE(isUtf8(*fromHex(hex)));
        }
    }

    TEST_CASE("a text is cut between characters, and what is none becomes a mark") {
        const std::string text = "a\xe7\x95\x99\xe7\x97\x95z";
        CHECK(utf8Prefix(text, 100) == text);
        CHECK(utf8Prefix(text, 8) == text);
        CHECK(utf8Prefix(text, 7) == text.substr(0, 7));
        CHECK(utf8Prefix(text, 6) == text.substr(0, 4));
        CHECK(utf8Prefix(text, 4) == text.substr(0, 4));
        CHECK(utf8Prefix(text, 3) == "a");
        CHECK(utf8Prefix(text, 0).empty());
        CHECK(utf8Prefix("\xff"
                         "b\xe7\x95",
                         100) == "?b??");
        CHECK(utf8Prefix("\xed\xa0\x80", 2) == "??");
    }
}

}  // namespace liuhen::core
