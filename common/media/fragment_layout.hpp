// SPDX-License-Identifier: Apache-2.0
// Sizes, flags and types of the fragment's boxes that its writer and its reader share.
#pragma once

#include "common/media/box.hpp"

namespace liuhen::media::fragment_layout {

inline constexpr std::uint32_t kMfhd = fourcc("mfhd");
inline constexpr std::uint32_t kTraf = fourcc("traf");
inline constexpr std::uint32_t kTfhd = fourcc("tfhd");
inline constexpr std::uint32_t kTfdt = fourcc("tfdt");
inline constexpr std::uint32_t kTrun = fourcc("trun");

inline constexpr std::uint32_t kMfhdBytes = 16;
inline constexpr std::uint32_t kTfhdBytes = 16;
inline constexpr std::uint32_t kTfdtBytes = 20;
inline constexpr std::uint32_t kTrunHeadBytes = 20;
inline constexpr std::uint32_t kTrunEntryBytes = 16;
inline constexpr std::uint32_t kTrafHeadBytes =
    8 + kTfhdBytes + kTfdtBytes + kTrunHeadBytes;  // without entries
inline constexpr std::uint32_t kMoofHeadBytes = 8 + kMfhdBytes;
inline constexpr std::uint32_t kMdatHeadBytes = 8;

// Version in the top byte, flags below.
inline constexpr std::uint32_t kTfhdFlags = 0x00020000;  // default-base-is-moof
inline constexpr std::uint32_t kTfdtFlags = 0x01000000;  // version 1: 64-bit time
inline constexpr std::uint32_t kTrunFlags = 0x01000f01;  // version 1: signed composition offsets
inline constexpr std::uint32_t kKeySample = 0x02000000;
inline constexpr std::uint32_t kOtherSample = 0x01010000;

}  // namespace liuhen::media::fragment_layout
