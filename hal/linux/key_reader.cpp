// SPDX-License-Identifier: Apache-2.0
// Buttons from an evdev device: presses, short presses and holds out of key events.
#include "hal/linux/key_reader.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace liuhen::hal::linux {

std::optional<ButtonEvent> PressReader::change(Button button, bool down, core::Nanoseconds at) {
    Key& key = keys_[static_cast<std::size_t>(button)];
    if (key.down == down) {
        return std::nullopt;
    }
    key.down = down;
    if (down) {
        key.decided = false;
        key.pressedAt = at;
        return ButtonEvent{button, ButtonAction::Press, at, at};
    }
    if (key.decided) {
        return std::nullopt;
    }
    key.decided = true;
    // A release that is read late may be of a press that was held.
    const bool held = at - key.pressedAt >= kHoldTime;
    return ButtonEvent{button,
                       held ? ButtonAction::HeldTwoSeconds : ButtonAction::Short,
                       held ? key.pressedAt + kHoldTime : at,
                       key.pressedAt};
}

std::vector<ButtonEvent> PressReader::due(core::Nanoseconds now) {
    std::vector<ButtonEvent> events;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        Key& key = keys_[i];
        if (key.down && !key.decided && now - key.pressedAt >= kHoldTime) {
            key.decided = true;
            events.push_back({static_cast<Button>(i),
                              ButtonAction::HeldTwoSeconds,
                              key.pressedAt + kHoldTime,
                              key.pressedAt});
        }
    }
    return events;
}

std::optional<core::Nanoseconds> PressReader::nextDue() const {
    std::optional<core::Nanoseconds> next;
    for (const Key& key : keys_) {
        if (key.down && !key.decided && (!next || key.pressedAt + kHoldTime < *next)) {
            next = key.pressedAt + kHoldTime;
        }
    }
    return next;
}

std::vector<ButtonEvent> PressReader::resync(const std::array<bool, kButtonCount>& down,
                                             core::Nanoseconds at) {
    std::vector<ButtonEvent> events;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (auto event = change(static_cast<Button>(i), down[i], at)) {
            events.push_back(*event);
        }
    }
    return events;
}

void KeyDecoder::take(const input_event& raw,
                      const std::function<std::array<bool, kButtonCount>()>& askDown,
                      std::vector<ButtonEvent>& events) {
    const core::Nanoseconds at =
        std::chrono::seconds(raw.input_event_sec) + std::chrono::microseconds(raw.input_event_usec);
    if (raw.type == EV_SYN && raw.code == SYN_DROPPED) {
        dropped_ = true;
    } else if (raw.type == EV_SYN && raw.code == SYN_REPORT && dropped_) {
        dropped_ = false;
        for (const ButtonEvent& event : presses_.resync(askDown(), at)) {
            events.push_back(event);
        }
    }
    const auto place = std::find(codes_.begin(), codes_.end(), raw.code);
    if (dropped_ || raw.type != EV_KEY || raw.code == 0 || place == codes_.end() || raw.value > 1) {
        return;  // 2 is the keyboard's own repeat
    }
    if (auto event =
            presses_.change(static_cast<Button>(place - codes_.begin()), raw.value == 1, at)) {
        events.push_back(*event);
    }
}

core::Result<KeyReader> KeyReader::open(const LinuxConfig& config) {
    core::UniqueFd fd(::open(config.buttonDevice.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    int clock = CLOCK_BOOTTIME;
    if (!fd.valid() || ::ioctl(fd.get(), EVIOCSCLOCKID, &clock) != 0) {
        return core::fail(core::ErrorKind::Unavailable,
                          "open the buttons " + config.buttonDevice + ": " + std::strerror(errno));
    }
    return KeyReader(
        std::move(fd),
        {config.recordKey, config.pauseKey, config.markKey, config.photoKey, config.soundKey});
}

std::array<bool, kButtonCount> KeyReader::askDown() const {
    std::array<std::uint8_t, KEY_MAX / 8 + 1> bits{};
    std::array<bool, kButtonCount> down{};
    // Without an answer all keys count as up: a hold that is not sure ends no recording.
    if (::ioctl(fd_.get(), EVIOCGKEY(bits.size()), bits.data()) >= 0) {
        for (std::size_t i = 0; i < codes_.size(); ++i) {
            down[i] = codes_[i] != 0 && (bits[codes_[i] / 8U] >> (codes_[i] % 8U) & 1U) != 0;
        }
    }
    return down;
}

std::vector<ButtonEvent> KeyReader::release(core::Nanoseconds now) {
    return decoder_.presses().resync({}, now);
}

core::Result<std::vector<ButtonEvent>> KeyReader::read(core::Nanoseconds now) {
    std::vector<ButtonEvent> events;
    std::array<input_event, 64> raw{};
    while (true) {
        const ssize_t count = ::read(fd_.get(), raw.data(), sizeof raw);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 && errno == EAGAIN) {
            break;
        }
        if (count <= 0) {
            return core::fail(core::ErrorKind::Unavailable,
                              std::string("read the buttons: ") + std::strerror(errno));
        }
        const std::size_t whole = static_cast<std::size_t>(count) / sizeof(input_event);
        for (std::size_t i = 0; i < whole; ++i) {
            decoder_.take(
                raw[i], [this] { return askDown(); }, events);
        }
    }
    for (const ButtonEvent& event : decoder_.presses().due(now)) {
        events.push_back(event);
    }
    return events;
}

}  // namespace liuhen::hal::linux
