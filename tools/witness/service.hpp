// SPDX-License-Identifier: Apache-2.0
// A witness over HTTP.
#pragma once

#include "common/net/http_types.hpp"
#include "common/net/server.hpp"
#include "tools/witness/witness.hpp"

namespace liuhen::witness {

/// What a witness allows its clients: requests are small, and anybody may send some.
[[nodiscard]] net::Limits serviceLimits();

/// Answers `POST /add-checkpoint`; all else is 404 or 405. Thread-safe.
[[nodiscard]] net::Response serve(Witness& witness, const net::Request& request);

}  // namespace liuhen::witness
