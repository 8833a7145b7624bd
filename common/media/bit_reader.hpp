// SPDX-License-Identifier: Apache-2.0
// Bits of a NAL unit's payload, most significant first, emulation prevention skipped, never past
// the end.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>

namespace liuhen::media {

/// Whether 00 00 03 is the escape of H.264 (section 7.4.1) or three bytes like any other.
enum class Emulation { Removed, None };

/// Reads bits and Exp-Golomb numbers. Errors of all members: DataLoss if the bits end first.
class BitReader {
public:
    /// `bytes` must outlive the reader.
    explicit BitReader(core::ByteView bytes, Emulation emulation = Emulation::Removed)
        : bytes_(bytes), emulation_(emulation) {}

    /// The next `count` bits, at most 32.
    [[nodiscard]] core::Result<std::uint32_t> bits(unsigned count);
    [[nodiscard]] core::Result<bool> flag();
    /// ue(v), section 9.1. Errors: DataLoss also for a value above `limit`.
    [[nodiscard]] core::Result<std::uint32_t> unsignedGolomb(std::uint32_t limit);
    /// se(v), section 9.1.1; the full 32-bit range.
    [[nodiscard]] core::Result<std::int32_t> signedGolomb();

private:
    [[nodiscard]] bool nextBit(std::uint32_t& bit);

    core::ByteView bytes_;
    Emulation emulation_;
    std::size_t next_ = 0;   // byte to load next
    unsigned zeros_ = 0;     // zero bytes just loaded
    std::uint8_t byte_ = 0;  // loaded byte
    unsigned bitsLeft_ = 0;  // of byte_
};

}  // namespace liuhen::media
