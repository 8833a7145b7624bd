// SPDX-License-Identifier: Apache-2.0
// Everything the CBOR reader must refuse.
#include "common/core/cbor.hpp"

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

struct Row {
    const char* name;
    std::string hex;
    const char* why;  // a part of the message
};

std::string times(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

void checkRefused(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const Result<Cbor> read = Cbor::decode(*fromHex(row.hex));
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == ErrorKind::DataLoss);
        CAPTURE(read.error().message);
        CHECK(read.error().message.find(row.why) != std::string::npos);
    }
}

}  // namespace

TEST_SUITE("core/cbor_reader") {
    TEST_CASE("heads longer than needed are refused") {
        checkRefused({{"0 in 1 byte", "1800", "longer than needed"},
                      {"23 in 1 byte", "1817", "longer than needed"},
                      {"255 in 2", "1900ff", "longer than needed"},
                      {"65535 in 4", "1a0000ffff", "longer than needed"},
                      {"2^32-1 in 8", "1b00000000ffffffff", "longer than needed"},
                      {"negative", "3817", "longer than needed"},
                      {"byte string", "580100", "longer than needed"},
                      {"text", "780161", "longer than needed"},
                      {"array", "980100", "longer than needed"},
                      {"map", "b8010000", "longer than needed"},
                      {"tag", "d81700", "longer than needed"},
                      {"map key", "a1180000", "longer than needed"}});
    }

    TEST_CASE("kinds outside of our formats are refused") {
        checkRefused({{"half float", "f90000", "floating-point"},
                      {"float", "fa00000000", "floating-point"},
                      {"double", "fb0000000000000000", "floating-point"},
                      {"undefined", "f7", "simple value"},
                      {"simple 0", "e0", "simple value"},
                      {"simple 19", "f3", "simple value"},
                      {"simple 32", "f820", "simple value"},
                      {"false in two bytes", "f814", "simple value"},
                      {"below -2^63", "3b8000000000000000", "below -2^63"},
                      {"least of all", "3bffffffffffffffff", "below -2^63"}});
    }

    TEST_CASE("indefinite lengths and reserved heads are refused") {
        checkRefused({{"bytes", "5f4100ff", "indefinite"},
                      {"text", "7f6161ff", "indefinite"},
                      {"array", "9f00ff", "indefinite"},
                      {"map", "bf0000ff", "indefinite"},
                      {"break", "ff", "indefinite"},
                      {"break in array", "81ff", "indefinite"},
                      {"info 28", "1c", "reserved"},
                      {"info 29", "5d", "reserved"},
                      {"info 30", "fe", "reserved"}});
    }

    TEST_CASE("maps out of order, with a key twice or of foreign kinds are refused") {
        checkRefused({{"text order", "a2616200616100", "out of order"},
                      {"longer text first", "a262616100616200", "out of order"},
                      {"integer order", "a202000100", "out of order"},
                      {"negative before unsigned", "a220000100", "out of order"},
                      {"twice", "a2616100616100", "key twice"},
                      {"integer twice", "a201000100", "key twice"},
                      {"inner map", "81a202000100", "out of order"},
                      {"mixed", "a20100616100", "text and integer keys"},
                      {"byte string key", "a1416100", "neither text nor integer"},
                      {"array key", "a18000", "neither text nor integer"},
                      {"map key", "a1a000", "neither text nor integer"},
                      {"tag key", "a1c00000", "neither text nor integer"},
                      {"null key", "a1f600", "neither text nor integer"}});
    }

    TEST_CASE("text that is not UTF-8 is refused, as value and as key") {
        checkRefused({{"lone byte", "6180", "UTF-8"},
                      {"overlong", "62c080", "UTF-8"},
                      {"surrogate", "63eda080", "UTF-8"},
                      {"key", "a161ff00", "UTF-8"}});
    }

    TEST_CASE("items cut off are refused before anything is taken") {
        checkRefused({{"nothing", "", "cut off"},
                      {"head", "19ff", "cut off"},
                      {"string", "42ff", "cut off"},
                      {"text", "6261", "cut off"},
                      {"array", "8200", "cut off"},
                      {"map", "a2616100", "cut off"},
                      {"tag", "c0", "cut off"},
                      {"2^64-1 bytes", "5bffffffffffffffff00", "cut off"},
                      {"2^64-1 characters", "7bffffffffffffffff00", "cut off"},
                      {"2^64-1 items", "9bffffffffffffffff00", "cut off"},
                      {"2^63 pairs", "bb80000000000000000000", "cut off"},
                      {"2^31 items", "9a8000000000", "cut off"}});
    }

    TEST_CASE("bytes after the item are refused, unless the caller wants the first item") {
        checkRefused({{"second item", "0001", "left over"}, {"after map", "a000", "left over"}});
        std::size_t used = 0;
        const Buffer two = *fromHex("8301020363616263");
        const Result<Cbor> first = Cbor::decodeFirst(two, used);
        REQUIRE(first);
        CHECK(used == 4);
        const Result<Cbor> second = Cbor::decodeFirst(ByteView(two).subspan(used), used);
        REQUIRE(second);
        CHECK(*second == Cbor("abc"));
        CHECK(used == 4);
        CHECK_FALSE(Cbor::decodeFirst(ByteView(two).first(3), used));
    }

    TEST_CASE("sixteen containers inside each other are read, seventeen are not") {
        CHECK(Cbor::decode(*fromHex(times(16, "81") + "00")));
        CHECK(Cbor::decode(*fromHex(times(16, "a100") + "00")));
        CHECK(Cbor::decode(*fromHex(times(16, "c1") + "00")));
        CHECK(Cbor::decode(*fromHex(times(15, "81") + "80")));
        checkRefused({{"arrays", times(17, "81") + "00", "too deep"},
                      {"empty inside", times(16, "81") + "80", "too deep"},
                      {"maps", times(17, "a100") + "00", "too deep"},
                      {"tags", times(17, "c1") + "00", "too deep"},
                      {"a million", times(1'000'000, "81"), "too deep"}});
    }

    TEST_CASE("every cut of a valid item is refused") {
        const Buffer whole =
            Cbor::map({{"a", Cbor::array({1, 70000, "text"})}, {"b", Cbor::tagged(99, Buffer(30))}})
                .encode();
        REQUIRE(Cbor::decode(whole));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(Cbor::decode(ByteView(whole).first(size)));
        }
    }

    TEST_CASE("a refusal says where") {
        const Result<Cbor> read = Cbor::decode(*fromHex("820018"));
        CHECK(read.error().message == "read CBOR at byte 3: item cut off");
    }
}

}  // namespace liuhen::core
