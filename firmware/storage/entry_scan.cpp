// SPDX-License-Identifier: Apache-2.0
// Reading past damage.
#include "firmware/storage/entry_scan.hpp"

#include <algorithm>
#include <array>

namespace liuhen::storage {

namespace {

/// How every entry begins (docs/format/ledger.md section 2).
constexpr std::array<std::uint8_t, 21> kBeginning = {0xD2, 0x84, 0x51, 0xA2, 0x01, 0x26, 0x03,
                                                     0x6C, 'l',  'i',  'u',  'h',  'e',  'n',
                                                     '/',  'e',  'n',  't',  'r',  'y',  0xA0};
constexpr std::uint8_t kKindKey = 9;
constexpr std::uint8_t kTextHead = 0x60;
constexpr std::size_t kShortText = 24;

std::size_t nextBeginning(core::ByteView bytes, std::size_t from) {
    const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                   bytes.end(),
                                   kBeginning.begin(),
                                   kBeginning.end());
    return static_cast<std::size_t>(found - bytes.begin());
}

}  // namespace

bool forEachEntry(core::ByteView bytes, const std::function<bool(core::ByteView)>& see) {
    bool whole = true;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const evidence::Frame frame = evidence::frameEntry(bytes.subspan(at));
        if (frame.framing == evidence::Framing::Whole && see(bytes.subspan(at, frame.sizeBytes))) {
            at += frame.sizeBytes;
            continue;
        }
        const std::size_t next = nextBeginning(bytes, at + 1);
        // A length that lies reaches beyond the end; only where nothing follows is it a torn entry.
        whole = whole && frame.framing == evidence::Framing::Torn && next == bytes.size();
        at = next;
    }
    return whole;
}

Scan scanEntries(core::ByteView bytes) {
    Scan scan;
    scan.whole = forEachEntry(bytes, [&scan](core::ByteView one) {
        auto entry = evidence::parseEntry(one);
        if (entry) {
            scan.entries.push_back(*std::move(entry));
        }
        return entry.has_value();
    });
    return scan;
}

bool mayBeOfKind(core::ByteView entry, std::string_view kind) {
    LIUHEN_ASSERT(kind.size() < kShortText);
    core::Buffer wanted{kKindKey, static_cast<std::uint8_t>(kTextHead + kind.size())};
    core::append(wanted, core::viewOf(kind));
    return std::search(entry.begin(), entry.end(), wanted.begin(), wanted.end()) != entry.end();
}

}  // namespace liuhen::storage
