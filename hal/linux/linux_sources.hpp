// SPDX-License-Identifier: Apache-2.0
// The camera through Video4Linux and the microphone through ALSA.
#pragma once

#include "hal/linux/linux_config.hpp"
#include "hal/sources.hpp"

namespace liuhen::hal::linux {

class V4l2Camera final : public Camera {
public:
    V4l2Camera(std::string device, PictureFormat format)
        : device_(std::move(device)), format_(std::move(format)) {}
    [[nodiscard]] PictureFormat format() const override { return format_; }
    [[nodiscard]] core::Result<GstElement*> makeSource() override;

private:
    std::string device_;
    PictureFormat format_;
};

class AlsaMicrophone final : public Microphone {
public:
    AlsaMicrophone(std::string device, SoundFormat format)
        : device_(std::move(device)), format_(format) {}
    [[nodiscard]] SoundFormat format() const override { return format_; }
    /// A device that is not there fails when the pipeline starts: ALSA names are no paths to look
    /// for.
    [[nodiscard]] core::Result<GstElement*> makeSource() override;

private:
    std::string device_;
    SoundFormat format_;
};

}  // namespace liuhen::hal::linux
