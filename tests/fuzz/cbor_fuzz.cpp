// SPDX-License-Identifier: Apache-2.0
// Whatever the CBOR reader takes must be written again as the same bytes.
#include "common/core/cbor.hpp"

namespace core = liuhen::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView input(data, size);
    std::size_t used = 0;
    const core::Result<core::Cbor> item = core::Cbor::decodeFirst(input, used);
    const core::Result<core::Cbor> whole = core::Cbor::decode(input);
    LIUHEN_ASSERT(whole.has_value() == (item.has_value() && used == size));
    if (item) {
        LIUHEN_ASSERT(used <= size);
        LIUHEN_ASSERT(core::equal(item->encode(), input.first(used)));
        LIUHEN_ASSERT(!core::diagnose(*item).empty());
        const core::Result<core::Cbor> again = core::Cbor::decode(input.first(used));
        LIUHEN_ASSERT(again && *again == *item);
    }
    return 0;
}
