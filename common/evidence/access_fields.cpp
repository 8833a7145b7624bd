// SPDX-License-Identifier: Apache-2.0
// Reading of those fields.
#include "common/evidence/access_fields.hpp"

#include "common/evidence/fields.hpp"

#include <limits>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr auto kLatest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

tl::unexpected<core::Error> malformed(std::string_view key, std::string_view why) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read field {}: {}", key, why));
}

}  // namespace

Result<std::int64_t> instantAt(const Cbor& map, std::string_view key) {
    LIUHEN_TRY(const std::uint64_t number, unsignedAt(map, key));
    if (number > kLatest) {
        return malformed(key, "no time is so late");
    }
    return static_cast<std::int64_t>(number);
}

Result<TimeSpan> timeSpanAt(const Cbor& map) {
    TimeSpan span;
    LIUHEN_TRY(span.fromUs, instantAt(map, "from"));
    LIUHEN_TRY(span.untilUs, instantAt(map, "until"));
    if (span.fromUs >= span.untilUs) {
        return malformed("until", "it ends before it begins");
    }
    return span;
}

Result<std::optional<Digest>> optionalDigestAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value != nullptr && value->isNull()) {
        return std::optional<Digest>();
    }
    LIUHEN_TRY(const Digest digest, digestAt(map, key));
    return std::optional(digest);
}

Result<bool> truthAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value == nullptr || !value->boolean()) {
        return malformed(key, "neither true nor false");
    }
    return *value->boolean();
}

Result<Buffer> shortBytesAt(const Cbor& map, std::string_view key, std::size_t limit) {
    LIUHEN_TRY(Buffer bytes, bytesAt(map, key));
    if (bytes.size() > limit) {
        return malformed(key, "too long");
    }
    return bytes;
}

}  // namespace liuhen::evidence
