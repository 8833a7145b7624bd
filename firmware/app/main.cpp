// SPDX-License-Identifier: Apache-2.0
// liuhen-recorder: opens the board, recovers the card, records until it is switched off.
#include "common/core/log.hpp"
#include "firmware/app/cable.hpp"
#include "firmware/app/config.hpp"
#include "firmware/app/wiring.hpp"
#include "hal/linux/linux_board.hpp"
#include "hal/sim/sim_board.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::app {

namespace {

using core::Result;
using recorder::Recorder;
using recorder::WriterThread;

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kBeginRetry = std::chrono::seconds(5);
constexpr const char* kVersion = "0.1.0";

std::atomic<bool> stopAsked{false};

void askStop(int /*signal*/) {
    stopAsked = true;
}

Result<std::unique_ptr<hal::Board>> openBoard(const Config& config) {
    if (config.board == "sim") {
        LIUHEN_TRY(const hal::sim::SimConfig sim, hal::sim::loadSimConfig(config.boardConfig));
        return hal::sim::open(sim);
    }
    LIUHEN_TRY(const hal::linux::LinuxConfig hardware,
               hal::linux::loadLinuxConfig(config.boardConfig));
    return hal::linux::open(hardware);
}

Result<crypto::Certificate> readCertificate(hal::Keystore& keystore, const std::string& name) {
    LIUHEN_TRY(const core::Buffer pem, keystore.readNamed(name));
    return crypto::Certificate::fromPem(core::textOf(pem));
}

/// Who can open the footage: the evidence key's holder and, if there is one, the escrow key's.
Result<std::vector<crypto::Certificate>> readRecipients(hal::Keystore& keystore) {
    std::vector<crypto::Certificate> recipients;
    LIUHEN_TRY(crypto::Certificate evidence, readCertificate(keystore, "evidence.crt"));
    recipients.push_back(std::move(evidence));
    auto escrow = readCertificate(keystore, "escrow.crt");
    if (escrow) {
        recipients.push_back(*std::move(escrow));
    } else if (escrow.error().kind != core::ErrorKind::NotFound) {
        return core::failWith(escrow.error(), "read escrow.crt");
    }
    return recipients;
}

Result<std::unique_ptr<capture::Capture>> openCapture(const Config& config, hal::Board& board) {
    capture::CaptureConfig made = config.capture;
    if (made.osd) {
        LIUHEN_TRY(const crypto::Certificate own,
                   readCertificate(board.keystore(), "identity.crt"));
        made.osd->device = own.subject();
    }
    return capture::Capture::open(made, &board.camera(), &board.microphone(), board.clock());
}

media::Tracks tracksOf(const capture::Capture& capture) {
    media::Tracks tracks;
    if (const auto& picture = capture.picture()) {
        tracks.video = media::VideoTrack{static_cast<std::uint16_t>(picture->width),
                                         static_cast<std::uint16_t>(picture->height),
                                         picture->avcC};
    }
    if (const auto& sound = capture.sound()) {
        tracks.audio = media::AudioTrack{static_cast<std::uint32_t>(sound->samplesPerSecond),
                                         static_cast<std::uint16_t>(sound->channels),
                                         sound->audioSpecificConfig,
                                         static_cast<std::uint32_t>(sound->bitrate)};
    }
    return tracks;
}

bool stopAskedOf(const hal::Board& board) {
    return stopAsked || board.powerOffRequested();
}

/// Waits for a card. An empty mount point must not pass for a new card.
void waitForCard(const hal::Board& board, hal::Card& card) {
    if (!card.present()) {
        core::log(core::LogLevel::Warning, "recorder", "waiting for a card at " + card.folder());
    }
    while (!card.present() && !stopAskedOf(board)) {
        std::this_thread::sleep_for(kPoll);
    }
}

/// A recorder that has begun, and the keys that it works with.
struct Heart {
    std::unique_ptr<recorder::Keychain> keychain;
    std::unique_ptr<Recorder> recorder;  // none: it was switched off before
};

Result<Heart> tryToBegin(hal::Board& board,
                         const recorder::RecorderConfig& settings,
                         const media::Tracks& tracks) {
    Heart heart;
    LIUHEN_TRY(recorder::Keychain keychain, recorder::Keychain::open(board.keystore()));
    heart.keychain = std::make_unique<recorder::Keychain>(std::move(keychain));
    LIUHEN_TRY(heart.recorder,
               Recorder::begin(settings, board.files(), board.clock(), *heart.keychain, tracks));
    return heart;
}

/// Begins, as soon as there is a card that can be used: one that is full, damaged or another
/// recorder's may be exchanged meanwhile.
Result<Heart> beginWhenPossible(hal::Board& board,
                                const recorder::RecorderConfig& settings,
                                const media::Tracks& tracks) {
    // Keys that do not fit never will: that ends the process.
    LIUHEN_CHECK(recorder::Keychain::open(board.keystore()));
    std::string told;
    for (;;) {
        waitForCard(board, board.card());
        if (stopAskedOf(board)) {
            return Heart();
        }
        auto heart = tryToBegin(board, settings, tracks);
        if (heart) {
            return heart;
        }
        if (told != heart.error().message) {
            told = heart.error().message;
            core::log(core::LogLevel::Error, "recorder", "cannot begin, trying again: " + told);
        }
        const auto until = std::chrono::steady_clock::now() + kBeginRetry;
        while (std::chrono::steady_clock::now() < until && !stopAskedOf(board)) {
            std::this_thread::sleep_for(kPoll);
        }
    }
}

storage::RoomLimits roomOf(const Config& config) {
    // What boxes and entries add is 0.25 % at most (docs/format/segment.md); and a little more.
    constexpr std::uint64_t kPartsOfProof = 200;
    const auto bits = static_cast<std::uint64_t>(config.capture.picture.bitrate) +
                      static_cast<std::uint64_t>(config.capture.sound.bitrate);
    return {bits / 8 + bits / 8 / kPartsOfProof, config.lowRoom, config.releaseRoom};
}

void tellStorage(storage::StorageEvent event) {
    constexpr std::array<const char*, 3> kWords{
        "the card has little room left", "the card is full", "the card has enough room again"};
    core::log(event == storage::StorageEvent::Back ? core::LogLevel::Info : core::LogLevel::Warning,
              "recorder",
              kWords.at(static_cast<std::size_t>(event)));
}

Result<recorder::RecorderConfig> settingsOf(const Config& config, hal::Board& board) {
    recorder::RecorderConfig settings;
    settings.cardFolder = board.card().folder();
    settings.internalFolder = board.internalFolder();
    settings.firmware = kVersion;
    settings.manner = config.manner;
    settings.wearer = config.wearer;
    settings.place = config.place;
    settings.fullMatters = config.fullMatters;
    settings.bootId = board.bootId();
    settings.ring = config.ring;
    settings.room = roomOf(config);
    settings.onStorage = tellStorage;
    if (config.encrypt) {
        LIUHEN_TRY(settings.recipients, readRecipients(board.keystore()));
    }
    return settings;
}

/// Where prompts are: the agency's own first, then those that came with the program.
std::vector<std::string> promptFolders(const Config& config) {
    std::vector<std::string> folders;
    if (!config.promptFolder.empty()) {
        folders.push_back(config.promptFolder);
    }
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed) {
        const auto root = program.parent_path().parent_path();
        folders.push_back((root / "share/liuhen/prompts").string());
    }
    return folders;
}

/// A file in place of a dock's call. Nothing about it keeps anybody from recording.
void takeAssignmentFile(const Config& config,
                        core::Files& files,
                        const crypto::Certificate& root,
                        WriterThread& writer) {
    constexpr std::uint64_t kMaxBytes = 20'000;
    const auto bytes = core::readFile(files, config.assignment, kMaxBytes);
    const auto taken = bytes ? writer.call<bool>([&](Recorder& recorder) -> Result<bool> {
        LIUHEN_CHECK(recorder.takeAssignment(*bytes, root));
        return true;
    })
                             : Result<bool>(tl::make_unexpected(bytes.error()));
    if (!taken && taken.error().kind != core::ErrorKind::AlreadyExists) {
        core::log(core::LogLevel::Warning,
                  "recorder",
                  "no assignment from " + config.assignment + ": " + taken.error().message);
    }
}

Result<void> run(const Config& config) {
    LIUHEN_TRY(const std::unique_ptr<hal::Board> board, openBoard(config));
    hal::Board& hardware = *board;
    LIUHEN_TRY(const crypto::Certificate root, readCertificate(hardware.keystore(), "root.pem"));
    LIUHEN_TRY(recorder::RecorderConfig settings, settingsOf(config, hardware));
    settings.release = recorder::ReleasePolicy{root, config.singleCopyAfter};
    LIUHEN_TRY(const auto capture, openCapture(config, hardware));
    settings.askKeyFrame = [&capture] { capture->requestKeyFrame(); };
    LIUHEN_TRY(Heart heart, beginWhenPossible(hardware, settings, tracksOf(*capture)));
    if (heart.recorder == nullptr) {
        return {};
    }
    prompts::Prompter prompter(hardware.speaker(), promptFolders(config), config.promptLanguage);
    statement::Voice voice(prompter);
    WriterThread writer(std::move(heart.recorder), [&hardware] {
        return WriterThread::Health{hardware.battery().levelPercent(),
                                    hardware.card().freeBytes().value_or(std::uint64_t{0}),
                                    hardware.battery().charging()};
    });
    if (!config.assignment.empty()) {
        takeAssignmentFile(config, hardware.files(), root, writer);
    }
    offload::Service service(writer, hardware.files(), hardware.card().folder(), root);
    Cable cable(config, hardware, service, root);
    cable.keepOpen();
    Wiring wiring(hardware, *capture, writer, voice, config.silent);
    core::log(core::LogLevel::Info,
              "recorder",
              cable.port() ? fmt::format("ready, port {}", *cable.port()) : "ready, no cable");
    hardware.ready();
    while (!stopAskedOf(hardware)) {
        std::this_thread::sleep_for(kPoll);
        cable.keepOpen();
    }
    cable.close();
    capture->stop();
    wiring.close();
    const auto ask = [&voice, &clock = hardware.clock()](Recorder& recorder) -> Result<bool> {
        voice.onShutdown(clock.boottime());
        LIUHEN_CHECK(recorder.shutdown("button"));
        return true;
    };
    LIUHEN_CHECK(writer.call<bool>(ask));
    core::log(core::LogLevel::Info, "recorder", "switched off");
    return {};
}

int start(int argc, char** argv) {
    CLI::App cli("liuhen-recorder: records what it sees and hears as a chain of signed entries");
    std::string path;
    cli.add_option("--config", path, "configuration file (TOML)")->required();
    cli.set_version_flag("--version", kVersion);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : 2;
    }
    const auto config = loadConfig(path);
    if (!config) {
        fmt::print(stderr, "liuhen-recorder: {}\n", config.error().message);
        return 2;
    }
    std::signal(SIGINT, askStop);
    std::signal(SIGTERM, askStop);
    const auto ended = run(*config);
    if (!ended) {
        fmt::print(stderr, "liuhen-recorder: {}\n", ended.error().message);
        return 1;
    }
    return 0;
}

}  // namespace

}  // namespace liuhen::app

int main(int argc, char** argv) {
    try {
        return liuhen::app::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen-recorder: unexpected: %s\n", error.what());
        return 1;
    }
}
