// SPDX-License-Identifier: Apache-2.0
// A photo, and how who asked for it hears of it.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"

#include <functional>

namespace liuhen::capture {

/// One JPEG of the size of the recorded picture, with what is drawn on it.
struct Photo {
    int width = 0;                // pixels
    int height = 0;               // pixels
    core::Nanoseconds takenAt{};  // BOOTTIME
    core::Buffer jpeg;
};

/// Called once for each photo that was asked for, on a thread of the maker.
using PhotoDone = std::function<void(core::Result<Photo>)>;

/// How long a photo may wait for a picture.
inline constexpr core::Nanoseconds kPhotoLimit = std::chrono::seconds(1);

}  // namespace liuhen::capture
