// SPDX-License-Identifier: Apache-2.0
// The seam of the battery.
#pragma once

namespace liuhen::hal {

/// Thread-safe; does not block for long.
class Battery {
public:
    Battery() = default;
    Battery(const Battery&) = delete;
    Battery& operator=(const Battery&) = delete;
    virtual ~Battery() = default;

    /// 0 to 100; a gauge that cannot be read counts as the value it last gave.
    [[nodiscard]] virtual int levelPercent() const = 0;
    [[nodiscard]] virtual bool charging() const = 0;
};

}  // namespace liuhen::hal
