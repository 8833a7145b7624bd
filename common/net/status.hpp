// SPDX-License-Identifier: Apache-2.0
// The one table between error kinds and HTTP, and how an error travels as a response.
#pragma once

#include "common/net/http_types.hpp"

#include <string_view>

namespace liuhen::net {

/// The status under which an error of `kind` is answered.
[[nodiscard]] unsigned statusOf(core::ErrorKind kind);
/// The kind that an answer `status` (400 and above) means to a caller.
[[nodiscard]] core::ErrorKind kindOf(unsigned status);
/// The reason phrase of a status, such as "Not Found".
[[nodiscard]] std::string_view reasonOf(unsigned status);

/// A JSON answer {"error": message, "kind": name} under `status`.
[[nodiscard]] Response refusal(unsigned status, core::ErrorKind kind, std::string_view message);
/// The same, with the status of the error's kind.
[[nodiscard]] Response errorResponse(const core::Error& error);

/// Reads an answer that is no success as an error: the kind its JSON names if the status fits it,
/// else that of the status. The peer's text is cut to 200 bytes; `what` is put before it.
[[nodiscard]] core::Error errorOf(const Response& response, std::string_view what);

}  // namespace liuhen::net
