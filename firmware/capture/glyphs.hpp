// SPDX-License-Identifier: Apache-2.0
// The letters of the on-screen display: a bitmap font of our own, 5 by 7 dots.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace liuhen::capture {

inline constexpr int kGlyphWidth = 5;    // dots
inline constexpr int kGlyphHeight = 7;   // dots
inline constexpr int kGlyphAdvance = 6;  // dots from one letter to the next

/// From top to bottom; of each row bit 4 is the leftmost dot.
using GlyphRows = std::array<std::uint8_t, kGlyphHeight>;

/// All that has a glyph of its own.
inline constexpr std::string_view kGlyphs = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-:/.+_";

/// The dots of a letter. Small letters look like capitals; what has no glyph is a hollow box.
[[nodiscard]] const GlyphRows& glyphOf(char letter);

}  // namespace liuhen::capture
