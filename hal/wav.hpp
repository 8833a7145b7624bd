// SPDX-License-Identifier: Apache-2.0
// WAV files of 16-bit samples, as prompts are: whole, in memory.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/files.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::hal {

struct Wav {
    int samplesPerSecond = 0;           // 8000 to 96000
    int channels = 0;                   // 1 or 2
    std::vector<std::int16_t> samples;  // interleaved; whole frames

    [[nodiscard]] std::size_t frames() const {
        return samples.size() / static_cast<std::size_t>(channels);
    }
    [[nodiscard]] core::Nanoseconds length() const;
};

/// Takes a RIFF WAVE file apart: one `fmt ` chunk, then `data`; other chunks are passed over. A
/// `data` size of 0 or beyond the end (a file that was streamed) means up to the end.
///
/// Errors: DataLoss if it is no such file; Unimplemented for other than PCM of 16 bits, 1 or 2
/// channels, 8000 to 96000 samples a second.
/// Source: Microsoft "Multimedia Programming Interface and Data Specifications 1.0", 1991.
[[nodiscard]] core::Result<Wav> parseWav(core::ByteView bytes);

/// The same from a file of at most 16 MiB. Errors: also those of reading.
[[nodiscard]] core::Result<Wav> readWav(core::Files& files, const std::string& path);

/// One channel at another rate, by straight lines between samples: for playing, not for evidence.
[[nodiscard]] std::vector<std::int16_t> asMono(const Wav& wav, int samplesPerSecond);

}  // namespace liuhen::hal
