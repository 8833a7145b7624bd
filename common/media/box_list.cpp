// SPDX-License-Identifier: Apache-2.0
// Hops from header to header through a file.
#include "common/media/box_list.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

Result<void> readExactly(const ReadAt& read, std::uint64_t offset, std::span<std::uint8_t> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        LIUHEN_TRY(const std::size_t count, read(offset + done, into.subspan(done)));
        if (count == 0 || count > into.size() - done) {
            return fail(
                ErrorKind::DataLoss,
                fmt::format("read {} bytes at {}: {} are there", into.size(), offset, done));
        }
        done += count;
    }
    return {};
}

Result<std::vector<BoxPlace>> listBoxes(const ReadAt& read,
                                        std::uint64_t fileSize,
                                        std::size_t maxBoxes) {
    std::vector<BoxPlace> boxes;
    std::uint64_t offset = 0;
    while (fileSize - offset >= kBoxHeaderBytes) {
        std::array<std::uint8_t, kMaxBoxHeaderBytes> bytes{};
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), fileSize - offset));
        LIUHEN_CHECK(readExactly(read, offset, std::span(bytes).first(count)));
        const auto header = readBoxHeader(ByteView(bytes).first(count));
        if (!header || header->size > fileSize - offset) {
            break;  // a torn tail is what the caller looks for, not an error
        }
        if (boxes.size() == maxBoxes) {
            return fail(
                ErrorKind::ResourceExhausted,
                fmt::format(
                    "list boxes of {} bytes: more than {} before {}", fileSize, maxBoxes, offset));
        }
        boxes.push_back({.type = header->type,
                         .userType = header->userType,
                         .offset = offset,
                         .size = header->size,
                         .headerBytes = header->headerBytes});
        offset += header->size;
    }
    return boxes;
}

std::uint64_t endOf(const std::vector<BoxPlace>& boxes) {
    return boxes.empty() ? 0 : boxes.back().end();
}

}  // namespace liuhen::media
