// SPDX-License-Identifier: Apache-2.0
// A whole scripted recorder behind the same seam as hardware.
#include "hal/sim/sim_board.hpp"

#include "common/core/log.hpp"
#include "hal/boot_id.hpp"
#include "hal/folder_keystore.hpp"
#include "hal/sim/power_cut.hpp"
#include "hal/sim/script_player.hpp"
#include "hal/sim/sim_card.hpp"
#include "hal/sim/sim_signals.hpp"
#include "hal/sim/sim_sources.hpp"

#include <atomic>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace liuhen::hal::sim {

namespace {

constexpr const char* kPowerCuts = "power_cuts";

/// The machine's clock, its UTC moved by what the script says.
class SimClock final : public core::Clock {
public:
    [[nodiscard]] core::Nanoseconds boottime() const override { return system_.boottime(); }
    [[nodiscard]] core::Microseconds utc() const override {
        return system_.utc() + core::Microseconds(offsetUs_.load());
    }
    void step(core::Microseconds by) { offsetUs_ += by.count(); }

private:
    core::SystemClock system_;
    std::atomic<std::int64_t> offsetUs_ = 0;
};

class SimBattery final : public Battery {
public:
    explicit SimBattery(int percent) : percent_(percent) {}
    [[nodiscard]] int levelPercent() const override { return percent_; }
    [[nodiscard]] bool charging() const override { return charging_; }
    void set(int percent, bool charging) {
        percent_ = percent;
        charging_ = charging;
    }

private:
    std::atomic<int> percent_;
    std::atomic<bool> charging_ = false;
};

class SimButtons final : public Buttons {
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

struct Parts {
    std::unique_ptr<core::Files> system;
    std::unique_ptr<SimCard> card;
    std::unique_ptr<SimSignals> signals;
    SourceLog sourceLog;
    std::vector<Step> steps;
    std::shared_ptr<Air> air;
    std::map<std::string, Air::Sound> spoken;  // by file
    std::string volume;
    std::string bootId;
};

class SimBoard final : public Board {
public:
    SimBoard(const SimConfig& config, Parts parts)
        : system_(std::move(parts.system)),
          card_(std::move(parts.card)),
          signals_(std::move(parts.signals)),
          files_(*system_, card_->state()),
          volume_(std::move(parts.volume)),
          internalFolder_(config.internalFolder),
          stateFolder_(config.stateFolder),
          bootId_(std::move(parts.bootId)),
          keystore_(files_, config.keystoreFolder),
          battery_(config.batteryPercent),
          camera_(config.camera, clock_, parts.sourceLog.picture()),
          air_(std::move(parts.air)),
          spoken_(std::move(parts.spoken)),
          microphone_(config.microphone, clock_, parts.sourceLog.sound(), air_),
          speaker_(*air_, config.speaker.gain, config.speaker.logFile, clock_),
          player_(std::move(parts.steps),
                  clock_,
                  [this](const Step& step, core::Nanoseconds readyAt) { act(step, readyAt); }) {}

    [[nodiscard]] Camera& camera() override { return camera_; }
    [[nodiscard]] Microphone& microphone() override { return microphone_; }
    [[nodiscard]] Speaker& speaker() override { return speaker_; }
    [[nodiscard]] Buttons& buttons() override { return buttons_; }
    [[nodiscard]] Battery& battery() override { return battery_; }
    [[nodiscard]] Card& card() override { return *card_; }
    [[nodiscard]] Keystore& keystore() override { return keystore_; }
    [[nodiscard]] Signals& signals() override { return *signals_; }
    [[nodiscard]] core::Clock& clock() override { return clock_; }
    [[nodiscard]] core::Files& files() override { return files_; }
    [[nodiscard]] const std::string& internalFolder() const override { return internalFolder_; }
    [[nodiscard]] const std::string& bootId() const override { return bootId_; }
    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void ready() override { player_.start(); }
    [[nodiscard]] bool powerOffRequested() const override { return powerOff_; }

private:
    void tell(BoardEventKind kind) {
        BoardEvent event;
        event.kind = kind;
        event.at = clock_.boottime();
        tell(event);
    }

    void tell(const BoardEvent& event) const {
        if (listener_) {
            listener_(event);
        }
    }

    void press(Button button, const Step& step, core::Nanoseconds readyAt, ButtonAction later) {
        const core::Nanoseconds at = readyAt + step.at;
        buttons_.tell({button, step.later ? later : ButtonAction::Press, at, readyAt + step.begun});
    }

    void tellStatement(const Step& step, core::Nanoseconds readyAt) {
        BoardEvent event;
        event.kind = BoardEventKind::Statement;
        event.at = clock_.boottime();
        event.statement = step.event.statement;
        event.from = readyAt + step.begun;
        event.to = readyAt + step.at;
        tell(event);
    }

    void act(const Step& step, core::Nanoseconds readyAt) {
        switch (step.event.action) {
            case Do::PressRecord:
                return press(Button::Record, step, readyAt, ButtonAction::Short);
            case Do::HoldRecord:
                return press(Button::Record, step, readyAt, ButtonAction::HeldTwoSeconds);
            case Do::PressPause:
                return press(Button::Pause, step, readyAt, ButtonAction::Short);
            case Do::HoldPause:
                return press(Button::Pause, step, readyAt, ButtonAction::HeldTwoSeconds);
            case Do::PressMark:
                return press(Button::Mark, step, readyAt, ButtonAction::Short);
            case Do::PressPhoto:
                return press(Button::Photo, step, readyAt, ButtonAction::Short);
            case Do::PressSound:
                return press(Button::Sound, step, readyAt, ButtonAction::Short);
            case Do::HoldSound:
                return press(Button::Sound, step, readyAt, ButtonAction::HeldTwoSeconds);
            case Do::Statement:
                return tellStatement(step, readyAt);
            case Do::Speak:
                air_->begin(spoken_.at(step.event.file), 1.0, clock_.boottime());
                return;
            case Do::ClockStep:
                return clock_.step(step.event.step);
            case Do::PowerCut:
                // Steps are played only where there is a state folder.
                if (const auto counted = countUp(stateFolder_, kPowerCuts); !counted) {
                    core::log(core::LogLevel::Error, "hal/sim", counted.error().message);
                }
                cutPower(volume_);
            default:
                return change(step.event);
        }
    }

    /// The actions on the state of one device.
    void change(const ScriptEvent& event) {
        switch (event.action) {
            case Do::Battery:
                battery_.set(event.percent, event.charging);
                return tell(BoardEventKind::Battery);
            case Do::CardPull:
                card_->pull();
                return tell(BoardEventKind::CardPulled);
            case Do::CardReturn:
                card_->putBack();
                return tell(BoardEventKind::CardReturned);
            case Do::CameraUnplug:
                return camera_.setPlug(Plug::Out);
            case Do::CameraFreeze:
                return camera_.setPlug(Plug::Frozen);
            case Do::CameraReturn:
                return camera_.setPlug(Plug::In);
            case Do::MicrophoneUnplug:
                return microphone_.setPlug(Plug::Out);
            case Do::MicrophoneFreeze:
                return microphone_.setPlug(Plug::Frozen);
            case Do::MicrophoneReturn:
                return microphone_.setPlug(Plug::In);
            case Do::PowerOff:
                powerOff_ = true;
                return tell(BoardEventKind::PowerOff);
            case Do::Dock:
                return tell(BoardEventKind::Docked);
            case Do::Undock:
                return tell(BoardEventKind::Undocked);
            default:
                LIUHEN_ASSERT(false);  // act() has the rest
        }
    }

    SimClock clock_;
    std::unique_ptr<core::Files> system_;
    std::unique_ptr<SimCard> card_;
    std::unique_ptr<SimSignals> signals_;
    SimFiles files_;
    std::string volume_;
    std::string internalFolder_;
    std::string stateFolder_;
    std::string bootId_;
    FolderKeystore keystore_;
    SimBattery battery_;
    SimButtons buttons_;
    SimCamera camera_;
    std::shared_ptr<Air> air_;
    std::map<std::string, Air::Sound> spoken_;
    SimMicrophone microphone_;
    SimSpeaker speaker_;
    Listener listener_;
    std::atomic<bool> powerOff_ = false;
    ScriptPlayer player_;  // last: its thread uses all the rest
};

/// The volume that a power cut may shut down: the configured one, or the card if it is one.
core::Result<std::string> volumeOf(const SimConfig& config) {
    const bool named = !config.cardVolume.empty();
    const std::string& folder = named ? config.cardVolume : config.cardFolder;
    LIUHEN_TRY(const bool own, isOwnVolume(folder));
    if (named && !own) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "take " + folder + " as the card's volume: it is no mount point");
    }
    return own ? folder : std::string();
}

}  // namespace

core::Result<std::unique_ptr<Board>> open(const SimConfig& config) {
    Parts parts;
    parts.system = core::systemFiles();
    Script script;
    if (!config.scriptFile.empty()) {
        LIUHEN_TRY(script, loadScript(config.scriptFile));
    }
    LIUHEN_CHECK(parts.system->makeFolders(config.keystoreFolder));
    LIUHEN_CHECK(parts.system->makeFolders(config.internalFolder));
    LIUHEN_TRY(parts.card, SimCard::open(*parts.system, config.cardFolder, config.cardQuotaBytes));
    LIUHEN_TRY(parts.volume, volumeOf(config));
    LIUHEN_TRY(parts.signals, SimSignals::open(config.signalsFile));
    parts.air = std::make_shared<Air>(config.microphone.format.samplesPerSecond);
    parts.bootId = machineBootId();
    if (!config.stateFolder.empty()) {
        LIUHEN_TRY(const std::uint64_t cuts, readCount(config.stateFolder, kPowerCuts));
        parts.bootId += fmt::format("/{}", cuts);
        LIUHEN_TRY(const std::uint64_t boot, countBoot(config.stateFolder));
        if (boot <= script.boots.size()) {
            parts.steps = stepsOf(script.boots[boot - 1]);
            for (const ScriptEvent& event : script.boots[boot - 1]) {
                if (event.action == Do::Speak) {
                    LIUHEN_TRY(parts.spoken[event.file], loadSound(*parts.air, event.file));
                }
            }
        }
        core::log(core::LogLevel::Info,
                  "hal/sim",
                  fmt::format("start {} of {} in the script, {} steps",
                              boot,
                              script.boots.size(),
                              parts.steps.size()));
        if (!config.sourceLogFolder.empty()) {
            LIUHEN_TRY(parts.sourceLog, SourceLog::create(config.sourceLogFolder, boot));
        }
    }
    return std::unique_ptr<Board>(std::make_unique<SimBoard>(config, std::move(parts)));
}

}  // namespace liuhen::hal::sim
