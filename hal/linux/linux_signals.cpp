// SPDX-License-Identifier: Apache-2.0
// Light through the kernel's LED class, vibration through an input device with force feedback.
#include "hal/linux/linux_signals.hpp"

#include "common/core/log.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace liuhen::hal::linux {

namespace {

/// Attributes of sysfs are there already and take one write each.
core::Result<void> writeAttribute(const std::string& path, std::string_view text) {
    const core::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!fd.valid() ||
        ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return core::failErrno(errno, "write " + path);
    }
    return {};
}

/// Steady, dark or blinking. "timer" makes delay_on and delay_off; brightness comes last.
core::Result<void> setLed(const std::string& led, bool lit, const Blink& blink) {
    if (!lit || blink.off.count() == 0) {
        LIUHEN_CHECK(writeAttribute(led + "/trigger", "none"));
        return writeAttribute(led + "/brightness", lit ? "255" : "0");
    }
    LIUHEN_CHECK(writeAttribute(led + "/trigger", "timer"));
    LIUHEN_CHECK(writeAttribute(led + "/delay_on", std::to_string(blink.on.count())));
    return writeAttribute(led + "/delay_off", std::to_string(blink.off.count()));
}

ff_effect effectOf(const Pulses& pulses) {
    ff_effect effect{};
    effect.type = FF_RUMBLE;
    effect.id = -1;  // a new one
    effect.replay.length = static_cast<std::uint16_t>(pulses.on.count());
    effect.replay.delay = static_cast<std::uint16_t>(pulses.off.count());
    effect.u.rumble.strong_magnitude = 0xffff;
    return effect;
}

}  // namespace

LinuxSignals::LinuxSignals(const LinuxConfig& config)
    : red_(config.redLed), green_(config.greenLed) {
    if (!config.vibrator.empty()) {
        vibrator_ = core::UniqueFd(::open(config.vibrator.c_str(), O_RDWR | O_CLOEXEC));
        if (!vibrator_.valid()) {
            tell("open the vibrator " + config.vibrator + ": it is not there");
        }
    }
}

LinuxSignals::~LinuxSignals() {
    show(Light::Off);
}

void LinuxSignals::show(Light light) {
    const std::lock_guard lock(mutex_);
    if (shown_ == light) {
        return;
    }
    shown_ = light;
    const Blink blink = blinkOf(light);
    set(red_, blink.red, blink);
    set(green_, blink.green, blink);
}

void LinuxSignals::set(const std::string& led, bool lit, const Blink& blink) {
    if (led.empty()) {
        return;
    }
    if (const auto done = setLed(led, lit, blink); !done) {
        tell(done.error().message);
    }
}

void LinuxSignals::vibrate(Pattern pattern) {
    const std::lock_guard lock(mutex_);
    if (!vibrator_.valid()) {
        return;
    }
    if (const auto done = play(pattern); !done) {
        tell(done.error().message);
    }
}

core::Result<void> LinuxSignals::play(Pattern pattern) {
    const Pulses pulses = pulsesOf(pattern);
    auto& known = effects_.at(static_cast<std::size_t>(pattern));
    if (!known) {
        ff_effect effect = effectOf(pulses);
        if (::ioctl(vibrator_.get(), EVIOCSFF, &effect) < 0) {
            return core::failErrno(errno, "upload a vibration");
        }
        known = effect.id;
    }
    input_event start{};
    start.type = EV_FF;
    start.code = static_cast<std::uint16_t>(*known);
    start.value = pulses.times;
    if (::write(vibrator_.get(), &start, sizeof start) != static_cast<ssize_t>(sizeof start)) {
        return core::failErrno(errno, "start a vibration");
    }
    return {};
}

void LinuxSignals::tell(const std::string& trouble) {
    if (!std::exchange(troubleTold_, true)) {
        core::log(core::LogLevel::Error, "hal/linux", trouble);
    }
}

}  // namespace liuhen::hal::linux
