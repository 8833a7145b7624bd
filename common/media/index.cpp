// SPDX-License-Identifier: Apache-2.0
// A segment's index out of its own boxes; nothing is stored beside the footage.
#include "common/media/index.hpp"

#include "common/media/fragment_writer.hpp"

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

/// Reads the moof at `place` and the mdat header behind it.
Result<FragmentInfo> readHeadAt(const ReadAt& read, const BoxPlace& moof, const BoxPlace& mdat) {
    const std::uint64_t size = moof.size + kBoxHeaderBytes;
    if (size > kMaxFragmentHeadBytes || mdat.headerBytes != kBoxHeaderBytes) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("moof of {} bytes is none of ours", moof.size));
    }
    Buffer head(static_cast<std::size_t>(size));
    LIUHEN_CHECK(readExactly(read, moof.offset, head));
    LIUHEN_TRY(FragmentInfo info, readFragmentHead(head));
    if (info.totalBytes != moof.size + mdat.size) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("moof and mdat have {} bytes, the moof tells of {}",
                                moof.size + mdat.size,
                                info.totalBytes));
    }
    return info;
}

std::optional<MediaSpan> spanOf(const std::optional<TrackRun>& run) {
    if (!run) {
        return std::nullopt;
    }
    return MediaSpan{run->start, run->duration};
}

}  // namespace

FragmentPlace placeOf(const FragmentInfo& fragment, std::uint64_t offset) {
    FragmentPlace place;
    place.offset = offset;
    place.size = fragment.totalBytes;
    place.sequenceNumber = fragment.sequenceNumber;
    place.picture = spanOf(fragment.picture);
    place.sound = spanOf(fragment.sound);
    if (fragment.picture) {
        for (const SampleInfo& sample : fragment.picture->samples) {
            if (sample.key) {
                place.keyTimes.push_back(sample.start);
            }
        }
    }
    return place;
}

Result<SegmentIndex> indexSegment(const ReadAt& read,
                                  std::uint64_t fileSize,
                                  std::size_t maxBoxes) {
    LIUHEN_TRY(const std::vector<BoxPlace> boxes, listBoxes(read, fileSize, maxBoxes));
    if (boxes.size() < 2 || boxes[0].type != kFtyp || boxes[1].type != kMoov) {
        return fail(ErrorKind::DataLoss, "index segment: it does not start with ftyp and moov");
    }
    SegmentIndex index;
    index.initBytes = boxes[1].end();
    index.indexedBytes = index.initBytes;
    for (std::size_t i = 2; i < boxes.size(); ++i) {
        const BoxPlace& box = boxes[i];
        if (box.type == kMoof && i + 1 == boxes.size()) {
            break;  // its mdat is torn off
        }
        if (box.type == kMoof && boxes[i + 1].type == kMdat) {
            auto info = readHeadAt(read, box, boxes[i + 1]);
            if (!info) {
                return core::failWith(info.error(),
                                      fmt::format("index segment: fragment at {}", box.offset));
            }
            index.fragments.push_back(placeOf(*info, box.offset));
            ++i;
        } else if (box.type != kUuid) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("index segment: '{}' at {} does not belong there",
                                    typeName(box.type),
                                    box.offset));
        }
        index.indexedBytes = boxes[i].end();
    }
    return index;
}

}  // namespace liuhen::media
