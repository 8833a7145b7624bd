// SPDX-License-Identifier: Apache-2.0
// What all requests over the socket are read with.
#pragma once

#include "common/core/cbor.hpp"
#include "common/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace liuhen::vault {

using core::Result;

/// What SQLite can hold and compare; no honest number comes near.
inline constexpr auto kLargest =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

/// Errors: InvalidArgument if the map has another number of fields.
[[nodiscard]] Result<void> expectFields(const core::Cbor& map, std::size_t count);
/// An unsigned number up to kLargest. Errors: InvalidArgument; DataLoss if it is absent or of
/// another type.
[[nodiscard]] Result<std::uint64_t> numberAt(const core::Cbor& map, std::string_view key);

}  // namespace liuhen::vault
