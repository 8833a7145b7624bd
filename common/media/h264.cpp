// SPDX-License-Identifier: Apache-2.0
// The decoder configuration record and access units of H.264.
#include "common/media/h264.hpp"

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

constexpr unsigned kLengthBytes = 4;
constexpr std::size_t kMaxParameterSet = 65535;

/// Profiles whose AVCDecoderConfigurationRecord may have the extension (ISO/IEC 14496-15
/// section 5.3.3.1).
bool hasRecordExtension(std::uint8_t profileIdc) {
    return profileIdc == 100 || profileIdc == 110 || profileIdc == 122 || profileIdc == 144;
}

/// Whether `nal` is a NAL unit of that type with its forbidden bit zero and something behind its
/// header.
bool isNal(ByteView nal, NalType type) {
    return nal.size() >= 2 && (nal[0] & 0x80U) == 0 && nalType(nal) == type;
}

Result<void> readParameterSets(core::ByteReader& reader,
                               std::size_t count,
                               NalType type,
                               std::vector<Buffer>& to) {
    for (std::size_t i = 0; i < count; ++i) {
        LIUHEN_TRY(const std::uint16_t length, reader.u16());
        LIUHEN_TRY(const ByteView nal, reader.take(length));
        if (!isNal(nal, type)) {
            return fail(
                ErrorKind::DataLoss,
                fmt::format(
                    "parameter set {} is no NAL unit of type {}", i, static_cast<int>(type)));
        }
        to.push_back(core::toBuffer(nal));
    }
    return {};
}

Result<void> checkRecordExtension(core::ByteReader& reader, const SpsInfo& info) {
    LIUHEN_TRY(const std::uint8_t chroma, reader.u8());
    LIUHEN_TRY(const std::uint8_t luma, reader.u8());
    LIUHEN_TRY(const std::uint8_t chromaDepth, reader.u8());
    LIUHEN_TRY(const std::uint8_t extensions, reader.u8());
    if (chroma != (0xfcU | info.chromaFormatIdc) || luma != 0xf8U + (info.bitDepthLuma - 8U) ||
        chromaDepth != 0xf8U + (info.bitDepthChroma - 8U) || extensions != 0) {
        return fail(ErrorKind::DataLoss,
                    "the extension disagrees with the SPS, or has SPS extensions");
    }
    return {};
}

/// Reads up to the SPS count, which it answers.
Result<std::size_t> readRecordHead(core::ByteReader& reader, AvcConfig& config) {
    LIUHEN_TRY(const std::uint8_t version, reader.u8());
    LIUHEN_TRY(config.profileIdc, reader.u8());
    LIUHEN_TRY(config.constraintFlags, reader.u8());
    LIUHEN_TRY(config.levelIdc, reader.u8());
    LIUHEN_TRY(const std::uint8_t lengthField, reader.u8());
    LIUHEN_TRY(const std::uint8_t spsField, reader.u8());
    if (version != 1 || lengthField != (0xfcU | (kLengthBytes - 1)) ||
        (spsField & 0xe0U) != 0xe0U) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("version {}, length field {:#x}, count field {:#x}",
                                version,
                                lengthField,
                                spsField));
    }
    return spsField & 0x1fU;
}

Result<AvcConfig> readAvcC(ByteView bytes) {
    core::ByteReader reader(bytes);
    AvcConfig config;
    LIUHEN_TRY(const std::size_t spsCount, readRecordHead(reader, config));
    LIUHEN_CHECK(readParameterSets(reader, spsCount, NalType::Sps, config.sps));
    LIUHEN_TRY(const std::uint8_t ppsCount, reader.u8());
    LIUHEN_CHECK(readParameterSets(reader, ppsCount, NalType::Pps, config.pps));
    if (config.sps.empty() || config.pps.empty()) {
        return fail(ErrorKind::DataLoss, "SPS or PPS is missing");
    }
    LIUHEN_TRY(const SpsInfo info, parseSps(config.sps.front()));
    if (info.profileIdc != config.profileIdc || info.constraintFlags != config.constraintFlags ||
        info.levelIdc != config.levelIdc) {
        return fail(ErrorKind::DataLoss, "profile or level differs from the SPS");
    }
    if (hasRecordExtension(config.profileIdc) && !reader.atEnd()) {
        LIUHEN_CHECK(checkRecordExtension(reader, info));
    }
    if (!reader.atEnd()) {
        return fail(ErrorKind::DataLoss, fmt::format("{} bytes are left over", reader.left()));
    }
    return config;
}

/// Calls `visit` for each NAL unit.
template <class Visit>
Result<void> eachNal(ByteView accessUnit, Visit visit) {
    if (accessUnit.empty()) {
        return fail(ErrorKind::DataLoss, "split access unit: it is empty");
    }
    core::ByteReader reader(accessUnit);
    while (!reader.atEnd()) {
        const std::size_t place = reader.position();
        const auto length = reader.u32();
        if (!length || *length == 0 || *length > reader.left()) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("split access unit of {} bytes: bad NAL unit length at {}",
                                    accessUnit.size(),
                                    place));
        }
        LIUHEN_TRY(const ByteView nal, reader.take(*length));
        visit(nal);
    }
    return {};
}

}  // namespace

NalType nalType(ByteView nal) {
    LIUHEN_ASSERT(!nal.empty());
    return static_cast<NalType>(nal[0] & 0x1fU);
}

Result<Buffer> makeAvcC(ByteView sps, ByteView pps) {
    const auto info = parseSps(sps);
    if (!info) {
        return fail(ErrorKind::InvalidArgument, "make avcC: " + info.error().message);
    }
    if (!isNal(pps, NalType::Pps) || sps.size() > kMaxParameterSet ||
        pps.size() > kMaxParameterSet) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("make avcC: SPS of {} bytes, PPS of {} bytes or not a PPS",
                                sps.size(),
                                pps.size()));
    }
    Buffer record = {1,
                     info->profileIdc,
                     info->constraintFlags,
                     info->levelIdc,
                     0xfc | (kLengthBytes - 1),
                     0xe1};
    record.reserve(record.size() + sps.size() + pps.size() + 9);
    core::appendU16(record, static_cast<std::uint16_t>(sps.size()));
    core::append(record, sps);
    core::appendU8(record, 1);
    core::appendU16(record, static_cast<std::uint16_t>(pps.size()));
    core::append(record, pps);
    if (hasRecordExtension(info->profileIdc)) {
        core::appendU8(record, static_cast<std::uint8_t>(0xfcU | info->chromaFormatIdc));
        core::appendU8(record, static_cast<std::uint8_t>(0xf8U + info->bitDepthLuma - 8U));
        core::appendU8(record, static_cast<std::uint8_t>(0xf8U + info->bitDepthChroma - 8U));
        core::appendU8(record, 0);
    }
    return record;
}

Result<AvcConfig> parseAvcC(ByteView bytes) {
    auto config = readAvcC(bytes);
    if (!config) {
        return core::failWith(config.error(), "read avcC");
    }
    return config;
}

std::string codecName(const AvcConfig& config) {
    return fmt::format(
        "avc1.{:02x}{:02x}{:02x}", config.profileIdc, config.constraintFlags, config.levelIdc);
}

Result<std::vector<ByteView>> splitAccessUnit(ByteView accessUnit) {
    std::vector<ByteView> nals;
    LIUHEN_CHECK(eachNal(accessUnit, [&nals](ByteView nal) { nals.push_back(nal); }));
    return nals;
}

Result<bool> isKeyFrame(ByteView accessUnit) {
    bool key = false;
    LIUHEN_CHECK(eachNal(accessUnit,
                         [&key](ByteView nal) { key = key || nalType(nal) == NalType::IdrSlice; }));
    return key;
}

}  // namespace liuhen::media
