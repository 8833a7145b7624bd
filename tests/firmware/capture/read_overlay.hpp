// SPDX-License-Identifier: Apache-2.0
// Reads the on-screen display back off a picture, by holding each letter against every glyph.
#pragma once

#include "firmware/capture/glyphs.hpp"
#include "firmware/capture/overlay.hpp"

#include <cstdlib>
#include <string>

namespace liuhen::capture::test {

/// How far a letter's cell is from a glyph: the sum of differences to white on black.
inline long distance(const LumaPlane& plane, int left, int top, int dot, const GlyphRows& rows) {
    long sum = 0;
    for (int y = 0; y < kGlyphHeight * dot; ++y) {
        for (int x = 0; x < kGlyphWidth * dot; ++x) {
            const bool ink =
                (rows[static_cast<std::size_t>(y / dot)] >> (kGlyphWidth - 1 - x / dot) & 1) != 0;
            const int is =
                plane.data[static_cast<std::ptrdiff_t>(top + y) * plane.stride + left + x];
            sum += std::abs(is - (ink ? 235 : 40));
        }
    }
    return sum;
}

/// `letters` letters of a line, 0 or 1, as the nearest glyphs say; trailing spaces are left out.
inline std::string readLine(const LumaPlane& plane, int line, int letters) {
    const Overlay::Layout layout = Overlay::layoutFor(plane.height);
    std::string text;
    for (int i = 0; i < letters; ++i) {
        const int left = layout.left + layout.border + i * kGlyphAdvance * layout.dot;
        const int top = layout.top + layout.border + line * layout.lineHeight;
        char best = ' ';
        long least = -1;
        for (const char letter : kGlyphs) {
            const long off = distance(plane, left, top, layout.dot, glyphOf(letter));
            if (least < 0 || off < least) {
                least = off;
                best = letter;
            }
        }
        text += best;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace liuhen::capture::test
