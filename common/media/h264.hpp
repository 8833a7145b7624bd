// SPDX-License-Identifier: Apache-2.0
// The little of H.264 that a recorder and a checker need: parameter sets, NAL units, key frames.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::media {

using core::Buffer;
using core::ByteView;
using core::Result;

/// What a sequence parameter set says of the picture (Rec. ITU-T H.264 section 7.3.2.1.1).
struct SpsInfo {
    std::uint8_t profileIdc = 0;
    std::uint8_t constraintFlags = 0;  // the byte between profile_idc and level_idc
    std::uint8_t levelIdc = 0;
    std::uint8_t chromaFormatIdc = 1;
    std::uint8_t bitDepthLuma = 8;
    std::uint8_t bitDepthChroma = 8;
    std::uint16_t width = 0;   // luma samples, after cropping
    std::uint16_t height = 0;  // luma samples of a frame, after cropping
    std::uint16_t codedWidth = 0;
    std::uint16_t codedHeight = 0;
};

/// Widest and highest coded picture that is accepted.
inline constexpr std::uint32_t kMaxPictureSide = 16384;

/// Reads a sequence parameter set: a NAL unit with its header byte, without start code. The VUI is
/// not read. Errors: DataLoss for another NAL unit, values out of range, cropping that leaves no
/// picture, or a cut.
[[nodiscard]] Result<SpsInfo> parseSps(ByteView nal);

/// An AVCDecoderConfigurationRecord taken apart.
struct AvcConfig {
    std::uint8_t profileIdc = 0;
    std::uint8_t constraintFlags = 0;
    std::uint8_t levelIdc = 0;
    std::uint8_t lengthBytes = 4;  // of the length before each NAL unit; always 4 here
    std::vector<Buffer> sps;       // at least one
    std::vector<Buffer> pps;       // at least one
};

/// Makes the record for one SPS and one PPS, with 4-byte NAL unit lengths.
/// Errors: InvalidArgument if they are not what they should be, or longer than 65535 bytes.
[[nodiscard]] Result<Buffer> makeAvcC(ByteView sps, ByteView pps);

/// Errors: DataLoss for another version or length size, no or ill-formed parameter sets, a first
/// SPS that disagrees with the head, or bytes left over. The extension of the high profiles may be
/// absent.
[[nodiscard]] Result<AvcConfig> parseAvcC(ByteView bytes);

/// The RFC 6381 name of the stream, such as "avc1.640028".
[[nodiscard]] std::string codecName(const AvcConfig& config);

enum class NalType : std::uint8_t {
    Slice = 1,
    IdrSlice = 5,
    Sei = 6,
    Sps = 7,
    Pps = 8,
    Delimiter = 9
};

/// The type in a NAL unit's first byte; `nal` must not be empty. It may be none of the enumerators.
[[nodiscard]] NalType nalType(ByteView nal);

/// Splits an access unit whose NAL units stand behind 4-byte lengths; views into `accessUnit`.
/// Errors: DataLoss if it is empty, a length is zero or lies, or bytes are left over.
[[nodiscard]] Result<std::vector<ByteView>> splitAccessUnit(ByteView accessUnit);

/// Whether an access unit with 4-byte lengths holds an IDR slice. Errors: as splitAccessUnit.
[[nodiscard]] Result<bool> isKeyFrame(ByteView accessUnit);

}  // namespace liuhen::media
