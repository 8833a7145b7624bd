// SPDX-License-Identifier: Apache-2.0
// The borders of well-formed UTF-8, from Unicode table 3-7.
#include "common/core/utf8.hpp"

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
}

}  // namespace liuhen::core
