// SPDX-License-Identifier: Apache-2.0
// `liuhen witness`: made once, then asked over HTTP or by file.
#include "common/core/log.hpp"
#include "common/tlog/add_checkpoint.hpp"
#include "tools/liuhen/commands.hpp"
#include "tools/witness/config.hpp"
#include "tools/witness/service.hpp"
#include "tools/witness/setup.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace liuhen::cli {

using core::Result;

namespace {

constexpr std::chrono::milliseconds kLook{100};

std::atomic<bool> stopAsked{false};

void askStop(int /*signal*/) {
    stopAsked = true;
}

Result<witness::Witness*> openWitness(core::Files& files,
                                      const witness::Config& config,
                                      const core::Clock& clock,
                                      std::optional<witness::Witness>& place) {
    LIUHEN_TRY(witness::Memory memory,
               witness::Memory::open(files, config.state, core::joinPath(config.state, "locks")));
    return &place.emplace(config.settings, std::move(memory), clock);
}

}  // namespace

Result<int> witnessInit(core::Files& files, const WitnessOptions& options) {
    LIUHEN_TRY(const std::string vkey,
               witness::setUp(files, {options.folder, options.name, options.logs}));
    fmt::print(
        "witness {} made in {}\n"
        "{}\n"
        "Give witness.vkey to the agency, for its folder witnesses/. Keep witness.pem and state/ "
        "where no dock's administrator reaches.\n"
        "next:  liuhen witness run --config {}\n",
        options.name,
        options.folder,
        vkey,
        core::joinPath(options.folder, "witness.toml"));
    return 0;
}

Result<int> witnessRun(core::Files& files, const WitnessOptions& options) {
    LIUHEN_TRY(const witness::Config config, witness::loadConfig(files, options.config));
    const core::SystemClock clock;
    std::optional<witness::Witness> place;
    LIUHEN_TRY(witness::Witness * watching, openWitness(files, config, clock, place));
    std::signal(SIGINT, askStop);
    std::signal(SIGTERM, askStop);
    LIUHEN_TRY(
        const auto server,
        net::HttpServer::listenPlain(
            config.address,
            config.port,
            [watching](const net::Request& request) { return witness::serve(*watching, request); },
            witness::serviceLimits()));
    if (!config.portFile.empty()) {
        const std::string port = fmt::format("{}\n", server->port());
        LIUHEN_CHECK(core::replaceFile(files, config.portFile, core::viewOf(port)));
    }
    core::log(core::LogLevel::Info,
              "witness",
              fmt::format("{} ready on {} port {}, {} logs",
                          config.settings.name,
                          config.address,
                          server->port(),
                          config.settings.logs.size()));
    while (!stopAsked) {
        std::this_thread::sleep_for(kLook);
    }
    server->stop();
    return 0;
}

Result<int> witnessSign(core::Files& files, const WitnessOptions& options) {
    LIUHEN_TRY(const witness::Config config, witness::loadConfig(files, options.config));
    LIUHEN_TRY(const core::Buffer request,
               core::readFile(files, options.request, tlog::kAddCheckpointBytes));
    const core::SystemClock clock;
    std::optional<witness::Witness> place;
    LIUHEN_TRY(witness::Witness * watching, openWitness(files, config, clock, place));
    const witness::Answer answer = watching->addCheckpoint(core::textOf(request));
    if (answer.status == 503) {
        return core::fail(core::ErrorKind::Unavailable, "sign: " + answer.body);
    }
    const bool bare = answer.status == 200 || answer.status == 409;
    fmt::print("{}{}", bare ? "" : fmt::format("refused {}: ", answer.status), answer.body);
    const std::string_view told =
        answer.status == 200   ? "cosigned; give the answer to the dock"
        : answer.status == 409 ? "not cosigned; the answer tells what this witness remembers, give "
                                 "it to the dock and take its next request"
                               : "refused; the answer says why";
    fmt::print(stderr, "liuhen: {}\n", told);
    return answer.status == 200 ? kIntact : kNotIntact;
}

}  // namespace liuhen::cli
