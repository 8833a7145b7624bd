// SPDX-License-Identifier: Apache-2.0
// parseSign1 on any bytes: what it accepts is deterministic CBOR that our other reader takes too.
#include "common/core/cbor.hpp"
#include "common/crypto/cose.hpp"

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    std::size_t used = 0;
    const auto first = crypto::parseFirstSign1(bytes, used);
    const auto whole = crypto::parseSign1(bytes);
    if (!first) {
        LIUHEN_ASSERT(!whole);
        return 0;
    }
    LIUHEN_ASSERT(used <= size && whole.has_value() == (used == size));
    const auto item = core::Cbor::decode(bytes.first(used));
    LIUHEN_ASSERT(item && core::equal(item->encode(), bytes.first(used)));
    const core::Cbor* content = item->tagContent();
    LIUHEN_ASSERT(item->tag() == 18U && content != nullptr && content->items() != nullptr);
    const core::Cbor::Array& parts = *content->items();
    LIUHEN_ASSERT(parts.size() == 4 && *parts[0].bytes() == first->protectedBytes &&
                  parts[1].pairs()->empty() && *parts[2].bytes() == first->payload &&
                  *parts[3].bytes() == first->signature);
    return 0;
}
