// SPDX-License-Identifier: Apache-2.0
// The battery as the kernel's power supply class shows it.
#pragma once

#include "hal/battery.hpp"

#include <atomic>
#include <string>

namespace liuhen::hal::linux {

/// Reads the files "capacity" and "status" (Documentation/ABI/testing/sysfs-class-power).
class PowerSupply final : public Battery {
public:
    explicit PowerSupply(std::string folder) : folder_(std::move(folder)) {
        static_cast<void>(refresh());
    }
    [[nodiscard]] int levelPercent() const override { return percent_; }
    [[nodiscard]] bool charging() const override { return charging_; }
    /// Reads both anew; whether one has changed. What cannot be read stays. One caller at a time.
    bool refresh();

private:
    std::string folder_;
    std::atomic<int> percent_ = 100;
    std::atomic<bool> charging_ = false;
};

}  // namespace liuhen::hal::linux
