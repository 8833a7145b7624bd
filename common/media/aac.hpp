// SPDX-License-Identifier: Apache-2.0
// The little of AAC that an init segment must agree with: the AudioSpecificConfig.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>

namespace liuhen::media {

/// The head of an AudioSpecificConfig, ISO/IEC 14496-3 section 1.6.2.1.
struct AacConfig {
    std::uint8_t objectType = 0;   // 2 is AAC-LC
    std::uint32_t sampleRate = 0;  // Hz
    std::uint16_t channels = 0;
};

/// Samples per channel in one AAC frame.
inline constexpr std::uint32_t kAacFrameSamples = 1024;
/// Longest AudioSpecificConfig that we accept.
inline constexpr std::size_t kMaxAudioSpecificConfigBytes = 64;

/// Reads object type, rate and channel count.
///
/// Errors: DataLoss if it is cut off, longer than 64 bytes, uses a reserved rate, or gives its
/// channels in a program config element (configuration 0), which we do not read.
[[nodiscard]] core::Result<AacConfig> parseAudioSpecificConfig(core::ByteView bytes);

}  // namespace liuhen::media
