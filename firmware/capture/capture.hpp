// SPDX-License-Identifier: Apache-2.0
// From camera and microphone to encoded units: two independent live pipelines on one timeline.
#pragma once

#include "firmware/capture/encoded_unit.hpp"
#include "firmware/capture/overlay.hpp"
#include "firmware/capture/photo.hpp"
#include "firmware/capture/voice.hpp"
#include "hal/sources.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace liuhen::capture {

struct PictureSettings {
    int width = 0;            // pixels; 0: as the camera gives
    int height = 0;           // pixels; 0: as the camera gives
    int framesPerSecond = 0;  // 0: as the camera gives
    int bitrate = 8'000'000;  // bit/s
    int gopFrames = 0;        // distance of key frames; 0: one second
    /// A gst-launch description from raw 4:2:0 video to H.264 without B-frames, constant in its
    /// parameter sets; "": x264enc. A given one says bitrate and GOP itself.
    std::string encoder;
};

struct SoundSettings {
    int samplesPerSecond = 48000;
    int channels = 1;
    int bitrate = 64'000;  // bit/s
};

struct CaptureConfig {
    PictureSettings picture;
    SoundSettings sound;
    std::optional<OsdSettings> osd;  // drawn on the picture; none: nothing
    /// A gst-launch description from raw 4:2:0 video to image/jpeg.
    std::string photoEncoder = "jpegenc quality=90";
    /// Acceptance aid: one line per unit as the encoder gave it, "picture|sound|photo", captureTime
    /// in ns, size in bytes, SHA-256 in hex; on disk within about a second. "": none.
    std::string encoderLog;
};

/// What an init segment must know of the picture.
struct PictureParameters {
    int width = 0;
    int height = 0;
    int framesPerSecond = 0;
    core::Buffer avcC;  // AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3
};

/// And of the sound.
struct SoundParameters {
    int samplesPerSecond = 0;
    int channels = 0;
    int bitrate = 0;
    core::Buffer audioSpecificConfig;  // ISO/IEC 14496-3 section 1.6.2
};

/// A track has stopped; the other one goes on.
struct SourceLost {
    Track track = Track::Picture;
    std::string cause;  // for people
    std::optional<core::Nanoseconds>
        lastUnit;            // BOOTTIME of its last unit; none if it never gave one
    core::Nanoseconds at{};  // BOOTTIME of finding out
};

/// A lost track gives units again.
struct SourceReturned {
    Track track = Track::Picture;
    core::Nanoseconds at{};  // BOOTTIME of the first sample
};

/// Who hears of it all; every function but `voice` must be set, and none may block for long or stop
/// the capture.
///
/// One call at a time per track, in order; the two tracks call at the same time. Units, returns and
/// parameters come from the streaming threads: `parametersChanged` and `sourceReturned` stand right
/// before the first unit that they are about. No unit of a track follows its loss before its
/// return.
struct CaptureListener {
    std::function<void(EncodedUnit)> unit;
    std::function<void(const SourceLost&)> sourceLost;
    std::function<void(const SourceReturned&)> sourceReturned;
    /// The encoder's new avcC or AudioSpecificConfig, other than the one known before.
    std::function<void(Track, core::Buffer)> parametersChanged;
    /// Whether somebody speaks, as the detector says; on a thread of its own, also while the sound
    /// track is being started. Not set: nobody listens. Without a detector on this machine it is
    /// never called, and a line in the log says so.
    VoiceDetector::Listener voice;
};

/// A track counts as lost when it gives nothing for this long,
inline constexpr core::Nanoseconds kSilenceLimit = std::chrono::milliseconds(500);
/// or nothing at all for this long after its start.
inline constexpr core::Nanoseconds kStartLimit = std::chrono::seconds(3);

/// Captures until destroyed. A track that is lost is started again and again, about 4 times a
/// second.
class Capture {
public:
    /// Checks the settings and encodes one throw-away picture, so that the parameters of both
    /// tracks are known before, and without, either device. Either device may be null: that track
    /// is absent. Devices and clock must outlive the capture.
    ///
    /// Errors: InvalidArgument for settings that cannot be; Unimplemented if an encoder is missing;
    /// DeadlineExceeded if it gives no picture; those of creating the encoder log.
    [[nodiscard]] static core::Result<std::unique_ptr<Capture>> open(const CaptureConfig& config,
                                                                     hal::Camera* camera,
                                                                     hal::Microphone* microphone,
                                                                     const core::Clock& clock);

    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    /// Nothing where the track is absent.
    [[nodiscard]] const std::optional<PictureParameters>& picture() const;
    [[nodiscard]] const std::optional<SoundParameters>& sound() const;

    /// Starts both tracks. A device that is not there makes a SourceLost, not an error. Once.
    void start(CaptureListener listener);

    /// Stops both tracks; no call to the listener follows the return. Not from a listener.
    void stop();

    /// Asks the encoder for a key frame as soon as it can. Thread-safe, does not block for long.
    void requestKeyFrame();

    /// Takes a photo of the next picture; the picture track goes on meanwhile. Thread-safe. `done`
    /// is called once, on a thread of the capture or at once on the caller's, not after stop().
    ///
    /// Errors given to `done`: FailedPrecondition without a camera or while another photo is under
    /// way; Unavailable if no picture comes within kPhotoLimit; those of the encoder.
    void takePhoto(PhotoDone done);

private:
    struct Inside;
    explicit Capture(std::unique_ptr<Inside> inside);

    std::unique_ptr<Inside> inside_;
};

}  // namespace liuhen::capture
