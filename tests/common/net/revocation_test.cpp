// SPDX-License-Identifier: Apache-2.0
// Tests of the list of certificates that count no more.
#include "common/net/revocation.hpp"

#include "common/core/clock.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::net {

TEST_SUITE("net/revocation") {
    TEST_CASE("subject and serial number are found, the file being read anew each time") {
        const hal::test::TemporaryFolder folder;
        const auto now = core::SystemClock().utc();
        const auto root = *crypto::Authority::create("A", 1, now);
        const auto certify = [&](const char* subject) {
            return *root.certify(crypto::PrivateKey::generate().publicKey(),
                                 crypto::Role::RecorderTls,
                                 subject,
                                 1,
                                 now);
        };
        const auto one = certify("LH-1");
        const auto two = certify("LH-2");
        CHECK(serialOf(one) != serialOf(two));
        const std::string path = folder.write("revoked", "# nobody yet\n\n  \n");
        CHECK(checkRevoked(path));
        const auto allowed = unlessRevoked(path);
        CHECK(allowed(one));
        for (const std::string& list :
             {std::string("LH-1"),
              std::string("x\n  LH-1 # stolen\r\n"),
              serialOf(one) + "\n",
              "00:" + serialOf(one),
              fmt::format("LH-3\n{}", [&] {
                  std::string upper = serialOf(one);
                  std::transform(upper.begin(), upper.end(), upper.begin(), [](char letter) {
                      return static_cast<char>(std::toupper(letter));
                  });
                  return upper;
              }())}) {
            CAPTURE(list);
            folder.write("revoked", list);
            CHECK_FALSE(allowed(one));
            CHECK(allowed(two));
        }
        folder.write("revoked", "LH-11\nLH\n# LH-1\n");
        CHECK(allowed(one));
    }

    TEST_CASE("without a list that can be read nobody is allowed") {
        const hal::test::TemporaryFolder folder;
        const auto now = core::SystemClock().utc();
        const auto root = *crypto::Authority::create("A", 1, now);
        const std::string path = folder / "revoked";
        CHECK_FALSE(checkRevoked(path));
        CHECK_FALSE(unlessRevoked(path)(root.certificate()));
        folder.write("revoked", "\xff\xfe");
        CHECK(checkRevoked(path).error().kind == core::ErrorKind::InvalidArgument);
        CHECK_FALSE(unlessRevoked(path)(root.certificate()));
    }
}

}  // namespace liuhen::net
