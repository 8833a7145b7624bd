// SPDX-License-Identifier: Apache-2.0
// Settings made whole, encoders as descriptions, and what they will say of themselves.
#pragma once

#include "firmware/capture/capture.hpp"
#include "hal/sources.hpp"

#include <string>

namespace liuhen::capture {

/// Samples that avenc_aac puts before the first: its output runs late by as much.
inline constexpr int kAacPrimingSamples = 1024;

/// The settings with every 0 replaced by what the camera gives, or by the default.
/// Errors: InvalidArgument if they cannot be.
[[nodiscard]] core::Result<PictureSettings> complete(PictureSettings settings,
                                                     const hal::PictureFormat& format);
/// Errors: InvalidArgument for a rate that AAC has no index for, or other than 1 or 2 channels.
[[nodiscard]] core::Result<SoundSettings> check(SoundSettings settings);

/// From the source's raw video to H.264 in an appsink "out"; `settings` are complete. What the
/// encoder is given passes behind element kRawPictures (picture_tap.hpp).
[[nodiscard]] std::string pictureChain(const PictureSettings& settings,
                                       const hal::PictureFormat& format);
/// From the source's raw audio to AAC in an appsink "out".
[[nodiscard]] std::string soundChain(const SoundSettings& settings);

/// Encodes one black picture and takes the avcC that the encoder gives.
/// Errors: Unimplemented, DeadlineExceeded.
[[nodiscard]] core::Result<PictureParameters> learnPicture(const PictureSettings& settings,
                                                           const hal::PictureFormat& format);
/// AAC-LC, two bytes.
[[nodiscard]] SoundParameters soundParameters(const SoundSettings& settings);

}  // namespace liuhen::capture
