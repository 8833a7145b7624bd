// SPDX-License-Identifier: Apache-2.0
// Times as people of the agency read and write them.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <string>
#include <string_view>

namespace liuhen::core {

/// China has one time, without summer time.
inline constexpr Microseconds kLocalOffset = std::chrono::hours(8);

/// "2026-11-24T08:00", with seconds or without, and `Z` or `+hh:mm` behind; without those it is at
/// `offset` from UTC. A blank may stand for the T. Errors: InvalidArgument.
[[nodiscard]] Result<Microseconds> parseTime(std::string_view text, Microseconds offset);

/// "2026-11-24 08:00:00" at `offset` from UTC.
[[nodiscard]] std::string formatTime(Microseconds utc, Microseconds offset);

/// "2026-11-24 08:00" in China.
[[nodiscard]] std::string localMinute(Microseconds utc);

}  // namespace liuhen::core
