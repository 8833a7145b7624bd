// SPDX-License-Identifier: Apache-2.0
// Entries from outside: framing, payload and body; what is accepted is deterministic CBOR.
#include "common/evidence/order.hpp"

namespace core = liuhen::core;
namespace evidence = liuhen::evidence;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    core::ByteView rest(data, size);
    evidence::Order order;
    while (!rest.empty()) {
        const evidence::Frame frame = evidence::frameEntry(rest);
        const bool whole = frame.framing == evidence::Framing::Whole;
        LIUHEN_ASSERT(whole == (frame.sizeBytes > 0) && frame.sizeBytes <= rest.size() &&
                      frame.sizeBytes <= evidence::kMaxEntryBytes);
        if (!whole) {
            return 0;
        }
        const core::ByteView bytes = rest.first(frame.sizeBytes);
        const auto entry = evidence::parseEntry(bytes);
        if (!entry) {
            return 0;
        }
        const auto item = core::Cbor::decode(bytes);
        LIUHEN_ASSERT(item && core::equal(item->encode(), bytes));
        LIUHEN_ASSERT(core::equal(entry->bytes, bytes));
        const auto body = evidence::readBody(*entry);
        if (!body || order.judge(*entry, *body)) {
            return 0;
        }
        rest = rest.subspan(frame.sizeBytes);
    }
    return 0;
}
