// SPDX-License-Identifier: Apache-2.0
// The sequence parameter set up to the cropping (Rec. ITU-T H.264 section 7.3.2.1.1).
#include "common/media/bit_reader.hpp"
#include "common/media/h264.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::uint32_t kMbSide = 16;

/// Profiles whose SPS has chroma format, bit depths and scaling lists (section 7.3.2.1.1).
bool hasChromaFields(std::uint8_t profileIdc) {
    constexpr std::array<std::uint8_t, 12> kProfiles = {
        100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134};
    return std::find(kProfiles.begin(), kProfiles.end(), profileIdc) != kProfiles.end() ||
           profileIdc == 135;
}

Result<void> skipScalingList(BitReader& reader, unsigned size) {
    std::int32_t last = 8;
    std::int32_t next = 8;
    for (unsigned i = 0; i < size && next != 0; ++i) {
        LIUHEN_TRY(const std::int32_t delta, reader.signedGolomb());
        if (delta < -128 || delta > 127) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("scaling list delta {} is out of range", delta));
        }
        next = (last + delta + 256) % 256;
        last = next == 0 ? last : next;
    }
    return {};
}

/// Reads from chroma_format_idc to the scaling lists; true if the colour planes are coded apart.
Result<bool> readChroma(BitReader& reader, SpsInfo& info) {
    LIUHEN_TRY(const std::uint32_t chroma, reader.unsignedGolomb(3));
    info.chromaFormatIdc = static_cast<std::uint8_t>(chroma);
    bool separatePlanes = false;
    if (chroma == 3) {
        LIUHEN_TRY(separatePlanes, reader.flag());
    }
    LIUHEN_TRY(const std::uint32_t luma, reader.unsignedGolomb(6));
    LIUHEN_TRY(const std::uint32_t chromaDepth, reader.unsignedGolomb(6));
    info.bitDepthLuma = static_cast<std::uint8_t>(8 + luma);
    info.bitDepthChroma = static_cast<std::uint8_t>(8 + chromaDepth);
    LIUHEN_CHECK(reader.flag());  // qpprime_y_zero_transform_bypass_flag
    LIUHEN_TRY(const bool scaling, reader.flag());
    const unsigned lists = !scaling ? 0U : chroma == 3 ? 12U : 8U;
    for (unsigned i = 0; i < lists; ++i) {
        LIUHEN_TRY(const bool present, reader.flag());
        if (present) {
            LIUHEN_CHECK(skipScalingList(reader, i < 6 ? 16 : 64));
        }
    }
    return separatePlanes;
}

Result<void> skipPictureOrder(BitReader& reader) {
    LIUHEN_TRY(const std::uint32_t type, reader.unsignedGolomb(2));
    if (type == 0) {
        LIUHEN_CHECK(reader.unsignedGolomb(12));  // log2_max_pic_order_cnt_lsb_minus4
    } else if (type == 1) {
        LIUHEN_CHECK(reader.flag());  // delta_pic_order_always_zero_flag
        LIUHEN_CHECK(reader.signedGolomb());
        LIUHEN_CHECK(reader.signedGolomb());
        LIUHEN_TRY(const std::uint32_t cycle, reader.unsignedGolomb(255));
        for (std::uint32_t i = 0; i < cycle; ++i) {
            LIUHEN_CHECK(reader.signedGolomb());
        }
    }
    return {};
}

struct Cropping {
    std::uint64_t horizontal = 0;  // luma samples off both sides
    std::uint64_t vertical = 0;
};

Result<Cropping> readCropping(BitReader& reader, std::uint32_t unitX, std::uint32_t unitY) {
    Cropping cropping;
    LIUHEN_TRY(const bool present, reader.flag());
    if (present) {
        LIUHEN_TRY(const std::uint32_t left, reader.unsignedGolomb(kMaxPictureSide));
        LIUHEN_TRY(const std::uint32_t right, reader.unsignedGolomb(kMaxPictureSide));
        LIUHEN_TRY(const std::uint32_t top, reader.unsignedGolomb(kMaxPictureSide));
        LIUHEN_TRY(const std::uint32_t bottom, reader.unsignedGolomb(kMaxPictureSide));
        cropping.horizontal = std::uint64_t{unitX} * (left + right);
        cropping.vertical = std::uint64_t{unitY} * (top + bottom);
    }
    return cropping;
}

/// Reads from the width to the cropping.
Result<void> readSize(BitReader& reader, bool separatePlanes, SpsInfo& info) {
    LIUHEN_TRY(const std::uint32_t mbWidth, reader.unsignedGolomb(kMaxPictureSide / kMbSide - 1));
    LIUHEN_TRY(const std::uint32_t mapHeight, reader.unsignedGolomb(kMaxPictureSide / kMbSide - 1));
    LIUHEN_TRY(const bool framesOnly, reader.flag());
    if (!framesOnly) {
        LIUHEN_CHECK(reader.flag());  // mb_adaptive_frame_field_flag
    }
    LIUHEN_CHECK(reader.flag());  // direct_8x8_inference_flag
    const std::uint32_t fields = framesOnly ? 1 : 2;
    const std::uint32_t width = kMbSide * (mbWidth + 1);
    const std::uint32_t height = kMbSide * (mapHeight + 1) * fields;
    const std::uint8_t chromaArray = separatePlanes ? std::uint8_t{0} : info.chromaFormatIdc;
    const std::uint32_t unitX = chromaArray == 1 || chromaArray == 2 ? 2 : 1;
    const std::uint32_t unitY = (chromaArray == 1 ? 2 : 1) * fields;
    LIUHEN_TRY(const Cropping cropping, readCropping(reader, unitX, unitY));
    LIUHEN_CHECK(reader.flag());  // vui_parameters_present_flag
    if (height > kMaxPictureSide || cropping.horizontal >= width || cropping.vertical >= height) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("{}x{} cropped by {}x{} is no picture",
                                width,
                                height,
                                cropping.horizontal,
                                cropping.vertical));
    }
    info.codedWidth = static_cast<std::uint16_t>(width);
    info.codedHeight = static_cast<std::uint16_t>(height);
    info.width = static_cast<std::uint16_t>(width - cropping.horizontal);
    info.height = static_cast<std::uint16_t>(height - cropping.vertical);
    return {};
}

Result<void> readProfile(BitReader& reader, SpsInfo& info) {
    LIUHEN_TRY(const std::uint32_t profile, reader.bits(8));
    LIUHEN_TRY(const std::uint32_t constraints, reader.bits(8));
    LIUHEN_TRY(const std::uint32_t level, reader.bits(8));
    info.profileIdc = static_cast<std::uint8_t>(profile);
    info.constraintFlags = static_cast<std::uint8_t>(constraints);
    info.levelIdc = static_cast<std::uint8_t>(level);
    return {};
}

Result<SpsInfo> readSps(BitReader& reader) {
    SpsInfo info;
    LIUHEN_CHECK(readProfile(reader, info));
    LIUHEN_CHECK(reader.unsignedGolomb(31));  // seq_parameter_set_id
    bool separatePlanes = false;
    if (hasChromaFields(info.profileIdc)) {
        LIUHEN_TRY(separatePlanes, readChroma(reader, info));
    }
    LIUHEN_CHECK(reader.unsignedGolomb(12));  // log2_max_frame_num_minus4
    LIUHEN_CHECK(skipPictureOrder(reader));
    LIUHEN_CHECK(reader.unsignedGolomb(16));  // max_num_ref_frames
    LIUHEN_CHECK(reader.flag());              // gaps_in_frame_num_value_allowed_flag
    LIUHEN_CHECK(readSize(reader, separatePlanes, info));
    return info;
}

}  // namespace

Result<SpsInfo> parseSps(ByteView nal) {
    if (nal.size() < 2 || (nal[0] & 0x80U) != 0 || nalType(nal) != NalType::Sps) {
        return fail(ErrorKind::DataLoss, "read SPS: not an SPS NAL unit");
    }
    BitReader reader(nal.subspan(1));
    auto info = readSps(reader);
    if (!info) {
        return core::failWith(info.error(), "read SPS");
    }
    return info;
}

}  // namespace liuhen::media
