// SPDX-License-Identifier: Apache-2.0
// The camera through Video4Linux and the microphone through ALSA.
#include "hal/linux/linux_sources.hpp"

#include "hal/gst.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace liuhen::hal::linux {

namespace {

// A slow encoder must not hold the driver's buffers; a second of raw video is the most we keep.
constexpr const char* kQueue = "queue max-size-time=1000000000 max-size-bytes=0 max-size-buffers=0";

core::Result<GstElement*> makeDevice(const std::string& description, const std::string& device) {
    LIUHEN_TRY(auto bin, gst::makeBin(description));
    g_object_set(gst::child(bin.get(), "device").get(), "device", device.c_str(), nullptr);
    g_object_force_floating(G_OBJECT(bin.get()));
    return bin.release();
}

}  // namespace

core::Result<GstElement*> V4l2Camera::makeSource() {
    if (::access(device_.c_str(), R_OK | W_OK) != 0) {
        return core::fail(core::ErrorKind::Unavailable,
                          "open the camera " + device_ + ": " + std::strerror(errno));
    }
    return makeDevice(
        fmt::format("v4l2src name=device ! video/x-raw,width={},height={},framerate={}/1 ! {}",
                    format_.width,
                    format_.height,
                    format_.framesPerSecond,
                    kQueue),
        device_);
}

core::Result<GstElement*> AlsaMicrophone::makeSource() {
    return makeDevice(fmt::format("alsasrc name=device ! audio/x-raw,rate={},channels={} ! {}",
                                  format_.samplesPerSecond,
                                  format_.channels,
                                  kQueue),
                      device_);
}

}  // namespace liuhen::hal::linux
