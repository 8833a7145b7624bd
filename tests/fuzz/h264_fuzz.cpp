// SPDX-License-Identifier: Apache-2.0
// H.264 and AAC parameters and access units from outside.
#include "common/media/aac.hpp"
#include "common/media/h264.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace liuhen::media;  // NOLINT(google-build-using-namespace): one driver, one
                                    // namespace
    const ByteView bytes(data, size);
    const auto info = parseSps(bytes);
    if (info) {
        LIUHEN_ASSERT(info->width > 0 && info->width <= info->codedWidth &&
                      info->codedWidth <= kMaxPictureSide);
        LIUHEN_ASSERT(info->height > 0 && info->height <= info->codedHeight &&
                      info->codedHeight <= kMaxPictureSide);
    }
    const auto config = parseAvcC(bytes);
    if (config && config->sps.size() == 1 && config->pps.size() == 1) {
        const auto record = makeAvcC(config->sps[0], config->pps[0]);
        LIUHEN_ASSERT(record.has_value());
        // The extension of the high profiles may be absent in what was read.
        LIUHEN_ASSERT(record->size() >= size &&
                      liuhen::core::equal(ByteView(*record).first(size), bytes));
    }
    const auto nals = splitAccessUnit(bytes);
    const auto key = isKeyFrame(bytes);
    LIUHEN_ASSERT(nals.has_value() == key.has_value());
    if (nals) {
        std::size_t total = 0;
        for (const ByteView nal : *nals) {
            LIUHEN_ASSERT(!nal.empty());
            total += 4 + nal.size();
        }
        LIUHEN_ASSERT(total == size);
    }
    const auto aac = parseAudioSpecificConfig(bytes);
    LIUHEN_ASSERT(!aac || (aac->channels > 0 && aac->sampleRate > 0));
    return 0;
}
