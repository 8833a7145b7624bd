// SPDX-License-Identifier: Apache-2.0
// From camera and microphone to encoded units: two independent live pipelines on one timeline.
#include "firmware/capture/capture.hpp"

#include "common/core/log.hpp"
#include "firmware/capture/encoder_log.hpp"
#include "firmware/capture/lane.hpp"
#include "firmware/capture/parameters.hpp"
#include "firmware/capture/timeline.hpp"

namespace liuhen::capture {

namespace {

core::Nanoseconds lengthOf(std::int64_t samples, int samplesPerSecond) {
    return core::Nanoseconds(samples * 1'000'000'000 / samplesPerSecond);
}

struct Setup {
    std::optional<PictureParameters> picture;
    std::optional<SoundParameters> sound;
    std::vector<LanePlan> plans;
    std::unique_ptr<EncoderLog> log;
    std::unique_ptr<PhotoMaker> photos;
    std::unique_ptr<PictureTap> tap;
};

core::Result<void> setUpPicture(const CaptureConfig& config,
                                hal::Camera& camera,
                                const core::Clock& clock,
                                Setup& setup) {
    const hal::PictureFormat format = camera.format();
    LIUHEN_TRY(const PictureSettings settings, complete(config.picture, format));
    LIUHEN_TRY(setup.picture, learnPicture(settings, format));
    LanePlan plan;
    plan.track = Track::Picture;
    plan.chain = pictureChain(settings, format);
    plan.makeSource = [&camera] { return camera.makeSource(); };
    plan.parameters = setup.picture->avcC;
    setup.photos = std::make_unique<PhotoMaker>(config.photoEncoder);
    setup.tap = std::make_unique<PictureTap>(config.osd, clock, setup.photos.get());
    plan.tap = setup.tap.get();
    setup.plans.push_back(std::move(plan));
    return {};
}

core::Result<void> setUpSound(const CaptureConfig& config,
                              hal::Microphone& microphone,
                              Setup& setup) {
    LIUHEN_TRY(const SoundSettings settings, check(config.sound));
    setup.sound = soundParameters(settings);
    LanePlan plan;
    plan.track = Track::Sound;
    plan.chain = soundChain(settings);
    plan.makeSource = [&microphone] { return microphone.makeSource(); };
    plan.encoderDelay = lengthOf(kAacPrimingSamples, settings.samplesPerSecond);
    plan.parameters = setup.sound->audioSpecificConfig;
    setup.plans.push_back(std::move(plan));
    return {};
}

}  // namespace

struct Capture::Inside {
    Setup setup;
    const core::Clock& clock;
    CaptureListener listener;
    std::optional<Timeline> timeline;
    std::unique_ptr<VoiceDetector> detector;
    std::vector<std::unique_ptr<Lane>> lanes;  // last: their threads use all the rest
};

Capture::Capture(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Capture::~Capture() {
    stop();
}

const std::optional<PictureParameters>& Capture::picture() const {
    return inside_->setup.picture;
}
const std::optional<SoundParameters>& Capture::sound() const {
    return inside_->setup.sound;
}

void Capture::start(CaptureListener listener) {
    Inside& in = *inside_;
    LIUHEN_ASSERT(!in.timeline);
    in.listener = std::move(listener);
    in.timeline.emplace(in.clock);
    if (in.listener.voice && in.setup.sound) {
        if (auto opened = openWebrtcDetector(in.listener.voice)) {
            in.detector = *std::move(opened);
        } else {
            core::log(core::LogLevel::Error,
                      "capture",
                      "voice is not detected: " + opened.error().message);
        }
    }
    for (LanePlan& plan : in.setup.plans) {
        in.lanes.push_back(
            std::make_unique<Lane>(std::move(plan), *in.timeline, in.listener, in.setup.log.get()));
        if (in.lanes.back()->track() == Track::Sound) {
            in.lanes.back()->setDetector(in.detector.get());
        }
    }
    for (const auto& lane : in.lanes) {
        lane->start();
    }
}

void Capture::stop() {
    for (const auto& lane : inside_->lanes) {
        lane->requestStop();
    }
    for (const auto& lane : inside_->lanes) {
        lane->join();
    }
    inside_->detector.reset();
    if (inside_->setup.photos) {
        inside_->setup.photos->stop();
    }
}

void Capture::takePhoto(PhotoDone done) {
    if (!inside_->setup.photos) {
        done(core::fail(core::ErrorKind::FailedPrecondition, "take a photo: there is no camera"));
        return;
    }
    inside_->setup.photos->request(
        [log = inside_->setup.log.get(), done = std::move(done)](core::Result<Photo> photo) {
            if (photo && log != nullptr) {
                log->add("photo", photo->takenAt, photo->jpeg);
            }
            done(std::move(photo));
        });
}

void Capture::requestKeyFrame() {
    for (const auto& lane : inside_->lanes) {
        if (lane->track() == Track::Picture) {
            lane->requestKeyFrame();
        }
    }
}

core::Result<std::unique_ptr<Capture>> Capture::open(const CaptureConfig& config,
                                                     hal::Camera* camera,
                                                     hal::Microphone* microphone,
                                                     const core::Clock& clock) {
    Setup setup;
    if (camera != nullptr) {
        LIUHEN_CHECK(setUpPicture(config, *camera, clock, setup));
    }
    if (microphone != nullptr) {
        LIUHEN_CHECK(setUpSound(config, *microphone, setup));
    }
    if (!config.encoderLog.empty()) {
        LIUHEN_TRY(setup.log, EncoderLog::open(config.encoderLog));
    }
    auto inside = std::unique_ptr<Inside>(new Inside{std::move(setup), clock, {}, {}, {}, {}});
    return std::unique_ptr<Capture>(new Capture(std::move(inside)));
}

}  // namespace liuhen::capture
