// SPDX-License-Identifier: Apache-2.0
// One encoded picture or stretch of sound, on its way from the encoder to whoever stores it.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"

#include <memory>

namespace liuhen::capture {

enum class Track { Picture, Sound };

/// An H.264 access unit, its NAL units behind 4-byte lengths, or a raw AAC frame. Copies share the
/// bytes.
///
/// The bytes are the encoder's own: who keeps units for long (a pre-event ring) copies them, or a
/// hardware encoder runs out of buffers.
struct EncodedUnit {
    Track track = Track::Picture;
    core::Nanoseconds captureTime{};  // BOOTTIME of its first sample
    core::Nanoseconds duration{};     // as the encoder expects; the next unit's time decides
    bool key = false;                 // decoding can start here; true for all sound
    core::ByteView bytes;             // lives as long as `owner`
    std::shared_ptr<const void> owner;
    bool silent = false;  // sound: the microphone has given nothing but zeros since the last unit
};

}  // namespace liuhen::capture
