// SPDX-License-Identifier: Apache-2.0
// TOTP against the vectors of RFC 6238 appendix B, and the rule that a code is good once.
#include "common/crypto/totp.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::crypto;

namespace {

const std::string_view kSecret = "12345678901234567890";

}  // namespace

TEST_SUITE("crypto/totp") {
    TEST_CASE("the vectors of RFC 6238") {
        struct Row {
            std::int64_t seconds;
            const char* code;
        };
        for (const Row& row : {Row{59, "94287082"},
                               Row{1111111109, "07081804"},
                               Row{1111111111, "14050471"},
                               Row{1234567890, "89005924"},
                               Row{2000000000, "69279037"},
                               Row{20000000000, "65353130"}}) {
            CAPTURE(row.seconds);
            const std::int64_t step = totpStep(std::chrono::seconds(row.seconds));
            CHECK(totpCode(core::viewOf(kSecret), step, 8) == row.code);
            CHECK(totpCode(core::viewOf(kSecret), step) == std::string(row.code).substr(2));
        }
    }

    TEST_CASE("a code is good in its step and beside it, and once") {
        const core::Microseconds now = std::chrono::seconds(1'700'000'010);
        const std::int64_t step = totpStep(now);
        const ByteView secret = core::viewOf(kSecret);
        for (const std::int64_t near : {step - 1, step, step + 1}) {
            CAPTURE(near);
            CHECK(matchTotp(secret, totpCode(secret, near), now, std::nullopt) == near);
            CHECK_FALSE(matchTotp(secret, totpCode(secret, near), now, near).has_value());
            CHECK(matchTotp(secret, totpCode(secret, near), now, near - 1) == near);
        }
        CHECK_FALSE(matchTotp(secret, totpCode(secret, step - 2), now, std::nullopt).has_value());
        CHECK_FALSE(matchTotp(secret, totpCode(secret, step + 2), now, std::nullopt).has_value());
        CHECK_FALSE(matchTotp(secret, "", now, std::nullopt).has_value());
        CHECK_FALSE(matchTotp(secret, "0" + totpCode(secret, step), now, std::nullopt).has_value());
    }

    TEST_CASE("base32 as RFC 4648 section 10 has it") {
        CHECK(toBase32(core::viewOf("fooba")) == "MZXW6YTB");
        CHECK(toBase32(core::viewOf(kSecret)) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        CHECK(toBase32({}).empty());
    }
}
