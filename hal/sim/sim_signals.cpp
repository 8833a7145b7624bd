// SPDX-License-Identifier: Apache-2.0
// Light and vibration of the simulated board: lines in a file.
#include "hal/sim/sim_signals.hpp"

#include "common/core/log.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace liuhen::hal::sim {

core::Result<std::unique_ptr<SimSignals>> SimSignals::open(const std::string& path) {
    std::unique_ptr<SimSignals> made(new SimSignals());
    if (!path.empty()) {
        made->file_.reset(std::fopen(path.c_str(), "ae"));
        if (made->file_ == nullptr) {
            return core::failErrno(errno, "open the log of signals " + path);
        }
    }
    return made;
}

void SimSignals::show(Light light) {
    const std::lock_guard lock(mutex_);
    if (shown_ != light) {
        shown_ = light;
        write("light", nameOf(light));
    }
}

void SimSignals::vibrate(Pattern pattern) {
    const std::lock_guard lock(mutex_);
    write("vibrate", nameOf(pattern));
}

void SimSignals::write(std::string_view what, std::string_view name) {
    if (file_ == nullptr) {
        return;
    }
    const std::string line = fmt::format("{} {} {}\n", clock_.boottime().count(), what, name);
    if ((std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
         std::fflush(file_.get()) != 0) &&
        !std::exchange(troubleTold_, true)) {
        core::log(core::LogLevel::Error, "hal/sim", "write the log of signals: lines are missing");
    }
}

}  // namespace liuhen::hal::sim
