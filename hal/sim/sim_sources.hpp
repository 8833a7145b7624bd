// SPDX-License-Identifier: Apache-2.0
// The simulated camera and microphone.
#pragma once

#include "common/core/clock.hpp"
#include "hal/sim/live_feed.hpp"
#include "hal/sim/sim_config.hpp"
#include "hal/sim/sim_speaker.hpp"
#include "hal/sources.hpp"

#include <atomic>
#include <memory>

namespace liuhen::hal::sim {

/// Plays a video for ever, at real-time pace, frames doubled or left out to keep its own rate.
class SimCamera final : public Camera {
public:
    SimCamera(CameraConfig config, const core::Clock& clock, TrackCounter counter)
        : config_(std::move(config)), clock_(clock), counter_(std::move(counter)) {}

    [[nodiscard]] PictureFormat format() const override { return config_.format; }
    [[nodiscard]] core::Result<GstElement*> makeSource() override;
    void setPlug(Plug plug) { *plug_ = plug; }

private:
    CameraConfig config_;
    const core::Clock& clock_;
    TrackCounter counter_;
    std::shared_ptr<std::atomic<Plug>> plug_ = std::make_shared<std::atomic<Plug>>(Plug::In);
};

/// Plays sound files one after the other, for ever, with silence between, and what is in the air.
class SimMicrophone final : public Microphone {
public:
    SimMicrophone(MicrophoneConfig config,
                  const core::Clock& clock,
                  TrackCounter counter,
                  std::shared_ptr<Air> air)
        : config_(std::move(config)),
          clock_(clock),
          counter_(std::move(counter)),
          air_(std::move(air)) {}

    [[nodiscard]] SoundFormat format() const override { return config_.format; }
    [[nodiscard]] core::Result<GstElement*> makeSource() override;
    void setPlug(Plug plug) { *plug_ = plug; }

private:
    MicrophoneConfig config_;
    const core::Clock& clock_;
    TrackCounter counter_;
    std::shared_ptr<Air> air_;  // feeds may outlive the board
    std::shared_ptr<std::atomic<Plug>> plug_ = std::make_shared<std::atomic<Plug>>(Plug::In);
};

}  // namespace liuhen::hal::sim
