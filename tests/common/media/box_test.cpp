// SPDX-License-Identifier: Apache-2.0
// Boxes read one at a time, with sizes that lie.
#include "common/media/box.hpp"

#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::hex;

TEST_SUITE("media/box") {
    TEST_CASE("a box with a 32-bit size is read at its offset") {
        const Buffer bytes = hex("ffff0000000b6d646174010203ee");
        const auto box = readBox(bytes, 2);
        REQUIRE(box);
        CHECK(box->type == kMdat);
        CHECK(box->offset == 2);
        CHECK(box->size == 11);
        CHECK(box->end() == 13);
        CHECK(box->headerBytes == 8);
        CHECK(core::toHex(box->payload) == "010203");
    }

    TEST_CASE("a box with a 64-bit size is read") {
        const Buffer bytes = hex("000000016d6461740000000000000012aabb");
        const auto box = readBox(bytes, 0);
        REQUIRE(box);
        CHECK(box->headerBytes == 16);
        CHECK(box->size == 18);
        CHECK(core::toHex(box->payload) == "aabb");
    }

    TEST_CASE("a uuid box that was appended is read back") {
        UserType userType{};
        for (std::size_t i = 0; i < userType.size(); ++i) {
            userType[i] = static_cast<std::uint8_t>(0xa0 + i);
        }
        Buffer bytes = hex("00");
        REQUIRE(appendUuidBox(bytes, userType, hex("c0ffee")));
        CHECK(core::toHex(bytes) == "000000001b75756964a0a1a2a3a4a5a6a7a8a9aaabacadaeafc0ffee");
        const auto box = readBox(bytes, 1);
        REQUIRE(box);
        CHECK(box->type == kUuid);
        CHECK(box->userType == userType);
        CHECK(box->headerBytes == kUuidHeaderBytes);
        CHECK(core::toHex(box->payload) == "c0ffee");
    }

    TEST_CASE("a box with nothing inside is a box") {
        const auto box = readBox(hex("0000000866726565"), 0);
        REQUIRE(box);
        CHECK(box->payload.empty());
    }

    TEST_CASE("a size or type that cannot be is refused") {
        struct Row {
            const char* name;
            const char* bytes;
        };
        const Row rows[] = {
            {"nothing there", ""},
            {"header cut off", "000000086d6461"},
            {"size 0", "000000006d64617400000000"},
            {"size less than the header", "000000076d64617400"},
            {"size beyond the data", "0000000a6d64617400"},
            {"64-bit size cut off", "000000016d64617400000000"},
            {"64-bit size less than its header", "000000016d646174000000000000000f"},
            {"64-bit size huge", "000000016d646174ffffffffffffffff"},
            {"user type cut off", "0000001875756964000102030405060708090a0b0c0d0e"},
            {"uuid box less than its header", "0000001775756964000102030405060708090a0b0c0d0e0f"},
            {"type of zeros", "0000000800000000"},
            {"type with a byte above ASCII", "00000008ff646174"},
        };
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));
            const auto box = readBox(hex(row.bytes), 0);
            REQUIRE_FALSE(box);
            CHECK(box.error().kind == core::ErrorKind::DataLoss);
        }
    }

    TEST_CASE("an offset behind the data is refused, however large") {
        const Buffer bytes = hex("0000000866726565");
        CHECK_FALSE(readBox(bytes, 8));
        CHECK_FALSE(readBox(bytes, 9));
        CHECK_FALSE(readBox(bytes, UINT64_MAX));
    }

    TEST_CASE("a uuid box must fit a 32-bit size") {
        CHECK(uuidBoxHeader({}, UINT32_MAX - kUuidHeaderBytes));
        const auto tooLong = uuidBoxHeader({}, UINT32_MAX - kUuidHeaderBytes + 1);
        REQUIRE_FALSE(tooLong);
        CHECK(tooLong.error().kind == core::ErrorKind::InvalidArgument);
        CHECK_FALSE(uuidBoxHeader({}, UINT64_MAX));
    }

    TEST_CASE("a type is named by its characters") {
        CHECK(typeName(kMoof) == "moof");
        CHECK(typeName(0x00fe6162) == "??ab");
    }
}

}  // namespace liuhen::media
