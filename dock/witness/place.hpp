// SPDX-License-Identifier: Apache-2.0
// Where a witness is asked.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace liuhen::witnessing {

/// A witness's submission prefix (C2SP tlog-witness): "http://HOST[:PORT][/PATH]".
struct Url {
    std::string host;
    std::uint16_t port = 80;
    std::string path;  // empty, or begins with a slash and does not end with one
};

/// Errors: InvalidArgument, saying what is allowed.
[[nodiscard]] core::Result<Url> parseUrl(std::string_view text);

/// A witness as this dock knows it.
struct Place {
    std::string name;        // letters, digits, - and _: it names files
    std::optional<Url> url;  // nothing: it is asked by file alone
};

}  // namespace liuhen::witnessing
