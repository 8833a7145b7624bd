// SPDX-License-Identifier: Apache-2.0
// Names of things as they stand in messages and logs.
#include "dock/vault/types.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

std::string_view name(ObjectType type) {
    return type == ObjectType::Chapter ? "chapter" : "segment";
}

std::string describe(const Place& place) {
    if (place.type == ObjectType::Chapter) {
        return fmt::format("chapter from entry {} of {}, generation {}",
                           place.first,
                           place.device,
                           place.generation);
    }
    return fmt::format("segment {} of recording {} of {}, generation {}",
                       place.segment,
                       place.recording,
                       place.device,
                       place.generation);
}

std::string_view name(State state) {
    switch (state) {
        case State::Receiving:
            return "receiving";
        case State::Receipted:
            return "receipted";
        case State::Quarantined:
            return "quarantined";
        case State::Forked:
            return "forked";
        case State::Again:
            return "again";
    }
    return "again";
}

}  // namespace liuhen::vault
