// SPDX-License-Identifier: Apache-2.0
// Lines of text over a picture: time, device and officer, drawn into the luma plane.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace liuhen::capture {

/// What stands on the picture besides the time.
struct OsdSettings {
    std::chrono::minutes zone = std::chrono::hours(8);  // local time less UTC
    std::string device;
    std::string officer;  // number; "" for none
};

/// "+08:00" as minutes. Errors: InvalidArgument for another form or more than 14 hours.
[[nodiscard]] core::Result<std::chrono::minutes> parseZone(std::string_view text);

/// "2026-11-24 18:25:03 +08:00": local time, the second begun.
[[nodiscard]] std::string formatLocal(core::Microseconds utc, std::chrono::minutes zone);

/// A plane of 8-bit brightness; `stride` is in bytes, `data` its first row.
struct LumaPlane {
    std::uint8_t* data = nullptr;
    int stride = 0;
    int width = 0;   // pixels
    int height = 0;  // pixels
};

/// Two lines in the top left corner on a darkened ground, so that they can be read on white and on
/// black; the picture below stays faintly visible. Drawn anew only when they change. Not
/// thread-safe.
class Overlay {
public:
    /// Where things stand, in pixels, for a picture of that height. A dot is a square of `dot`.
    struct Layout {
        int dot = 0;
        int left = 0;        // of the darkened ground
        int top = 0;         // likewise
        int border = 0;      // ground around the text
        int lineHeight = 0;  // from one line to the next
    };
    [[nodiscard]] static Layout layoutFor(int height);

    /// For pictures of this size, in pixels.
    Overlay(int width, int height);

    /// Text wider than the picture is cut off at its edge.
    void setLines(const std::array<std::string, 2>& lines);
    /// Draws the lines; a plane of another size than the overlay's is drawn on as far as it goes.
    void draw(const LumaPlane& plane) const;

private:
    void drawLine(const std::string& text, int top);

    Layout layout_;
    int width_;
    int height_;
    std::array<std::string, 2> lines_;
    int groundWidth_ = 0;   // pixels
    int groundHeight_ = 0;  // pixels
    core::Buffer mask_;     // groundWidth_ by groundHeight_: kInk where there is a dot, else 0
};

}  // namespace liuhen::capture
