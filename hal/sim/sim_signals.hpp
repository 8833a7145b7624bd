// SPDX-License-Identifier: Apache-2.0
// Light and vibration of the simulated board: lines in a file.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"
#include "hal/signals.hpp"

#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::hal::sim {

/// Lines "BOOTTIME light NAME" and "BOOTTIME vibrate NAME", BOOTTIME in ns; with the system as soon
/// as they are made, so that a SIGKILL takes none away. Without a file nothing is written.
class SimSignals final : public Signals {
public:
    /// Continues the file; "" for none. Errors: those of the file system.
    [[nodiscard]] static core::Result<std::unique_ptr<SimSignals>> open(const std::string& path);
    void show(Light light) override;
    void vibrate(Pattern pattern) override;

private:
    struct Close {
        void operator()(std::FILE* file) const { (void)std::fclose(file); }
    };
    SimSignals() = default;
    void write(std::string_view what, std::string_view name);

    core::SystemClock clock_;
    std::mutex mutex_;
    std::unique_ptr<std::FILE, Close> file_;
    std::optional<Light> shown_;
    bool troubleTold_ = false;
};

}  // namespace liuhen::hal::sim
