// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the file in which a vault keeps how far the reading of all copies is.
#include "dock/vault/scrub.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace liuhen;
    const auto state = vault::ScrubState::decode(core::ByteView(data, size));
    if (!state) {
        LIUHEN_ASSERT(state.error().kind == core::ErrorKind::DataLoss);
        return 0;
    }
    LIUHEN_ASSERT(state->damaged.size() <= vault::kDamagedKept);
    LIUHEN_ASSERT(!state->finishedUs || *state->finishedUs >= 0);
    for (const vault::Damage& damage : state->damaged) {
        LIUHEN_ASSERT(damage.copy == "first" || damage.copy == "second");
    }
    const auto again = vault::ScrubState::decode(state->encode());
    LIUHEN_ASSERT(again && again->next == state->next && again->readBytes == state->readBytes);
    LIUHEN_ASSERT(again->finishedUs == state->finishedUs && again->damaged == state->damaged);
    return 0;
}
