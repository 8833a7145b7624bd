// SPDX-License-Identifier: Apache-2.0
// Well-formedness of UTF-8.
#include "common/core/utf8.hpp"

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

}  // namespace

bool isUtf8(ByteView bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const Lead lead = leadOf(bytes[at]);
        if (!lead.valid || lead.following >= bytes.size() - at) {
            return false;
        }
        for (unsigned i = 1; i <= lead.following; ++i) {
            const std::uint8_t byte = bytes[at + i];
            const std::uint8_t low = i == 1 ? lead.low : std::uint8_t{0x80};
            const std::uint8_t high = i == 1 ? lead.high : std::uint8_t{0xbf};
            if (byte < low || byte > high) {
                return false;
            }
        }
        at += 1 + lead.following;
    }
    return true;
}

}  // namespace liuhen::core
