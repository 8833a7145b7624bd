// SPDX-License-Identifier: Apache-2.0
// The seams of light and sound: a camera and a microphone as live GStreamer sources.
#pragma once

#include "common/core/result.hpp"

#include <string>

// GStreamer's own declaration; whoever only holds the pointer need not see its headers.
using GstElement = struct _GstElement;  // NOLINT(bugprone-reserved-identifier): its name, not ours

namespace liuhen::hal {

/// What a camera delivers, fixed for the life of the process.
struct PictureFormat {
    int width = 0;   // pixels
    int height = 0;  // pixels
    int framesPerSecond = 0;
    std::string colorimetry = "bt709";  // as in GStreamer's caps
};

/// What a microphone delivers, fixed for the life of the process.
struct SoundFormat {
    int samplesPerSecond = 0;
    int channels = 0;
};

/// The picture sensor.
class Camera {
public:
    Camera() = default;
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;
    virtual ~Camera() = default;

    [[nodiscard]] virtual PictureFormat format() const = 0;

    /// Makes an element with one source pad "src" that gives live raw video in format().
    ///
    /// Timestamps are running time of the pipeline that it is put into, at exposure. A device that
    /// goes away posts an ERROR on the bus or falls silent: the caller watches for both, drops the
    /// element and asks for a new one. The new reference floats and belongs to the caller.
    /// Only one element of a camera runs at a time.
    ///
    /// Errors: Unavailable while the device is not there: ask again later.
    [[nodiscard]] virtual core::Result<GstElement*> makeSource() = 0;
};

/// The microphone. Like Camera, with live raw audio.
class Microphone {
public:
    Microphone() = default;
    Microphone(const Microphone&) = delete;
    Microphone& operator=(const Microphone&) = delete;
    virtual ~Microphone() = default;

    [[nodiscard]] virtual SoundFormat format() const = 0;
    /// As Camera::makeSource. A muted or dead capsule gives digital silence and no error.
    [[nodiscard]] virtual core::Result<GstElement*> makeSource() = 0;
};

}  // namespace liuhen::hal
