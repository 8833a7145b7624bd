// SPDX-License-Identifier: Apache-2.0
// Lines of text over a picture: time, device and officer, drawn into the luma plane.
#include "firmware/capture/overlay.hpp"

#include "firmware/capture/glyphs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace liuhen::capture {

namespace {

constexpr int kDotsPerHeight = 270;  // 4 pixels a dot at 1080 lines
constexpr int kLineDots = 10;
constexpr int kBorderDots = 2;
constexpr int kMarginDots = 4;

// Video brightness: 16 is black, 235 is white.
constexpr std::uint8_t kInk = 235;
constexpr std::uint8_t kGround = 12;  // and a quarter of what was there
constexpr int kGroundShift = 2;

// The same for eight pixels at once.
constexpr std::uint64_t kEach = 0x0101010101010101;
constexpr std::uint64_t kQuarterBits = kEach * (0xffU >> kGroundShift);

constexpr int kMostZoneHours = 14;

std::uint8_t blended(std::uint8_t picture, std::uint8_t ink) {
    const auto ground = static_cast<std::uint8_t>((picture >> kGroundShift) + kGround);
    return ink != 0 ? ink : ground;
}

/// Ink is one value, so a byte of the mask that is not 0 can be spread over all its bits.
std::uint64_t blended(std::uint64_t picture, std::uint64_t ink) {
    const std::uint64_t ground = ((picture >> kGroundShift) & kQuarterBits) + kEach * kGround;
    const std::uint64_t inked = ((ink >> 7U) & kEach) * 0xffU;  // kInk has bit 7
    return (ground & ~inked) | ink;
}

void blendRow(std::uint8_t* picture, const std::uint8_t* ink, int width) {
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        std::uint64_t under = 0;
        std::uint64_t over = 0;
        std::memcpy(&under, picture + x, sizeof(under));
        std::memcpy(&over, ink + x, sizeof(over));
        under = blended(under, over);
        std::memcpy(picture + x, &under, sizeof(under));
    }
    for (; x < width; ++x) {
        picture[x] = blended(picture[x], ink[x]);
    }
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

core::Result<std::chrono::minutes> parseZone(std::string_view text) {
    const bool formed = text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
                        isDigit(text[1]) && isDigit(text[2]) && text[3] == ':' &&
                        isDigit(text[4]) && isDigit(text[5]);
    if (formed) {
        const int hours = (text[1] - '0') * 10 + (text[2] - '0');
        const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
        if (minutes < 60 && hours * 60 + minutes <= kMostZoneHours * 60) {
            const std::chrono::minutes zone(hours * 60 + minutes);
            return text[0] == '-' ? -zone : zone;
        }
    }
    return core::fail(core::ErrorKind::InvalidArgument,
                      "a zone is written like \"+08:00\", at most 14 hours");
}

std::string formatLocal(core::Microseconds utc, std::chrono::minutes zone) {
    using namespace std::chrono;
    const auto local = sys_time<microseconds>(utc) + zone;
    const auto day = floor<days>(local);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(local - day));
    const auto away = abs(zone);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}{:02}:{:02}",
                       static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       time.hours().count(),
                       time.minutes().count(),
                       time.seconds().count(),
                       zone < minutes::zero() ? '-' : '+',
                       away.count() / 60,
                       away.count() % 60);
}

Overlay::Layout Overlay::layoutFor(int height) {
    Layout layout;
    layout.dot = std::max(1, (height + kDotsPerHeight / 2) / kDotsPerHeight);
    layout.left = layout.top = kMarginDots * layout.dot;
    layout.border = kBorderDots * layout.dot;
    layout.lineHeight = kLineDots * layout.dot;
    return layout;
}

Overlay::Overlay(int width, int height)
    : layout_(layoutFor(height)), width_(width), height_(height) {}

void Overlay::setLines(const std::array<std::string, 2>& lines) {
    if (lines == lines_) {
        return;
    }
    lines_ = lines;
    const auto letters = static_cast<int>(std::max(lines[0].size(), lines[1].size()));
    const int textWidth = letters * kGlyphAdvance * layout_.dot;
    const int textLines = lines[1].empty() ? 1 : 2;
    groundWidth_ = std::clamp(textWidth + 2 * layout_.border, 0, width_ - layout_.left);
    groundHeight_ = std::clamp(textLines * layout_.lineHeight + layout_.border,  // above each line
                               0,
                               height_ - layout_.top);
    mask_.assign(static_cast<std::size_t>(groundWidth_) * static_cast<std::size_t>(groundHeight_),
                 0);
    drawLine(lines[0], layout_.border);
    drawLine(lines[1], layout_.border + layout_.lineHeight);
}

void Overlay::drawLine(const std::string& text, int top) {
    for (int y = 0; y < kGlyphHeight * layout_.dot && top + y < groundHeight_; ++y) {
        std::uint8_t* row = mask_.data() + static_cast<std::ptrdiff_t>(top + y) * groundWidth_;
        int left = layout_.border;
        for (const char letter : text) {
            const unsigned dots = glyphOf(letter)[static_cast<std::size_t>(y / layout_.dot)];
            for (int x = 0; x < kGlyphWidth * layout_.dot && left + x < groundWidth_; ++x) {
                const int dot = kGlyphWidth - 1 - x / layout_.dot;
                row[left + x] = (dots >> dot & 1U) != 0 ? kInk : 0;
            }
            left += kGlyphAdvance * layout_.dot;
        }
    }
}

void Overlay::draw(const LumaPlane& plane) const {
    const int width = std::min(groundWidth_, plane.width - layout_.left);
    const int height = std::min(groundHeight_, plane.height - layout_.top);
    for (int y = 0; y < height; ++y) {
        std::uint8_t* row =
            plane.data + static_cast<std::ptrdiff_t>(layout_.top + y) * plane.stride + layout_.left;
        blendRow(row, mask_.data() + static_cast<std::ptrdiff_t>(y) * groundWidth_, width);
    }
}

}  // namespace liuhen::capture
