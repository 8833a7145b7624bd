// SPDX-License-Identifier: Apache-2.0
// The simulated camera: a file or pattern, resampled to the camera's rate.
#include "hal/sim/media_producer.hpp"
#include "hal/sim/sim_sources.hpp"

#include <fmt/format.h>

namespace liuhen::hal::sim {

namespace {

// While a file starts anew the camera repeats its last picture; the first one is waited for.
constexpr core::Nanoseconds kFirstPictureLimit = std::chrono::seconds(10);

/// The picture that a file shows at the time of each frame of the camera.
class PictureContent final : public FeedContent {
public:
    PictureContent(MediaProducer producer, int framesPerSecond)
        : producer_(std::move(producer)), framesPerSecond_(framesPerSecond) {}

    [[nodiscard]] core::Result<gst::Ptr<GstBuffer>> next() override {
        const std::int64_t now = frame_ * 1'000'000'000 / framesPerSecond_;
        ++frame_;
        while (true) {
            if (!ahead_) {
                LIUHEN_CHECK(fetch());
            }
            if (!ahead_ || (shown_ && aheadAt_ > now)) {
                break;
            }
            shown_ = std::move(ahead_);
        }
        if (!shown_) {
            return core::fail(core::ErrorKind::Unavailable,
                              "decode the camera's file: no picture comes");
        }
        return gst::Ptr<GstBuffer>(gst_buffer_ref(shown_.get()));
    }

private:
    [[nodiscard]] core::Result<void> fetch() {
        ahead_ = producer_.pull(shown_ ? core::Nanoseconds::zero() : kFirstPictureLimit);
        if (ahead_) {
            const GstBuffer* buffer = ahead_.get();
            const auto at = static_cast<std::int64_t>(GST_BUFFER_PTS(buffer));
            aheadAt_ = passStart_ + (GST_BUFFER_PTS_IS_VALID(buffer) ? at : passEnd_ - passStart_);
            const auto length = GST_BUFFER_DURATION_IS_VALID(buffer)
                                    ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))
                                    : std::int64_t{1'000'000'000} / framesPerSecond_;
            passEnd_ = aheadAt_ + length;
            return {};
        }
        if (auto trouble = producer_.trouble()) {
            return core::fail(core::ErrorKind::Unavailable,
                              "decode the camera's file: " + *trouble);
        }
        if (producer_.atEnd()) {
            passStart_ = passEnd_;
            return producer_.rewind();
        }
        return {};
    }

    MediaProducer producer_;
    std::int64_t framesPerSecond_;
    std::int64_t frame_ = 0;
    std::int64_t passStart_ =
        0;  // ns of the camera's life at which this pass through the file began
    std::int64_t passEnd_ = 0;
    std::int64_t aheadAt_ = 0;
    gst::Ptr<GstBuffer> shown_;
    gst::Ptr<GstBuffer> ahead_;
};

}  // namespace

core::Result<GstElement*> SimCamera::makeSource() {
    if (*plug_ == Plug::Out) {
        return core::fail(core::ErrorKind::Unavailable, "open the camera: it is not there");
    }
    LIUHEN_TRY(auto producer, MediaProducer::openPicture(config_));
    FeedPlan plan;
    plan.caps = fmt::format(
        "video/x-raw,format=I420,width={},height={},framerate={}/1,pixel-aspect-ratio=1/1,"
        "interlace-mode=progressive,colorimetry={}",
        config_.format.width,
        config_.format.height,
        config_.format.framesPerSecond,
        config_.format.colorimetry);
    plan.unitsPerSecond = config_.format.framesPerSecond;
    plan.plug = plug_;
    plan.counter = counter_;
    plan.clock = &clock_;
    return makeLiveSource(
        std::move(plan),
        std::make_unique<PictureContent>(std::move(producer), config_.format.framesPerSecond));
}

}  // namespace liuhen::hal::sim
