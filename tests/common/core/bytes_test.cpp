// SPDX-License-Identifier: Apache-2.0
// Hex, base64, numbers and bounded reading.
#include "common/core/bytes.hpp"

#include <doctest/doctest.h>

namespace liuhen::core {

TEST_SUITE("core/bytes") {
    TEST_CASE("hex is written in lower case and read in both") {
        CHECK(toHex(Buffer{0x00, 0x9f, 0xff}) == "009fff");
        CHECK(*fromHex("009FfF") == Buffer{0x00, 0x9f, 0xff});
        CHECK(fromHex("")->empty());
    }

    TEST_CASE("hex that is odd or foreign is refused") {
        for (const char* bad : {"0", "0g", "g0", " 00", "0x00", "0 "}) {
            CAPTURE(bad);
            CHECK(fromHex(bad).error().kind == ErrorKind::InvalidArgument);
        }
    }

    TEST_CASE("a digest is exactly 64 hex digits") {
        const Result<Digest> digest = digestFromHex(std::string(62, '0') + "7f");
        REQUIRE(digest);
        CHECK(digest->back() == 0x7f);
        CHECK(digestFromHex(std::string(62, '0')).error().kind == ErrorKind::InvalidArgument);
        CHECK(digestFromHex(std::string(66, '0')).error().kind == ErrorKind::InvalidArgument);
    }

    TEST_CASE("base64 gives the vectors of RFC 4648 section 10, both ways") {
        struct Row {
            const char* plain;
            const char* coded;
        };
        for (const Row& row : {Row{"", ""},
                               Row{"f", "Zg=="},
                               Row{"fo", "Zm8="},
                               Row{"foo", "Zm9v"},
                               Row{"foob", "Zm9vYg=="},
                               Row{"fooba", "Zm9vYmE="},
                               Row{"foobar", "Zm9vYmFy"}}) {
            CAPTURE(row.plain);
            CHECK(toBase64(viewOf(row.plain)) == row.coded);
            const Result<Buffer> back = fromBase64(row.coded);
            REQUIRE(back);
            CHECK(textOf(*back) == row.plain);
        }
        CHECK(toBase64(Buffer{0xfb, 0xff}) == "+/8=");
    }

    TEST_CASE("base64 that would not have been written is refused") {
        for (const char* bad : {"Z",
                                "Zg",
                                "Zg=",
                                "Zh==",
                                "Zm9=",
                                "Zg==Zg==",
                                "=Zg=",
                                "Z===",
                                "Zm 9",
                                "Zm-_",
                                "Zg==\n"}) {
            CAPTURE(bad);
            CHECK(fromBase64(bad).error().kind == ErrorKind::InvalidArgument);
        }
    }

    TEST_CASE("a number is its whole text and fits 64 bits") {
        CHECK(*parseUnsigned("0") == 0);
        CHECK(*parseUnsigned("18446744073709551615") == UINT64_MAX);
        for (const char* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"}) {
            CAPTURE(bad);
            CHECK(parseUnsigned(bad).error().kind == ErrorKind::InvalidArgument);
        }
    }

    TEST_CASE("what the writer appends the reader reads, and no byte more") {
        Buffer bytes;
        appendU8(bytes, 0x01);
        appendU16(bytes, 0x0203);
        appendU32(bytes, 0x04050607);
        appendU64(bytes, 0x08090a0b0c0d0e0fU);
        append(bytes, viewOf("end"));
        CHECK(toHex(bytes) == "0102030405060708090a0b0c0d0e0f656e64");
        ByteReader reader(bytes);
        CHECK(*reader.u8() == 0x01);
        CHECK(*reader.u16() == 0x0203);
        CHECK(*reader.u32() == 0x04050607);
        CHECK(*reader.u64() == 0x08090a0b0c0d0e0fU);
        CHECK(reader.left() == 3);
        CHECK(reader.u32().error().kind == ErrorKind::DataLoss);
        CHECK(reader.position() == 15);
        CHECK(textOf(*reader.take(3)) == "end");
        CHECK(reader.atEnd());
        CHECK(reader.take(SIZE_MAX).error().kind == ErrorKind::DataLoss);
    }
}

}  // namespace liuhen::core
