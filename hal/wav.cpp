// SPDX-License-Identifier: Apache-2.0
// WAV files of 16-bit samples, as prompts are: whole, in memory.
#include "hal/wav.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace liuhen::hal {

using core::ErrorKind;

namespace {

constexpr std::uint64_t kLargest = std::uint64_t{16} << 20U;
constexpr std::size_t kRiffHeader = 12;
constexpr std::size_t kChunkHeader = 8;
constexpr std::size_t kFormatBytes = 16;
constexpr std::uint32_t kPcm = 1;
constexpr std::uint32_t kExtensible = 0xfffe;
constexpr std::size_t kSubFormatAt = 24;  // of an extensible format; its first two bytes

std::uint32_t u16(core::ByteView bytes, std::size_t at) {
    return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8U;
}

std::uint32_t u32(core::ByteView bytes, std::size_t at) {
    return u16(bytes, at) | u16(bytes, at + 2) << 16U;
}

bool named(core::ByteView bytes, std::size_t at, std::string_view name) {
    return core::textOf(bytes.subspan(at, name.size())) == name;
}

core::Result<Wav> readFormat(core::ByteView chunk) {
    if (chunk.size() < kFormatBytes) {
        return core::fail(ErrorKind::DataLoss, "read a WAV file: its format is cut off");
    }
    std::uint32_t tag = u16(chunk, 0);
    if (tag == kExtensible && chunk.size() >= kSubFormatAt + 2) {
        tag = u16(chunk, kSubFormatAt);
    }
    Wav wav;
    const std::uint32_t channels = u16(chunk, 2);
    const std::uint32_t rate = u32(chunk, 4);
    if (tag != kPcm || u16(chunk, 14) != 16 || channels < 1 || channels > 2 || rate < 8000 ||
        rate > 96000) {
        return core::fail(
            ErrorKind::Unimplemented,
            "read a WAV file: only 16-bit PCM, 1 or 2 channels, 8000 to 96000 samples a second");
    }
    wav.channels = static_cast<int>(channels);
    wav.samplesPerSecond = static_cast<int>(rate);
    return wav;
}

void readSamples(core::ByteView data, Wav& wav) {
    const std::size_t frame = static_cast<std::size_t>(wav.channels) * 2;
    const std::size_t count = data.size() / frame * static_cast<std::size_t>(wav.channels);
    wav.samples.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        wav.samples[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(u16(data, i * 2)));
    }
}

}  // namespace

core::Nanoseconds Wav::length() const {
    return core::Nanoseconds(static_cast<std::int64_t>(frames()) * 1'000'000'000 /
                             samplesPerSecond);
}

core::Result<Wav> parseWav(core::ByteView bytes) {
    if (bytes.size() < kRiffHeader || !named(bytes, 0, "RIFF") || !named(bytes, 8, "WAVE")) {
        return core::fail(ErrorKind::DataLoss, "read a WAV file: it is none");
    }
    std::optional<Wav> wav;
    std::size_t at = kRiffHeader;
    while (bytes.size() - at >= kChunkHeader) {
        const std::size_t size = u32(bytes, at + 4);
        const core::ByteView rest = bytes.subspan(at + kChunkHeader);
        const core::ByteView chunk = rest.first(std::min(size, rest.size()));
        if (named(bytes, at, "fmt ") && !wav) {
            LIUHEN_TRY(wav, readFormat(chunk));
        } else if (named(bytes, at, "data") && wav) {
            readSamples(size == 0 ? rest : chunk, *wav);
            return *std::move(wav);
        }
        if (size >= rest.size()) {
            break;
        }
        at += kChunkHeader + size + (size % 2 != 0 ? 1 : 0);  // chunks begin at even places
        at = std::min(at, bytes.size());
    }
    return core::fail(ErrorKind::DataLoss, "read a WAV file: it holds no sound");
}

core::Result<Wav> readWav(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const core::Buffer bytes, core::readFile(files, path, kLargest));
    auto wav = parseWav(bytes);
    if (!wav) {
        return core::failWith(wav.error(), path);
    }
    return wav;
}

std::vector<std::int16_t> asMono(const Wav& wav, int samplesPerSecond) {
    const std::size_t frames = wav.frames();
    const auto channels = static_cast<std::size_t>(wav.channels);
    const auto level = [&](std::size_t frame) {
        int sum = 0;
        for (std::size_t channel = 0; channel < channels; ++channel) {
            sum += wav.samples[std::min(frame, frames - 1) * channels + channel];
        }
        return static_cast<double>(sum) / wav.channels;
    };
    const double step = static_cast<double>(wav.samplesPerSecond) / samplesPerSecond;
    std::vector<std::int16_t> mono(static_cast<std::size_t>(static_cast<double>(frames) / step));
    for (std::size_t i = 0; i < mono.size(); ++i) {
        const double place = static_cast<double>(i) * step;
        const auto frame = static_cast<std::size_t>(place);
        const double part = place - static_cast<double>(frame);
        mono[i] = static_cast<std::int16_t>(
            std::lround(level(frame) * (1 - part) + level(frame + 1) * part));
    }
    return mono;
}

}  // namespace liuhen::hal
