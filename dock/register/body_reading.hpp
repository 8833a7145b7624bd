// SPDX-License-Identifier: Apache-2.0
// What the reading and writing of all bodies shares.
#pragma once

#include "dock/register/fields.hpp"

namespace liuhen::registry {

template <class T>
nlohmann::json orNull(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
}

/// Reads with `take`, and answers only what was read to the last key.
template <class Body, class Take>
Result<Body> readWith(std::string_view text, const Take& take) {
    LIUHEN_TRY(const nlohmann::json object, parseObject(text, Body::kKind));
    Fields fields(object, Body::kKind);
    Body body;
    take(fields, body);
    LIUHEN_CHECK(fields.finish());
    return body;
}

}  // namespace liuhen::registry
