// SPDX-License-Identifier: Apache-2.0
// Where raw pictures pass on their way to the encoder: drawn on, and taken as photos.
#include "firmware/capture/picture_tap.hpp"

#include "common/core/log.hpp"

namespace liuhen::capture {

namespace gst = hal::gst;

namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kNsPerUs = 1'000;

bool isMine(const GstBuffer* picture) {
    GstBuffer* given = const_cast<GstBuffer*>(picture);  // the question changes nothing
    return gst_buffer_is_writable(given) != FALSE &&
           gst_buffer_is_all_memory_writable(given) != FALSE;
}

/// Pictures of our own memory, used again and again: a new one for each costs more than to fill it.
gst::Ptr<GstBufferPool> makePool(const GstCaps* caps, const GstVideoInfo& format) {
    gst::Ptr<GstBufferPool> pool(gst_video_buffer_pool_new());
    GstStructure* config = gst_buffer_pool_get_config(pool.get());
    GstCaps* asked = gst_caps_copy(caps);
    gst_buffer_pool_config_set_params(
        config, asked, static_cast<guint>(GST_VIDEO_INFO_SIZE(&format)), 0, 0);
    gst_caps_unref(asked);
    if (gst_buffer_pool_set_config(pool.get(), config) == FALSE ||
        gst_buffer_pool_set_active(pool.get(), TRUE) == FALSE) {
        return nullptr;
    }
    return pool;
}

}  // namespace

PictureTap::PictureTap(std::optional<OsdSettings> osd, const core::Clock& clock, PhotoMaker* photos)
    : osd_(std::move(osd)), clock_(clock), photos_(photos) {
    if (osd_) {
        who_ = osd_->officer.empty() ? osd_->device : osd_->device + "  " + osd_->officer;
    }
}

void PictureTap::attach(GstElement* chain, const Timeline& timeline) {
    timeline_ = &timeline;
    gst_segment_init(&segment_, GST_FORMAT_TIME);
    const auto raw = gst::child(chain, kRawPictures);
    const gst::Ptr<GstPad> pad(gst_element_get_static_pad(raw.get(), "src"));
    gst_pad_add_probe(
        pad.get(),
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                     GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
        [](GstPad* /*pad*/, GstPadProbeInfo* info, gpointer tap) {
            auto* self = static_cast<PictureTap*>(tap);
            if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
                gst::Ptr<GstBuffer> picture(GST_PAD_PROBE_INFO_BUFFER(info));
                GST_PAD_PROBE_INFO_DATA(info) = self->onPicture(std::move(picture)).release();
            } else {
                self->onEvent(GST_PAD_PROBE_INFO_EVENT(info));
            }
            return GST_PAD_PROBE_OK;
        },
        this,
        nullptr);
}

void PictureTap::onEvent(GstEvent* event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        setFormat(caps);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
        gst_event_copy_segment(event, &segment_);
    }
}

bool PictureTap::setFormat(const GstCaps* caps) {
    GstVideoInfo info;
    format_.reset();
    overlay_.reset();
    if (gst_video_info_from_caps(&info, caps) == FALSE ||
        (GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_I420 &&
         GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_NV12)) {
        return false;
    }
    format_ = info;
    caps_.reset(gst_caps_copy(caps));
    copies_ = makePool(caps, info);
    if (osd_) {
        overlay_.emplace(GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info));
        second_ = 0;
    }
    return true;
}

core::Nanoseconds PictureTap::takenAt(const GstBuffer* picture) const {
    const GstClockTime runningTime =
        gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(picture));
    return GST_CLOCK_TIME_IS_VALID(runningTime) ? timeline_->boottimeOf(runningTime)
                                                : clock_.boottime();
}

gst::Ptr<GstBuffer> PictureTap::onPicture(gst::Ptr<GstBuffer> picture) {
    if (!format_) {
        return picture;
    }
    const core::Nanoseconds taken = takenAt(picture.get());
    if (overlay_) {
        const core::Nanoseconds age = clock_.boottime() - taken;
        picture =
            draw(std::move(picture), clock_.utc() - core::Microseconds(age.count() / kNsPerUs));
    }
    if (photos_ != nullptr && photos_->isWanted()) {
        photos_->give(picture.get(), caps_.get(), taken);
    }
    return picture;
}

gst::Ptr<GstBuffer> PictureTap::writable(gst::Ptr<GstBuffer> picture) {
    if (isMine(picture.get()) || copies_ == nullptr) {
        return gst::Ptr<GstBuffer>(gst_buffer_make_writable(picture.release()));
    }
    GstBuffer* made = nullptr;
    GstVideoFrame from;
    GstVideoFrame to;
    if (gst_buffer_pool_acquire_buffer(copies_.get(), &made, nullptr) != GST_FLOW_OK) {
        return gst::Ptr<GstBuffer>(gst_buffer_make_writable(picture.release()));
    }
    gst::Ptr<GstBuffer> copy(made);
    bool copied = false;
    if (gst_video_frame_map(&from, &*format_, picture.get(), GST_MAP_READ) != FALSE) {
        if (gst_video_frame_map(&to, &*format_, copy.get(), GST_MAP_WRITE) != FALSE) {
            copied = gst_video_frame_copy(&to, &from) != FALSE;
            gst_video_frame_unmap(&to);
        }
        gst_video_frame_unmap(&from);
    }
    if (!copied) {
        return gst::Ptr<GstBuffer>(gst_buffer_make_writable(picture.release()));
    }
    const auto parts =
        static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS);
    gst_buffer_copy_into(copy.get(), picture.get(), parts, 0, static_cast<gsize>(-1));
    return copy;
}

gst::Ptr<GstBuffer> PictureTap::draw(gst::Ptr<GstBuffer> picture, core::Microseconds utc) {
    if (!overlay_) {
        return picture;
    }
    const std::int64_t second = utc.count() / kUsPerSecond;
    if (second != second_) {
        second_ = second;
        overlay_->setLines({formatLocal(utc, osd_->zone), who_});
    }
    gst::Ptr<GstBuffer> drawn = writable(std::move(picture));
    GstVideoFrame frame;
    if (gst_video_frame_map(&frame, &*format_, drawn.get(), GST_MAP_READWRITE) == FALSE) {
        if (!std::exchange(troubleTold_, true)) {
            core::log(core::LogLevel::Error, "capture", "pictures cannot be drawn on");
        }
        return drawn;
    }
    overlay_->draw({static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)),
                    GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
                    GST_VIDEO_FRAME_WIDTH(&frame),
                    GST_VIDEO_FRAME_HEIGHT(&frame)});
    gst_video_frame_unmap(&frame);
    return drawn;
}

}  // namespace liuhen::capture
