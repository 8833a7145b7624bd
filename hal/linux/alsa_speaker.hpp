// SPDX-License-Identifier: Apache-2.0
// The loudspeaker through ALSA.
#pragma once

#include "hal/speaker.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace liuhen::hal::linux {

/// Plays on a thread of its own, through a pipeline made anew for each sound: opening and draining
/// a device may take a while. An empty device name: there is no loudspeaker, play() is Unavailable.
class AlsaSpeaker final : public Speaker {
public:
    explicit AlsaSpeaker(std::string device);

    [[nodiscard]] core::Result<core::Nanoseconds> load(const std::string& file) override;
    [[nodiscard]] core::Result<void> play(const std::string& file) override;
    void stop() override;

private:
    void wish(std::string file);
    void run(const std::stop_token& stop);

    std::string device_;  // an ALSA name, such as hw:1,0
    std::set<std::string> loaded_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<std::string> wish_;  // what is to be played now; "": silence; under the mutex
    std::jthread thread_;              // last: it ends before what it uses
};

}  // namespace liuhen::hal::linux
