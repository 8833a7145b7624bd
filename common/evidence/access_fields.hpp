// SPDX-License-Identifier: Apache-2.0
// Fields that messages and leaves of access share (docs/format/access.md).
#pragma once

#include "common/evidence/access_messages.hpp"

namespace liuhen::evidence {

/// UTC microseconds, from 0 to 2^63 - 1. Errors of all: DataLoss.
[[nodiscard]] Result<std::int64_t> instantAt(const Cbor& map, std::string_view key);
/// `from` and `until`, of which the first is the smaller.
[[nodiscard]] Result<TimeSpan> timeSpanAt(const Cbor& map);
/// Null or a hash.
[[nodiscard]] Result<std::optional<Digest>> optionalDigestAt(const Cbor& map, std::string_view key);
[[nodiscard]] Result<bool> truthAt(const Cbor& map, std::string_view key);
/// At most `limit` bytes.
[[nodiscard]] Result<Buffer> shortBytesAt(const Cbor& map, std::string_view key, std::size_t limit);

}  // namespace liuhen::evidence
