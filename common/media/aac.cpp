// SPDX-License-Identifier: Apache-2.0
// The head of an AudioSpecificConfig.
#include "common/media/aac.hpp"

#include "common/media/bit_reader.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

constexpr std::array<std::uint32_t, 13> kRates = {
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};
constexpr std::uint32_t kExplicitRate = 15;
// Channel configuration to channels; 0 and 8 and above are not accepted.
constexpr std::array<std::uint16_t, 8> kChannels = {0, 1, 2, 3, 4, 5, 6, 8};

}  // namespace

Result<AacConfig> parseAudioSpecificConfig(core::ByteView bytes) {
    if (bytes.size() > kMaxAudioSpecificConfigBytes) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read AudioSpecificConfig: {} bytes, at most {} are accepted",
                                bytes.size(),
                                kMaxAudioSpecificConfigBytes));
    }
    BitReader reader(bytes, Emulation::None);
    AacConfig config;
    LIUHEN_TRY(std::uint32_t objectType, reader.bits(5));
    if (objectType == 31) {
        LIUHEN_TRY(const std::uint32_t more, reader.bits(6));
        objectType = 32 + more;
    }
    config.objectType = static_cast<std::uint8_t>(objectType);
    LIUHEN_TRY(const std::uint32_t rateIndex, reader.bits(4));
    if (rateIndex == kExplicitRate) {
        LIUHEN_TRY(config.sampleRate, reader.bits(24));
    } else if (rateIndex < kRates.size()) {
        config.sampleRate = kRates[rateIndex];
    } else {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read AudioSpecificConfig: rate index {} is reserved", rateIndex));
    }
    LIUHEN_TRY(const std::uint32_t channels, reader.bits(4));
    if (channels == 0 || channels >= kChannels.size()) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("read AudioSpecificConfig: channel configuration {} is not accepted",
                        channels));
    }
    config.channels = kChannels[channels];
    if (config.objectType == 0 || config.sampleRate == 0) {
        return fail(ErrorKind::DataLoss, "read AudioSpecificConfig: object type or rate is 0");
    }
    return config;
}

}  // namespace liuhen::media
