// SPDX-License-Identifier: Apache-2.0
// liuhen-recorder: opens the board, recovers the card, records until it is switched off.
#include "common/core/log.hpp"
#include "firmware/app/cable.hpp"
#include "firmware/app/config.hpp"
#include "firmware/app/wiring.hpp"
#include "hal/linux/linux_board.hpp"
#include "hal/sim/sim_board.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
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

Result<recorder::RecorderConfig> settingsOf(const Config& config, hal::Board& board) {
    recorder::RecorderConfig settings;
    settings.cardFolder = board.card().folder();
    settings.firmware = kVersion;
    settings.wearer = config.wearer;
    settings.place = config.place;
    settings.bootId = board.bootId();
    if (config.encrypt) {
        LIUHEN_TRY(settings.recipients, readRecipients(board.keystore()));
    }
    return settings;
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
    LIUHEN_TRY(const recorder::RecorderConfig settings, settingsOf(config, hardware));
    LIUHEN_TRY(const auto capture, openCapture(config, hardware));
    LIUHEN_TRY(Heart heart, beginWhenPossible(hardware, settings, tracksOf(*capture)));
    if (heart.recorder == nullptr) {
        return {};
    }
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
    Wiring wiring(hardware, *capture, writer);
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
    const auto ask = [](Recorder& recorder) -> Result<bool> {
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
