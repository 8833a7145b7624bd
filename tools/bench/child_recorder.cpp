// SPDX-License-Identifier: Apache-2.0
// Both halves of a recorder round: the product's writer, and splitmuxsink.
#include "firmware/recorder/writer_thread.hpp"
#include "hal/folder_keystore.hpp"
#include "tools/bench/children.hpp"
#include "tools/bench/file_player.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

namespace liuhen::bench {

namespace {

using capture::EncodedUnit;
using core::Nanoseconds;
using core::Result;
using recorder::Recorder;
using recorder::WriterThread;

/// Units under way between demuxer and writer: what an encoder's buffer pool would hold.
constexpr std::size_t kUnitsUnderWay = 64;
/// How often the product ticks and asks for free space, here in media time.
constexpr Nanoseconds kTick = std::chrono::milliseconds(50);
constexpr Nanoseconds kHealthEvery = std::chrono::seconds(1);

Result<crypto::Certificate> certificateIn(hal::Keystore& keystore, const std::string& name) {
    LIUHEN_TRY(const core::Buffer pem, keystore.readNamed(name));
    return crypto::Certificate::fromPem(core::textOf(pem));
}

/// The clock that follows the media, so that nothing waits and nothing is late: it stands where the
/// track that is behind has come to.
class MediaClock final : public core::Clock {
public:
    MediaClock() : begun_(core::SystemClock().boottime()), utc_(core::SystemClock().utc()) {
        now_ = begun_.count();
    }
    [[nodiscard]] Nanoseconds boottime() const override { return Nanoseconds(now_.load()); }
    [[nodiscard]] core::Microseconds utc() const override {
        return utc_ + std::chrono::duration_cast<core::Microseconds>(boottime() - begun_);
    }
    /// Where the track that is ahead has come to.
    [[nodiscard]] Nanoseconds farthest() const {
        return Nanoseconds(std::max({picture_, sound_, now_.load()}));
    }
    void reach(capture::Track track, Nanoseconds now) {
        (track == capture::Track::Picture ? picture_ : sound_) = now.count();
        now_ = std::max(now_.load(), std::min(picture_, sound_));
    }

private:
    std::int64_t picture_ = 0;
    std::int64_t sound_ = 0;
    Nanoseconds begun_;
    core::Microseconds utc_;
    std::atomic<std::int64_t> now_;
};

class Recording {
public:
    Recording(const RecordOptions& options, core::Files& files)
        : options_(options),
          files_(files),
          card_(core::joinPath(options.recorder, "card")),
          keystore_(files, core::joinPath(options.recorder, "keystore")) {}

    Result<void> run() {
        LIUHEN_CHECK(files_.makeFolders(card_));
        LIUHEN_TRY(keychain_, recorder::Keychain::open(keystore_));
        for (unsigned i = 0; i < options_.times; ++i) {
            const bool goesOn = options_.joined && i > 0;
            const Nanoseconds zero = goesOn ? clock_.farthest() : clock_.boottime();
            nextTick_ = goesOn ? nextTick_ : zero;
            PlayerListener listener;
            listener.tracks = [this, zero, goesOn](const media::Tracks& tracks) {
                if (!goesOn) {
                    begin(tracks, zero);
                }
            };
            listener.unit = [this](EncodedUnit unit) { post(std::move(unit)); };
            LIUHEN_CHECK(playFile(options_.material, zero, listener));
            if (options_.joined && i + 1 < options_.times) {
                // Till here the writer has come: the clock stands still meanwhile.
                LIUHEN_CHECK(ask([](Recorder& /*recorder*/) { return Result<void>(); }));
            } else {
                LIUHEN_CHECK(ask([](Recorder& recorder) { return recorder.end("bench"); }));
            }
        }
        LIUHEN_CHECK(ask([](Recorder& recorder) { return recorder.shutdown("bench"); }));
        return {};
    }

private:
    using Act = std::function<Result<void>(Recorder&)>;

    Result<void> ask(const Act& act) {
        if (!writer_) {
            return core::fail(core::ErrorKind::FailedPrecondition, "record: " + trouble_);
        }
        LIUHEN_CHECK(writer_->call<bool>([&act](Recorder& recorder) -> Result<bool> {
            LIUHEN_CHECK(act(recorder));
            return true;
        }));
        return {};
    }

    /// On the first call of this process the recorder begins; then the recording starts.
    void begin(const media::Tracks& tracks, Nanoseconds zero) {
        if (!writer_) {
            const auto made = makeWriter(tracks);
            if (!made) {
                trouble_ = made.error().message;
                return;
            }
        }
        const auto started = ask([zero](Recorder& recorder) -> Result<void> {
            LIUHEN_CHECK(recorder.start("bench", zero));
            return {};
        });
        if (!started) {
            trouble_ = started.error().message;
        }
    }

    Result<void> makeWriter(const media::Tracks& tracks) {
        recorder::RecorderConfig config;
        config.cardFolder = card_;
        config.firmware = "bench";
        if (options_.encrypt) {
            for (const char* name : {"evidence.crt", "escrow.crt"}) {
                LIUHEN_TRY(crypto::Certificate one, certificateIn(keystore_, name));
                config.recipients.push_back(std::move(one));
            }
        }
        LIUHEN_TRY(auto heart,
                   Recorder::begin(std::move(config), files_, clock_, *keychain_, tracks));
        writer_.emplace(std::move(heart), [] { return WriterThread::Health{}; });
        return {};
    }

    void post(EncodedUnit unit) {
        if (!writer_) {
            return;
        }
        takeSlot();
        writer_->postUnhurried([this, unit = std::move(unit)](Recorder& recorder) {
            clock_.reach(unit.track, unit.captureTime + unit.duration);
            recorder.takeUnit(unit);
            tick(recorder);
            giveSlot();
        });
    }

    void tick(Recorder& recorder) {
        for (; clock_.boottime() >= nextTick_; nextTick_ += kTick) {
            if (nextTick_ >= healthDue_) {
                freeBytes_ = files_.freeBytes(card_).value_or(std::uint64_t{0});
                healthDue_ = nextTick_ + kHealthEvery;
            }
            recorder.tick(100, freeBytes_);
        }
    }

    /// Waits while too many units are under way; woken once half of them are written.
    void takeSlot() {
        std::unique_lock lock(slotMutex_);
        slotFree_.wait(lock, [this] { return underWay_ < kUnitsUnderWay; });
        ++underWay_;
    }
    void giveSlot() {
        bool wake = false;
        {
            const std::lock_guard lock(slotMutex_);
            wake = --underWay_ == kUnitsUnderWay / 2;
        }
        if (wake) {
            slotFree_.notify_all();
        }
    }

    RecordOptions options_;
    core::Files& files_;
    std::string card_;
    MediaClock clock_;
    hal::FolderKeystore keystore_;
    std::optional<recorder::Keychain> keychain_;
    std::optional<WriterThread> writer_;
    std::mutex slotMutex_;
    std::condition_variable slotFree_;
    std::size_t underWay_ = 0;
    Nanoseconds nextTick_{};
    Nanoseconds healthDue_{};
    std::uint64_t freeBytes_ = 0;
    std::string trouble_ = "the material has no picture or no sound";
};

}  // namespace

Result<void> record(const RecordOptions& options) {
    const auto files = core::systemFiles();
    Recording recording(options, *files);
    return recording.run();
}

Result<void> splitmux(const std::string& material, const std::string& folder) {
    return runPipeline(demuxDescription(material,
                                        "queue ! ",
                                        "split.video splitmuxsink name=split "
                                        "max-size-time=60000000000 location=\"" +
                                            folder + "/%05d.mp4\"",
                                        "split.audio_0"));
}

}  // namespace liuhen::bench
