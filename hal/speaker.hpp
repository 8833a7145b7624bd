// SPDX-License-Identifier: Apache-2.0
// The seam of the loudspeaker: it says WAV files aloud.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <string>

namespace liuhen::hal {

/// One loudspeaker; one sound at a time. Called by one thread at a time.
class Speaker {
public:
    Speaker() = default;
    Speaker(const Speaker&) = delete;
    Speaker& operator=(const Speaker&) = delete;
    virtual ~Speaker() = default;

    /// Reads a WAV file (hal/wav.hpp says which) for later play(); answers how long it sounds. May
    /// block for the reading. The file may change or go afterwards.
    ///
    /// Errors: those of reading; DataLoss for a file that is none; Unimplemented for another form.
    [[nodiscard]] virtual core::Result<core::Nanoseconds> load(const std::string& file) = 0;

    /// Begins to play a loaded file, in place of what is playing; does not wait, neither for its
    /// end nor for the device. Whether it was heard nobody can tell: a device that fails later is
    /// logged.
    ///
    /// Errors: NotFound if it was not loaded.
    [[nodiscard]] virtual core::Result<void> play(const std::string& file) = 0;

    /// Falls silent.
    virtual void stop() = 0;
};

}  // namespace liuhen::hal
