// SPDX-License-Identifier: Apache-2.0
// A recorder on plain Linux devices.
#include "hal/linux/linux_board.hpp"

#include "common/core/log.hpp"
#include "hal/boot_id.hpp"
#include "hal/folder_keystore.hpp"
#include "hal/linux/alsa_speaker.hpp"
#include "hal/linux/key_reader.hpp"
#include "hal/linux/linux_signals.hpp"
#include "hal/linux/linux_sources.hpp"
#include "hal/linux/power_supply.hpp"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <thread>

namespace liuhen::hal::linux {

namespace {

constexpr core::Nanoseconds kTick = std::chrono::milliseconds(500);

/// A card is there while something is mounted at its folder.
class MountedCard final : public Card {
public:
    MountedCard(core::Files& files, std::string folder)
        : files_(files), folder_(std::move(folder)) {}
    [[nodiscard]] const std::string& folder() const override { return folder_; }
    [[nodiscard]] bool present() const override {
        struct stat own {};
        struct stat above {};
        return ::stat(folder_.c_str(), &own) == 0 &&
               ::stat((folder_ + "/..").c_str(), &above) == 0 && own.st_dev != above.st_dev;
    }
    [[nodiscard]] core::Result<std::uint64_t> freeBytes() const override {
        if (!present()) {
            return core::fail(core::ErrorKind::Unavailable,
                              "ask the card's free space: there is no card");
        }
        return files_.freeBytes(folder_);
    }

private:
    core::Files& files_;
    std::string folder_;
};

class HeldButtons final : public Buttons {
public:
    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void tell(const ButtonEvent& event) const {
        if (listener_) {
            listener_(event);
        }
    }

private:
    Listener listener_;
};

class LinuxBoard final : public Board {
public:
    LinuxBoard(const LinuxConfig& config, std::unique_ptr<core::Files> files, KeyReader keys)
        : files_(std::move(files)),
          card_(*files_, config.cardFolder),
          internalFolder_(config.internalFolder),
          bootId_(machineBootId()),
          keystore_(*files_, config.keystoreFolder),
          battery_(config.batteryFolder),
          signals_(config),
          camera_(config.cameraDevice, config.picture),
          microphone_(config.microphoneDevice, config.sound),
          speaker_(config.speakerDevice),
          keys_(std::move(keys)) {}

    [[nodiscard]] Camera& camera() override { return camera_; }
    [[nodiscard]] Microphone& microphone() override { return microphone_; }
    [[nodiscard]] Speaker& speaker() override { return speaker_; }
    [[nodiscard]] Buttons& buttons() override { return buttons_; }
    [[nodiscard]] Battery& battery() override { return battery_; }
    [[nodiscard]] Card& card() override { return card_; }
    [[nodiscard]] Keystore& keystore() override { return keystore_; }
    [[nodiscard]] Signals& signals() override { return signals_; }
    [[nodiscard]] core::Clock& clock() override { return clock_; }
    [[nodiscard]] core::Files& files() override { return *files_; }
    [[nodiscard]] const std::string& internalFolder() const override { return internalFolder_; }
    [[nodiscard]] const std::string& bootId() const override { return bootId_; }
    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void ready() override {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    /// No power button is wired: the service manager's SIGTERM is the way to end.
    [[nodiscard]] bool powerOffRequested() const override { return false; }

private:
    void run(const std::stop_token& stop) {
        bool present = card_.present();
        bool keysThere = true;
        while (!stop.stop_requested()) {
            waitForKeys(keysThere);
            if (keysThere) {
                keysThere = readKeys();
            }
            if (card_.present() != present) {
                present = !present;
                tell(present ? BoardEventKind::CardReturned : BoardEventKind::CardPulled);
            }
            if (battery_.refresh()) {
                tell(BoardEventKind::Battery);
            }
        }
    }

    /// Until a key changes, a hold is due or it is time to look at card and battery.
    void waitForKeys(bool keysThere) {
        core::Nanoseconds limit = kTick;
        if (const auto due = keys_.nextDue()) {
            limit = std::clamp(*due - clock_.boottime(), core::Nanoseconds::zero(), kTick);
        }
        pollfd wanted{keysThere ? keys_.descriptor() : -1, POLLIN, 0};
        const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit);
        static_cast<void>(::poll(&wanted, 1, static_cast<int>(milliseconds.count())));
    }

    [[nodiscard]] bool readKeys() {
        const auto events = keys_.read(clock_.boottime());
        if (!events) {
            core::log(core::LogLevel::Error, "hal/linux", events.error().message);
            // A key that was down is down no more: nothing is due for ever.
            for (const ButtonEvent& event : keys_.release(clock_.boottime())) {
                buttons_.tell(event);
            }
            return false;
        }
        for (const ButtonEvent& event : *events) {
            buttons_.tell(event);
        }
        return true;
    }

    void tell(BoardEventKind kind) const {
        if (listener_) {
            BoardEvent event;
            event.kind = kind;
            event.at = clock_.boottime();
            listener_(event);
        }
    }

    core::SystemClock clock_;
    std::unique_ptr<core::Files> files_;
    MountedCard card_;
    std::string internalFolder_;
    std::string bootId_;
    FolderKeystore keystore_;
    PowerSupply battery_;
    LinuxSignals signals_;
    V4l2Camera camera_;
    AlsaMicrophone microphone_;
    AlsaSpeaker speaker_;
    HeldButtons buttons_;
    KeyReader keys_;
    Listener listener_;
    std::jthread thread_;  // last: it uses all the rest
};

}  // namespace

core::Result<std::unique_ptr<Board>> open(const LinuxConfig& config) {
    LIUHEN_TRY(auto keys, KeyReader::open(config));
    auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(config.internalFolder));
    return std::unique_ptr<Board>(
        std::make_unique<LinuxBoard>(config, std::move(files), std::move(keys)));
}

}  // namespace liuhen::hal::linux
