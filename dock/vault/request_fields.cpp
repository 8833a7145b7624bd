// SPDX-License-Identifier: Apache-2.0
// Reading of those fields.
#include "dock/vault/request_fields.hpp"

#include "common/evidence/fields.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

using core::ErrorKind;
using core::fail;

Result<void> expectFields(const core::Cbor& map, std::size_t count) {
    if (map.pairs()->size() != count) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} fields where {} are due", map.pairs()->size(), count));
    }
    return {};
}

Result<std::uint64_t> numberAt(const core::Cbor& map, std::string_view key) {
    LIUHEN_TRY(const std::uint64_t value, evidence::unsignedAt(map, key));
    if (value > kLargest) {
        return fail(ErrorKind::InvalidArgument, fmt::format("field {}: too large", key));
    }
    return value;
}

}  // namespace liuhen::vault
