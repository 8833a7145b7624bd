// SPDX-License-Identifier: Apache-2.0
// Well-formedness of UTF-8.
#include "common/core/utf8.hpp"

#include <algorithm>

namespace liuhen::core {

namespace {

/// What a lead byte asks for: how many bytes follow, and the range of the first of them.
struct Lead {
    unsigned following = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    bool valid = true;
};

Lead leadOf(std::uint8_t byte) {
    if (byte < 0x80) {
        return {.following = 0};
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
        return {.following = 1};
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return {.following = 2,
                .low = static_cast<std::uint8_t>(byte == 0xe0 ? 0xa0 : 0x80),
                .high = static_cast<std::uint8_t>(byte == 0xed ? 0x9f : 0xbf)};
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return {.following = 3,
                .low = static_cast<std::uint8_t>(byte == 0xf0 ? 0x90 : 0x80),
                .high = static_cast<std::uint8_t>(byte == 0xf4 ? 0x8f : 0xbf)};
    }
    return {.valid = false};
}

/// Bytes of the character at the front, at least one; 0 if there is none.
std::size_t characterBytes(ByteView bytes) {
    const Lead lead = leadOf(bytes.front());
    if (!lead.valid || lead.following >= bytes.size()) {
        return 0;
    }
    for (unsigned i = 1; i <= lead.following; ++i) {
        const std::uint8_t low = i == 1 ? lead.low : std::uint8_t{0x80};
        const std::uint8_t high = i == 1 ? lead.high : std::uint8_t{0xbf};
        if (bytes[i] < low || bytes[i] > high) {
            return 0;
        }
    }
    return 1 + lead.following;
}

}  // namespace

bool isUtf8(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t count = characterBytes(bytes);
        if (count == 0) {
            return false;
        }
        bytes = bytes.subspan(count);
    }
    return true;
}

std::string utf8Prefix(std::string_view text, std::size_t limit) {
    std::string kept;
    while (!text.empty() && kept.size() < limit) {
        const std::size_t count = characterBytes(viewOf(text));
        if (count > limit - kept.size()) {
            break;
        }
        if (count == 0) {
            kept.push_back('?');
        } else {
            kept.append(text.substr(0, count));
        }
        text.remove_prefix(std::max<std::size_t>(count, 1));
    }
    return kept;
}

}  // namespace liuhen::core
