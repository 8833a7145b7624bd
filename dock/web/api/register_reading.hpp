// SPDX-License-Identifier: Apache-2.0
// Reading of bodies that go into the register.
#pragma once

#include "dock/register/fields.hpp"
#include "dock/web/api/register_room.hpp"

#include <optional>

namespace liuhen::web {

/// The request's body as one object, no name twice, not too deep; nothing if it is something else.
[[nodiscard]] inline std::optional<json> objectOf(const Call& call) {
    if (!Body::parse(call.request.body)) {
        return std::nullopt;
    }
    auto object = registry::parseObject(core::textOf(call.request.body), "body");
    return object ? std::optional(*std::move(object)) : std::nullopt;
}

/// Reads the body with `take`, and hands what this gives to `enter`.
template <class Take, class Enter>
net::Response reading(Call& call, const Take& take, const Enter& enter) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const std::optional<json> object = objectOf(call);
    if (!object) {
        return refusal(Problem::MalformedBody);
    }
    registry::Fields fields(*object, "body");
    auto body = take(fields);
    if (const auto read = fields.finish(); !read) {
        return refusal(Problem::WrongField, fields.wrongKey());
    }
    return enter(std::move(body));
}

}  // namespace liuhen::web
