// SPDX-License-Identifier: Apache-2.0
// One leaf an hour of each kind.
#include "dock/ingest/incident_log.hpp"

#include "common/core/log.hpp"
#include "common/core/utf8.hpp"

#include <fmt/format.h>

namespace liuhen::ingest {

using core::Result;

namespace {

constexpr core::Nanoseconds kPause = std::chrono::hours(1);
// What the vault takes, less the count.
constexpr std::size_t kSubjectBytes = 256;
constexpr std::size_t kDetailBytes = 4000;

}  // namespace

void IncidentLog::note(VaultFeed& feed,
                       const std::string& what,
                       std::string_view subject,
                       std::string_view detail) {
    std::string text = core::utf8Prefix(detail, kDetailBytes);
    core::log(core::LogLevel::Warning, "ingest", fmt::format("{}: {}", what, text));
    Kind& kind = kinds_[what];
    const core::Nanoseconds now = clock_->boottime();
    if (kind.written && now - *kind.written < kPause) {
        ++kind.leftOut;
        return;
    }
    if (kind.leftOut > 0) {
        text += fmt::format(" ({} more since the one before)", kind.leftOut);
    }
    const auto written = [&]() -> Result<void> {
        LIUHEN_TRY(vault::Client * vault, feed.client());
        LIUHEN_TRY(const std::uint64_t leaf,
                   vault->incident({what, core::utf8Prefix(subject, kSubjectBytes), text}));
        static_cast<void>(leaf);
        return {};
    }();
    if (!written) {
        ++kind.leftOut;
        core::log(core::LogLevel::Error, "ingest", written.error().message);
        return;
    }
    kind = Kind{now, 0};
}

}  // namespace liuhen::ingest
