// SPDX-License-Identifier: Apache-2.0
// Bits, Exp-Golomb numbers (values of table 9-2 of H.264) and emulation prevention.
#include "common/media/bit_reader.hpp"

#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::hex;

TEST_SUITE("media/bit_reader") {
    TEST_CASE("bits come most significant first and end with the data") {
        const Buffer bytes = hex("a5f0");
        BitReader reader(bytes);
        CHECK(*reader.bits(4) == 0xa);
        CHECK(*reader.bits(0) == 0);
        CHECK(*reader.bits(8) == 0x5f);
        CHECK(*reader.bits(4) == 0);
        CHECK_FALSE(reader.flag());
    }

    TEST_CASE("Exp-Golomb numbers read as in the standard's table") {
        // 1 010 011 00100 00101 00110 00111 0001000, then padding
        const Buffer bytes = hex("a64298e200");
        BitReader reader(bytes);
        for (std::uint32_t expected = 0; expected < 8; ++expected) {
            CHECK(*reader.unsignedGolomb(100) == expected);
        }
        BitReader signedReader(bytes);
        for (const std::int32_t expected : {0, 1, -1, 2, -2, 3, -3, 4}) {
            CHECK(*signedReader.signedGolomb() == expected);
        }
    }

    TEST_CASE("the largest numbers are read, larger ones are refused") {
        // 31 zeros, then 32 ones: 2^32 - 2; 32 zeros, 1, 32 zeros: 2^32 - 1
        const Buffer large = hex("00000001fffffffe");
        CHECK(*BitReader(large, Emulation::None).unsignedGolomb(UINT32_MAX) == 0xfffffffe);
        CHECK(*BitReader(large, Emulation::None).signedGolomb() == -0x7fffffff);
        CHECK_FALSE(BitReader(large, Emulation::None).unsignedGolomb(0xfffffffd));
        const Buffer largest = hex("00000000800000000000");
        CHECK(*BitReader(largest, Emulation::None).unsignedGolomb(UINT32_MAX) == UINT32_MAX);
        const Buffer beyond = hex("00000000800000008000");
        CHECK_FALSE(BitReader(beyond, Emulation::None).unsignedGolomb(UINT32_MAX));
        const Buffer zeros(64, 0);
        CHECK_FALSE(BitReader(zeros, Emulation::None).unsignedGolomb(UINT32_MAX));
    }

    TEST_CASE("the 3 of 00 00 03 is skipped, another 3 is not") {
        const Buffer bytes = hex("0000030100000303030000");
        BitReader reader(bytes);
        CHECK(*reader.bits(24) == 0x000001);
        CHECK(*reader.bits(32) == 0x00000303);
        CHECK(*reader.bits(16) == 0);
        CHECK_FALSE(reader.flag());
        BitReader plain(bytes, Emulation::None);
        CHECK(*plain.bits(32) == 0x00000301);
    }
}

}  // namespace liuhen::media
