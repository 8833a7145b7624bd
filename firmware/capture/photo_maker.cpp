// SPDX-License-Identifier: Apache-2.0
// A photo: one raw picture on its way to the encoder, made a JPEG beside it.
#include "firmware/capture/photo_maker.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

namespace liuhen::capture {

namespace gst = hal::gst;

namespace {

constexpr GstClockTime kEncodeLimit = 10 * GST_SECOND;

core::Result<Photo> failPhoto(core::ErrorKind kind, const std::string& why) {
    return core::fail(kind, "take a photo: " + why);
}

}  // namespace

void PhotoMaker::request(PhotoDone done) {
    {
        const std::lock_guard lock(mutex_);
        if (!done_ && !stopped_) {
            done_ = std::exchange(done, nullptr);
            raw_.reset();
            wanted_ = true;
            if (!thread_.joinable()) {
                thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
            }
        }
    }
    if (done) {
        done(
            failPhoto(core::ErrorKind::FailedPrecondition, "another one is under way, or the end"));
        return;
    }
    wake_.notify_all();
}

void PhotoMaker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
}

void PhotoMaker::give(const GstBuffer* picture, GstCaps* caps, core::Nanoseconds takenAt) {
    if (!wanted_.exchange(false)) {
        return;
    }
    // The pool's picture goes back to the camera: what is kept is a copy.
    Raw raw{gst::Ptr<GstBuffer>(gst_buffer_copy_deep(picture)),
            gst::Ptr<GstCaps>(gst_caps_ref(caps)),
            takenAt};
    {
        const std::lock_guard lock(mutex_);
        raw_.emplace(std::move(raw));
    }
    wake_.notify_all();
}

void PhotoMaker::run(const std::stop_token& stop) {
    for (;;) {
        std::optional<Raw> raw;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return done_ != nullptr; })) {
                return;
            }
            wake_.wait_for(lock, stop, kPhotoLimit, [this] { return raw_.has_value(); });
            wanted_ = false;
            raw = std::exchange(raw_, std::nullopt);
        }
        core::Result<Photo> photo =
            raw ? make(*raw) : failPhoto(core::ErrorKind::Unavailable, "no picture comes");
        PhotoDone done;
        {
            const std::lock_guard lock(mutex_);
            done = std::exchange(done_, nullptr);
        }
        done(std::move(photo));
    }
}

core::Result<Photo> PhotoMaker::make(const Raw& raw) const {
    GstVideoInfo info;
    if (gst_video_info_from_caps(&info, raw.caps.get()) == FALSE) {
        return failPhoto(core::ErrorKind::Internal, "the picture has no format");
    }
    LIUHEN_TRY(const auto pipeline,
               gst::makePipeline("appsrc name=in format=time ! " + encoder_ +
                                 " ! image/jpeg ! appsink name=out sync=false"));
    const auto in = gst::child(pipeline.get(), "in");
    const auto out = gst::child(pipeline.get(), "out");
    gst_app_src_set_caps(GST_APP_SRC(in.get()), raw.caps.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    gst_app_src_push_buffer(GST_APP_SRC(in.get()), gst_buffer_ref(raw.picture.get()));
    gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
    const gst::Ptr<GstSample> sample(
        gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), kEncodeLimit));
    Photo photo{GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info), raw.takenAt, {}};
    if (sample) {
        GstBuffer* jpeg = gst_sample_get_buffer(sample.get());
        photo.jpeg.resize(gst_buffer_get_size(jpeg));
        gst_buffer_extract(jpeg, 0, photo.jpeg.data(), photo.jpeg.size());
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    if (photo.jpeg.empty()) {
        return failPhoto(core::ErrorKind::DeadlineExceeded, "no JPEG comes from " + encoder_);
    }
    return photo;
}

}  // namespace liuhen::capture
