// SPDX-License-Identifier: Apache-2.0
// Bit by bit: parameter sets are some dozen bytes, read once per stream.
#include "common/media/bit_reader.hpp"

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;
using core::Result;

bool BitReader::nextBit(std::uint32_t& bit) {
    if (bitsLeft_ == 0) {
        if (emulation_ == Emulation::Removed && zeros_ >= 2 && next_ < bytes_.size() &&
            bytes_[next_] == 3) {
            ++next_;
            zeros_ = 0;
        }
        if (next_ >= bytes_.size()) {
            return false;
        }
        byte_ = bytes_[next_++];
        zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
        bitsLeft_ = 8;
    }
    --bitsLeft_;
    bit = static_cast<std::uint32_t>(byte_) >> bitsLeft_ & 1U;
    return true;
}

Result<std::uint32_t> BitReader::bits(unsigned count) {
    LIUHEN_ASSERT(count <= 32);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) {
        std::uint32_t bit = 0;
        if (!nextBit(bit)) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("read {} bits: the data ends after {}", count, i));
        }
        value = value << 1U | bit;
    }
    return value;
}

Result<bool> BitReader::flag() {
    LIUHEN_TRY(const std::uint32_t bit, bits(1));
    return bit != 0;
}

Result<std::uint32_t> BitReader::unsignedGolomb(std::uint32_t limit) {
    unsigned zeros = 0;
    for (;;) {
        LIUHEN_TRY(const std::uint32_t bit, bits(1));
        if (bit != 0) {
            break;
        }
        if (++zeros > 32) {
            return fail(ErrorKind::DataLoss, "read Exp-Golomb number: more than 32 leading zeros");
        }
    }
    LIUHEN_TRY(const std::uint32_t rest, bits(zeros));
    const std::uint64_t value = (std::uint64_t{1} << zeros) - 1 + rest;
    if (value > limit) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read Exp-Golomb number: {} is above {}", value, limit));
    }
    return static_cast<std::uint32_t>(value);
}

Result<std::int32_t> BitReader::signedGolomb() {
    LIUHEN_TRY(const std::uint32_t code, unsignedGolomb(0xffffffffU - 1));
    const auto magnitude = std::int64_t{code / 2} + code % 2;
    return static_cast<std::int32_t>(code % 2 == 1 ? magnitude : -magnitude);
}

}  // namespace liuhen::media
