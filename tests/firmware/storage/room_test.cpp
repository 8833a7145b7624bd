// SPDX-License-Identifier: Apache-2.0
// Levels of room: told once each, with some distance between down and up.
#include "firmware/storage/room.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace liuhen::storage {

using namespace std::chrono_literals;

TEST_SUITE("storage/room") {
    constexpr std::uint64_t kSecond = 1000;
    constexpr std::uint64_t kReserve = 4000;

    TEST_CASE("each level is told once, and enough only with a tenth more") {
        Room room({kSecond, 100s, 200s}, kReserve);
        struct Row {
            std::uint64_t seconds;
            std::optional<StorageEvent> told;
            bool releasing;
        };
        for (const Row& row : {Row{500, {}, false},
                               Row{200, {}, false},
                               Row{199, {}, true},
                               Row{219, {}, true},
                               Row{220, {}, false},
                               Row{99, StorageEvent::Low, true},
                               Row{98, {}, true},
                               Row{109, {}, true},
                               Row{50, {}, true},
                               Row{0, StorageEvent::Full, true},
                               Row{0, {}, true},
                               Row{3, StorageEvent::Low, true},
                               Row{110, StorageEvent::Back, true},
                               Row{101, {}, true},
                               Row{99, StorageEvent::Low, true}}) {
            CAPTURE(row.seconds);
            CHECK(room.update(row.seconds * kSecond, true) == row.told);
            CHECK(room.wantsRelease() == row.releasing);
        }
    }

    TEST_CASE("what the reserve will take is no room for footage") {
        Room room({kSecond, 3s, 3s}, kReserve);
        CHECK(room.remaining(10 * kSecond, true) == 10s);
        CHECK(room.remaining(10 * kSecond, false) == 6s);
        CHECK(room.remaining(kReserve - 1, false) == 0s);
        CHECK(room.update(2 * kReserve, false) == std::nullopt);
        CHECK(room.update(2 * kReserve - 1, false) == StorageEvent::Full);
        CHECK(room.update(2 * kReserve - 1, true) == StorageEvent::Back);
    }

    TEST_CASE("without a bit rate only a full card is known") {
        Room room({}, kReserve);
        CHECK_FALSE(room.remaining(1'000'000, true).has_value());
        CHECK(room.update(1, true) == std::nullopt);
        CHECK(room.update(0, true) == StorageEvent::Full);
        CHECK(room.update(UINT64_MAX, true) == StorageEvent::Back);
    }
}

}  // namespace liuhen::storage
