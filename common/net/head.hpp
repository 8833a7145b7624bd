// SPDX-License-Identifier: Apache-2.0
// The head of a message as bytes: start line and header fields, safe against values with line ends.
#pragma once

#include "common/net/http_types.hpp"
#include "common/net/range.hpp"

#include <string>
#include <string_view>

namespace liuhen::net {

/// A response's head, blank line included. Control characters in a value become spaces; a field
/// whose name is no token, or that the server sets itself, is left out.
[[nodiscard]] std::string responseHead(const Response& response,
                                       const BodyPlan& plan,
                                       bool keepAlive);

/// The same for a body of unknown length: in chunks, or until the connection ends.
[[nodiscard]] std::string streamHead(const Response& response, bool chunked, bool keepAlive);
/// What goes before a chunk of so many bytes; "\r\n" goes behind it. Of none: the last chunk.
[[nodiscard]] std::string chunkHead(std::size_t bytes);

/// A request's head for `host`. Errors: InvalidArgument if method or target could not stand in a
/// start line.
[[nodiscard]] Result<std::string> requestHead(const Request& request, std::string_view host);

}  // namespace liuhen::net
