// SPDX-License-Identifier: Apache-2.0
// CBOR values against encodings of another implementation.
#include "common/core/cbor.hpp"

#include <numeric>

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

Buffer counting(std::size_t size) {
    Buffer bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

struct Vector {
    std::string name;
    Cbor value;
    std::string hex;
};

/// Made with Debian's python3-cbor2: cbor2.dumps(value, canonical=True).hex(). The name is `value`.
std::vector<Vector> scalars() {
    return {
        {"0", 0, "00"},
        {"23", 23, "17"},
        {"24", 24, "1818"},
        {"255", 255, "18ff"},
        {"256", 256, "190100"},
        {"65535", 65535, "19ffff"},
        {"65536", 65536, "1a00010000"},
        {"4294967295", std::uint32_t{4294967295U}, "1affffffff"},
        {"4294967296", std::int64_t{4294967296}, "1b0000000100000000"},
        {"2**63-1", INT64_MAX, "1b7fffffffffffffff"},
        {"2**63", std::uint64_t{1} << 63U, "1b8000000000000000"},
        {"2**64-1", UINT64_MAX, "1bffffffffffffffff"},
        {"-1", -1, "20"},
        {"-24", -24, "37"},
        {"-25", -25, "3818"},
        {"-256", -256, "38ff"},
        {"-257", -257, "390100"},
        {"-2**63", INT64_MIN, "3b7fffffffffffffff"},
        {"b''", Buffer{}, "40"},
        {"bytes(range(24))", counting(24), "5818000102030405060708090a0b0c0d0e0f1011121314151617"},
        {"''", "", "60"},
        {"'a'", "a", "6161"},
        {"'x' * 24", std::string(24, 'x'), "7818787878787878787878787878787878787878787878787878"},
        {"'执法全过程留痕'", "执法全过程留痕", "75e689a7e6b395e585a8e8bf87e7a88be79599e79795"},
    };
}

/// Made in the same way.
std::vector<Vector> containers() {
    return {
        {"[]", Cbor::array({}), "80"},
        {"[1,[2,[3]]]", Cbor::array({1, Cbor::array({2, Cbor::array({3})})}), "820182028103"},
        {"[True,False,None]", Cbor::array({true, false, nullptr}), "83f5f4f6"},
        {"[0]*25", Cbor::Array(25, Cbor(0)), "9819" + std::string(50, '0')},
        {"{}", Cbor::map({}), "a0"},
        {"text keys, shorter ones first",
         Cbor::map({{"b", 1}, {"a", 2}, {"aa", 0}, {"", 9}}),
         "a4600961610261620162616100"},
        {"{10:1,100:3,0:5,24:6,256:7}",
         Cbor::map({{10, 1}, {100, 3}, {0, 5}, {24, 6}, {256, 7}}),
         "a500050a0118180618640319010007"},
        {"{-1:1,-257:2,-24:3,-25:4}",
         Cbor::map({{-1, 1}, {-257, 2}, {-24, 3}, {-25, 4}}),
         "a42001370338180439010002"},
        {"{1:-7,-1:2,4:b'k'}", Cbor::map({{-1, 2}, {4, viewOf("k")}, {1, -7}}), "a3012604416b2002"},
        {"CBORTag(18,[b'\\xa1',{},b'p',b's'])",
         Cbor::tagged(18, Cbor::array({Buffer{0xa1}, Cbor::map({}), viewOf("p"), viewOf("s")})),
         "d28441a1a041704173"},
        {"CBORTag(65536,{'k':CBORTag(1,'t')})",
         Cbor::tagged(65536, Cbor::map({{"k", Cbor::tagged(1, "t")}})),
         "da00010000a1616bc16174"},
        {"{'outer':{'z':[{}],'y':b'\\x00\\xff'},'n':-1000000}",
         Cbor::map({{"outer",
                     Cbor::map({{"z", Cbor::array({Cbor::map({})})}, {"y", Buffer{0x00, 0xff}}})},
                    {"n", -1000000}}),
         "a2616e3a000f423f656f75746572a261794200ff617a81a0"},
    };
}

std::vector<Vector> allVectors() {
    std::vector<Vector> all = scalars();
    for (Vector& vector : containers()) {
        all.push_back(std::move(vector));
    }
    return all;
}

}  // namespace

TEST_SUITE("core/cbor") {
    TEST_CASE("values are written as python3-cbor2 writes them in canonical mode") {
        for (const Vector& vector : allVectors()) {
            CAPTURE(vector.name);
            CHECK(toHex(vector.value.encode()) == vector.hex);
        }
    }

    TEST_CASE("what python3-cbor2 wrote is read as the same value") {
        for (const Vector& vector : allVectors()) {
            CAPTURE(vector.name);
            const Result<Cbor> read = Cbor::decode(*fromHex(vector.hex));
            REQUIRE(read);
            CHECK(*read == vector.value);
        }
    }

    TEST_CASE("values that differ are not equal") {
        const std::vector<Vector> all = allVectors();
        for (const Vector& a : all) {
            for (const Vector& b : all) {
                CAPTURE(a.name);
                CAPTURE(b.name);
                CHECK((a.value == b.value) == (&a == &b));
            }
        }
    }

    TEST_CASE("integer keys of both signs go bytewise, as RFC 8949 section 4.2.1 lists them") {
        // The section's own order, its text keys and others left out: 10, 100, -1.
        const Cbor map = Cbor::map({{-1, 3}, {100, 2}, {10, 1}});
        CHECK(toHex(map.encode()) == "a30a011864022003");
        CHECK(*Cbor::decode(map.encode()) == map);
        CHECK_FALSE(Cbor::decode(*fromHex("a30a012003186402")));
    }

    TEST_CASE("set puts a pair where its key belongs") {
        Cbor map = Cbor::map({});
        map.set("bb", 1);
        map.set("c", 2);
        map.set("a", Cbor::array({}));
        CHECK(map == Cbor::map({{"a", Cbor::array({})}, {"bb", 1}, {"c", 2}}));
        CHECK(map.find("c")->integer() == 2);
        CHECK(map.find("cc") == nullptr);
        CHECK(map.find(std::uint64_t{1}) == nullptr);
    }

    TEST_CASE("looking for one kind finds no other") {
        CHECK_FALSE(Cbor("1").integer().has_value());
        CHECK_FALSE(Cbor(-1).unsignedInteger().has_value());
        CHECK_FALSE(Cbor(UINT64_MAX).integer().has_value());
        CHECK(Cbor(UINT64_MAX).unsignedInteger() == UINT64_MAX);
        CHECK_FALSE(Cbor(0).boolean().has_value());
        CHECK_FALSE(Cbor(false).isNull());
        CHECK(Cbor().isNull());
        CHECK(Cbor("x").bytes() == nullptr);
        CHECK(Cbor(viewOf("x")).text() == nullptr);
        CHECK(Cbor::array({}).pairs() == nullptr);
        CHECK(Cbor::array({}).find("a") == nullptr);
        CHECK_FALSE(Cbor(1).tag().has_value());
        CHECK(Cbor::tagged(5, "t").tag() == 5);
        CHECK(*Cbor::tagged(5, "t").tagContent()->text() == "t");
    }

    TEST_CASE("a digest is a byte string of 32 bytes") {
        Digest digest{};
        digest.front() = 7;
        CHECK(Cbor(digest).digest() == digest);
        CHECK_FALSE(Cbor(Buffer(31)).digest().has_value());
        CHECK_FALSE(Cbor(Buffer(33)).digest().has_value());
    }

    TEST_CASE("diagnostic notation shows every kind") {
        const Cbor value = Cbor::map({{"a", Cbor::array({true, nullptr, -2, UINT64_MAX})},
                                      {"b", Buffer{0x0f}},
                                      {"c", Cbor::tagged(18, "q\"\\\n留")}});
        CHECK(
            diagnose(value) ==
            R"({"a": [true, null, -2, 18446744073709551615], "b": h'0f', "c": 18("q\"\\\u000a留")})");
        CHECK(diagnose(Cbor::map({{1, false}})) == "{1: false}");
    }
}

}  // namespace liuhen::core
