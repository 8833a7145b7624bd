// SPDX-License-Identifier: Apache-2.0
// Prompts of an agency: WAV files.
#include "hal/wav.hpp"

namespace core = liuhen::core;
namespace hal = liuhen::hal;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const auto wav = hal::parseWav({data, size})) {
        LIUHEN_ASSERT(wav->channels == 1 || wav->channels == 2);
        LIUHEN_ASSERT(wav->samples.size() * 2 <= size);
        LIUHEN_ASSERT(wav->samples.size() % static_cast<std::size_t>(wav->channels) == 0);
        static_cast<void>(hal::asMono(*wav, 8000));
    }
    return 0;
}
