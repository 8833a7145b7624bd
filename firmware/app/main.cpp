// SPDX-License-Identifier: Apache-2.0
// liuhen-recorder: opens the board, recovers the card, records until it is switched off.
#include "common/core/log.hpp"
#include "common/net/server.hpp"
#include "firmware/app/config.hpp"
#include "firmware/offload/service.hpp"
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

void report(const Result<void>& result, std::string_view what) {
    if (!result) {
        core::log(core::LogLevel::Warning,
                  "recorder",
                  fmt::format("{}: {}", what, result.error().message));
    }
}

/// What a button does (docs/recorder.md). Runs on the writer thread.
void onButton(Recorder& recorder, const hal::ButtonEvent& event) {
    using hal::Button;
    using hal::ButtonAction;
    if (event.button == Button::Record && event.action == ButtonAction::Press &&
        !recorder.recording()) {
        const auto started = recorder.start("button", event.pressedAt);
        core::log(started ? core::LogLevel::Info : core::LogLevel::Error,
                  "recorder",
                  started ? "recording" : started.error().message);
    } else if (event.button == Button::Record && event.action == ButtonAction::HeldTwoSeconds) {
        report(recorder.end("button"), "end recording");
        core::log(core::LogLevel::Info, "recorder", "recording ended");
    } else if (event.button == Button::Mark && event.action == ButtonAction::Press) {
        report(recorder.mark("focus", event.pressedAt), "mark");
    }
}

void onBoardEvent(Recorder& recorder, const hal::BoardEvent& event) {
    if (event.kind == hal::BoardEventKind::Statement) {
        report(recorder.statement(event.statement, event.from, event.to), "statement");
    }
}

void connect(hal::Board& board, capture::Capture& capture, WriterThread& writer) {
    board.buttons().setListener([&writer, &capture](const hal::ButtonEvent& event) {
        if (event.button == hal::Button::Record && event.action == hal::ButtonAction::Press) {
            capture.requestKeyFrame();
        }
        writer.post([event](Recorder& recorder) { onButton(recorder, event); });
    });
    board.setListener([&writer](const hal::BoardEvent& event) {
        writer.post([event](Recorder& recorder) { onBoardEvent(recorder, event); });
    });
    capture::CaptureListener listener;
    listener.unit = [&writer](capture::EncodedUnit unit) {
        writer.postUnhurried(
            [unit = std::move(unit)](Recorder& recorder) { recorder.takeUnit(unit); });
    };
    listener.sourceLost = [&writer](const capture::SourceLost& lost) {
        core::log(core::LogLevel::Warning, "capture", "source lost: " + lost.cause);
        writer.post([lost](Recorder& recorder) { recorder.takeLoss(lost); });
    };
    listener.sourceReturned = [&writer](const capture::SourceReturned& back) {
        writer.post([back](Recorder& recorder) { recorder.takeReturn(back.track); });
    };
    listener.parametersChanged = [&writer](capture::Track track, const core::Buffer& parameters) {
        writer.post([track, parameters](Recorder& recorder) {
            recorder.takeParameters(track, parameters);
        });
    };
    capture.start(std::move(listener));
}

Result<std::unique_ptr<net::HttpServer>> serve(const Config& config,
                                               hal::Keystore& keystore,
                                               offload::Service& service,
                                               const crypto::Certificate& root) {
    LIUHEN_TRY(const core::Buffer key, keystore.readNamed("tls.pem"));
    LIUHEN_TRY(crypto::Certificate certificate, readCertificate(keystore, "tls.crt"));
    net::TlsIdentity identity{std::string(core::textOf(key)),
                              std::move(certificate),
                              root,
                              crypto::Role::DockTls,
                              {},
                              {},
                              {},
                              false};
    return net::HttpServer::listen(
        config.address,
        config.port,
        identity,
        [&service](const net::Request& request) { return service.handle(request); },
        net::Limits{});
}

Result<void> writePort(core::Files& files, const Config& config, std::uint16_t port) {
    if (config.portFile.empty()) {
        return {};
    }
    const std::string text = fmt::format("{}\n", port);
    return core::replaceFile(files, config.portFile, core::viewOf(text));
}

Result<void> run(const Config& config) {
    LIUHEN_TRY(const std::unique_ptr<hal::Board> board, openBoard(config));
    hal::Keystore& keystore = board->keystore();
    LIUHEN_TRY(recorder::Keychain keychain, recorder::Keychain::open(keystore));
    LIUHEN_TRY(const crypto::Certificate root, readCertificate(keystore, "root.pem"));
    recorder::RecorderConfig settings;
    settings.cardFolder = board->card().folder();
    settings.firmware = kVersion;
    settings.wearer = config.wearer;
    settings.place = config.place;
    if (config.encrypt) {
        LIUHEN_TRY(settings.recipients, readRecipients(keystore));
    }
    LIUHEN_TRY(const auto capture,
               capture::Capture::open(
                   config.capture, &board->camera(), &board->microphone(), board->clock()));
    LIUHEN_TRY(
        auto heart,
        Recorder::begin(
            std::move(settings), board->files(), board->clock(), keychain, tracksOf(*capture)));
    hal::Board& hardware = *board;
    WriterThread writer(std::move(heart), [&hardware] {
        return WriterThread::Health{hardware.battery().levelPercent(),
                                    hardware.card().freeBytes().value_or(std::uint64_t{0})};
    });
    offload::Service service(writer, board->files(), board->card().folder(), root);
    LIUHEN_TRY(const auto server, serve(config, keystore, service, root));
    connect(*board, *capture, writer);
    LIUHEN_CHECK(writePort(board->files(), config, server->port()));
    core::log(core::LogLevel::Info, "recorder", fmt::format("ready, port {}", server->port()));
    board->ready();
    while (!stopAsked && !board->powerOffRequested()) {
        std::this_thread::sleep_for(kPoll);
    }
    server->stop();
    capture->stop();
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
