// SPDX-License-Identifier: Apache-2.0
// Box headers of a file from outside, and AudioSpecificConfigs.
#include "common/media/aac.hpp"
#include "common/media/box_list.hpp"

#include <algorithm>

namespace core = liuhen::core;
namespace media = liuhen::media;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    const media::ReadAt read = [bytes](std::uint64_t offset, std::span<std::uint8_t> into) {
        const std::size_t at = std::min<std::uint64_t>(offset, bytes.size());
        const std::size_t count = std::min(into.size(), bytes.size() - at);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, into.begin());
        return core::Result<std::size_t>(count);
    };
    if (const auto boxes = media::listBoxes(read, size, 4096)) {
        std::uint64_t end = 0;
        for (const media::BoxPlace& box : *boxes) {
            LIUHEN_ASSERT(box.offset == end && box.size >= box.headerBytes && box.end() <= size);
            end = box.end();
        }
        LIUHEN_ASSERT(media::endOf(*boxes) == end);
    }
    if (const auto config = media::parseAudioSpecificConfig(bytes)) {
        LIUHEN_ASSERT(config->sampleRate > 0 && config->channels > 0);
    }
    return 0;
}
