// SPDX-License-Identifier: Apache-2.0
// Light through the kernel's LED class, vibration through an input device with force feedback.
#pragma once

#include "common/core/unique_fd.hpp"
#include "hal/linux/linux_config.hpp"
#include "hal/signals.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::hal::linux {

/// The LEDs blink by the trigger "timer" (ledtrig-timer), so no thread of ours wakes for them.
/// What cannot be opened is logged and left out.
class LinuxSignals final : public Signals {
public:
    explicit LinuxSignals(const LinuxConfig& config);
    /// Shows Off.
    ~LinuxSignals() override;
    LinuxSignals(const LinuxSignals&) = delete;
    LinuxSignals& operator=(const LinuxSignals&) = delete;

    void show(Light light) override;
    void vibrate(Pattern pattern) override;

private:
    static constexpr std::size_t kPatternCount = 5;
    void set(const std::string& led, bool lit, const Blink& blink);
    [[nodiscard]] core::Result<void> play(Pattern pattern);
    void tell(const std::string& trouble);

    std::string red_;    // folder of the LED; "" for none
    std::string green_;  // likewise
    std::mutex mutex_;
    std::optional<Light> shown_;
    core::UniqueFd vibrator_;
    std::array<std::optional<std::int16_t>, kPatternCount> effects_;  // as the kernel numbers them
    bool troubleTold_ = false;
};

}  // namespace liuhen::hal::linux
