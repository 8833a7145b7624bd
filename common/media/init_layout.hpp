// SPDX-License-Identifier: Apache-2.0
// Types and fixed offsets of the init's boxes that its writer and its reader share.
#pragma once

#include "common/media/box.hpp"

namespace liuhen::media::init_layout {

inline constexpr std::uint32_t kTrak = fourcc("trak");
inline constexpr std::uint32_t kMdia = fourcc("mdia");
inline constexpr std::uint32_t kMinf = fourcc("minf");
inline constexpr std::uint32_t kStbl = fourcc("stbl");
inline constexpr std::uint32_t kStsd = fourcc("stsd");
inline constexpr std::uint32_t kAvc1 = fourcc("avc1");
inline constexpr std::uint32_t kJpeg = fourcc("jpeg");
inline constexpr std::uint32_t kMp4a = fourcc("mp4a");
inline constexpr std::uint32_t kAvcC = fourcc("avcC");
inline constexpr std::uint32_t kEsds = fourcc("esds");

// In the payload of stsd: version, flags and entry count stand before the entry.
inline constexpr std::size_t kStsdHeadBytes = 8;
// In the payload of avc1 and jpeg (ISO/IEC 14496-12 section 12.1.3).
inline constexpr std::size_t kVisualWidthOffset = 24;
inline constexpr std::size_t kVisualEntryBytes = 78;
// In the payload of mp4a (section 12.2.3).
inline constexpr std::size_t kAudioChannelsOffset = 16;
inline constexpr std::size_t kAudioRateOffset = 24;
inline constexpr std::size_t kAudioEntryBytes = 28;
// In the payload of esds (ISO/IEC 14496-1 section 7.2.6), descriptor lengths of one byte.
inline constexpr std::size_t kEsdsBitrateOffset = 4 + 5 + 2 + 5;
inline constexpr std::size_t kEsdsConfigLengthOffset = kEsdsBitrateOffset + 8 + 1;

}  // namespace liuhen::media::init_layout
