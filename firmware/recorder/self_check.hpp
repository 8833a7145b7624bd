// SPDX-License-Identifier: Apache-2.0
// The recorder's look at itself, when it is switched on and when it is taken.
#pragma once

#include "firmware/recorder/recorder.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::recorder {

/// Watches what camera and microphone give for up to 4 s, then measures the rest and enters a
/// `selfcheck`. It holds up nothing: a recording may begin meanwhile. Not thread-safe; the writer
/// thread owns it.
class SelfCheck {
public:
    struct Board {
        int batteryPercent = 0;
        std::uint64_t freeBytes = 0;
    };

    /// Begins, anew if one was under way. `occasion`: power_on, taken.
    void begin(std::string_view occasion, core::Nanoseconds now);
    [[nodiscard]] bool running() const { return since_.has_value(); }

    /// Each unit as it comes, whether or not it is recorded.
    void see(const EncodedUnit& unit);

    /// Ends the check when all is seen or its time is up, and answers whether it passed; nothing
    /// while it runs or if none does. Call as often as Recorder::tick.
    [[nodiscard]] std::optional<bool> tick(Recorder& recorder,
                                           const Board& board,
                                           core::Nanoseconds now);

private:
    std::optional<core::Nanoseconds> since_;
    std::string occasion_;
    std::optional<core::Nanoseconds> picture_;  // BOOTTIME of the first one captured since then
    std::optional<core::Nanoseconds> sound_;    // likewise
    bool heard_ = false;                        // and it was not digital silence
};

}  // namespace liuhen::recorder
