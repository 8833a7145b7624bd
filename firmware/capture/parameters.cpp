// SPDX-License-Identifier: Apache-2.0
// Settings made whole, encoders as descriptions, and what they will say of themselves.
#include "firmware/capture/parameters.hpp"

#include "firmware/capture/codec_data.hpp"
#include "firmware/capture/picture_tap.hpp"
#include "hal/gst.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gst/app/gstappsink.h>

namespace liuhen::capture {

namespace {

namespace gst = hal::gst;

// The index of a rate is its place in this list (ISO/IEC 14496-3 table 1.18).
constexpr std::array<int, 12> kAacRates{
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000};
constexpr GstClockTime kTrialLimit = 10 * GST_SECOND;
constexpr const char* kSink = "appsink name=out sync=false";

std::string encoderOf(const PictureSettings& settings) {
    if (!settings.encoder.empty()) {
        return settings.encoder;
    }
    return fmt::format(
        "x264enc tune=zerolatency speed-preset=ultrafast pass=cbr bitrate={} vbv-buf-capacity=1000 "
        "key-int-max={} bframes=0 aud=false option-string=scenecut=0",
        settings.bitrate / 1000,
        settings.gopFrames);
}

std::string fromRaw(const PictureSettings& settings) {
    return encoderOf(settings) + " ! h264parse ! video/x-h264,stream-format=avc,alignment=au ! " +
           kSink;
}

}  // namespace

core::Result<PictureSettings> complete(PictureSettings settings, const hal::PictureFormat& format) {
    settings.width = settings.width == 0 ? format.width : settings.width;
    settings.height = settings.height == 0 ? format.height : settings.height;
    settings.framesPerSecond =
        settings.framesPerSecond == 0 ? format.framesPerSecond : settings.framesPerSecond;
    settings.gopFrames = settings.gopFrames == 0 ? settings.framesPerSecond : settings.gopFrames;
    const bool sizeFits = settings.width >= 16 && settings.width <= 7680 && settings.height >= 16 &&
                          settings.height <= 4320 && settings.width % 2 == 0 &&
                          settings.height % 2 == 0;
    const bool timeFits = settings.framesPerSecond >= 1 && settings.framesPerSecond <= 120 &&
                          settings.gopFrames >= 1 && settings.gopFrames <= 1200;
    const bool rateFits = settings.bitrate >= 10'000 && settings.bitrate <= 200'000'000;
    if (!sizeFits || !timeFits || !rateFits) {
        return core::fail(
            core::ErrorKind::InvalidArgument,
            fmt::format("set up the picture: {}x{} at {} frames/s, GOP {}, {} bit/s cannot be",
                        settings.width,
                        settings.height,
                        settings.framesPerSecond,
                        settings.gopFrames,
                        settings.bitrate));
    }
    return settings;
}

core::Result<SoundSettings> check(SoundSettings settings) {
    const bool known =
        std::find(kAacRates.begin(), kAacRates.end(), settings.samplesPerSecond) != kAacRates.end();
    if (!known || settings.channels < 1 || settings.channels > 2 || settings.bitrate < 8000 ||
        settings.bitrate > 320'000) {
        return core::fail(
            core::ErrorKind::InvalidArgument,
            fmt::format("set up the sound: {} samples/s, {} channels, {} bit/s cannot be",
                        settings.samplesPerSecond,
                        settings.channels,
                        settings.bitrate));
    }
    return settings;
}

std::string pictureChain(const PictureSettings& settings, const hal::PictureFormat& format) {
    // videorate holds a picture back until the next: only where it has work to do.
    const bool otherRate = settings.framesPerSecond != format.framesPerSecond;
    return fmt::format(
        "{}videoconvert ! videoscale ! capsfilter name={} "
        "caps=\"video/x-raw,format={{(string)I420,(string)NV12}},"
        "width={},height={},framerate={}/1,pixel-aspect-ratio=1/1\" ! {}",
        otherRate ? "videorate skip-to-first=true ! " : "",
        kRawPictures,
        settings.width,
        settings.height,
        settings.framesPerSecond,
        fromRaw(settings));
}

std::string soundChain(const SoundSettings& settings) {
    return fmt::format(
        "audioconvert ! audioresample ! audio/x-raw,rate={},channels={} ! "
        "avenc_aac bitrate={} ! audio/mpeg,mpegversion=4,stream-format=raw ! {}",
        settings.samplesPerSecond,
        settings.channels,
        settings.bitrate,
        kSink);
}

core::Result<PictureParameters> learnPicture(const PictureSettings& settings,
                                             const hal::PictureFormat& format) {
    const std::string description = fmt::format(
        "videotestsrc num-buffers=1 pattern=black ! video/x-raw,format=I420,width={},height={},"
        "framerate={}/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry={} ! {}",
        settings.width,
        settings.height,
        settings.framesPerSecond,
        format.colorimetry,
        fromRaw(settings));
    LIUHEN_TRY(const auto pipeline, gst::makePipeline(description));
    const auto sink = gst::child(pipeline.get(), "out");
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const gst::Ptr<GstSample> sample(
        gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), kTrialLimit));
    auto avcC = sample ? codecData(sample.get()) : core::Buffer();
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    if (avcC.empty()) {
        return core::fail(core::ErrorKind::DeadlineExceeded,
                          "encode a trial picture: no parameter sets from " + encoderOf(settings));
    }
    return PictureParameters{
        settings.width, settings.height, settings.framesPerSecond, std::move(avcC)};
}

SoundParameters soundParameters(const SoundSettings& settings) {
    const auto* place = std::find(kAacRates.begin(), kAacRates.end(), settings.samplesPerSecond);
    const auto index = static_cast<unsigned>(place - kAacRates.begin());
    constexpr unsigned kAacLc = 2;
    // Object type in 5 bits, rate index in 4, channels in 4; 1024 samples, no core coder, no
    // extension.
    const unsigned bits =
        kAacLc << 11U | index << 7U | static_cast<unsigned>(settings.channels) << 3U;
    return SoundParameters{
        settings.samplesPerSecond,
        settings.channels,
        settings.bitrate,
        {static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits & 0xffU)}};
}

}  // namespace liuhen::capture
