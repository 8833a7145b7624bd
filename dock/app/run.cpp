// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock run`: bays, progress, summary.
#include "common/core/clock.hpp"
#include "common/core/log.hpp"
#include "dock/app/commands.hpp"
#include "dock/app/display.hpp"
#include "dock/register/register.hpp"
#include "dock/vault/client.hpp"
#include "dock/web/api/server.hpp"
#include "dock/witness/circle.hpp"
#include "dock/witness/post.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>

namespace liuhen::dock {

using core::joinPath;
using core::Result;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kRedraw{200};
constexpr milliseconds kRoomWaitOnce{60'000};

/// Outcomes of the bays that have one, in their order.
std::vector<ingest::Outcome> outcomesOf(const bay::Fleet& fleet) {
    std::vector<ingest::Outcome> outcomes;
    for (const auto& bay : fleet.bays()) {
        if (auto outcome = bay->outcome()) {
            outcomes.push_back(*std::move(outcome));
        }
    }
    return outcomes;
}

/// What the vault says of itself; nothing if it does not answer.
std::optional<vault::Status> statusOf(const std::string& socket) {
    auto vault = vault::Client::connect(socket);
    auto status =
        vault ? vault->status() : Result<vault::Status>(tl::make_unexpected(vault.error()));
    return status ? std::optional(*std::move(status)) : std::nullopt;
}

Result<void> writeSummary(core::Files& files,
                          const std::string& folder,
                          const bay::Fleet& fleet,
                          const std::optional<vault::Status>& status) {
    const std::string text = summaryJson(outcomesOf(fleet), status);
    return core::replaceFile(files, joinPath(folder, "summary.json"), core::viewOf(text));
}

/// What tells one set of outcomes from another.
std::vector<std::int64_t> stampsOf(const bay::Fleet& fleet) {
    std::vector<std::int64_t> stamps;
    for (const auto& bay : fleet.bays()) {
        const auto outcome = bay->outcome();
        stamps.push_back(outcome ? outcome->endUs : 0);
    }
    return stamps;
}

/// Carries the wish to end from a signal handler to the threads, from the start on.
class StopWatch {
public:
    StopWatch(const std::atomic<bool>& asked, ingest::Stop& stopping)
        : thread_([this, &asked, &stopping] {
              while (!done_ && !asked) {
                  std::this_thread::sleep_for(kLook);
              }
              if (asked) {
                  stopping.ask();
              }
          }) {}
    StopWatch(const StopWatch&) = delete;
    StopWatch& operator=(const StopWatch&) = delete;
    ~StopWatch() {
        done_ = true;
        thread_.join();
    }

private:
    static constexpr milliseconds kLook{50};
    std::atomic<bool> done_{false};
    std::thread thread_;
};

/// Lets in whom the list of revoked certificates and the register let in.
net::TlsIdentity admitting(net::TlsIdentity tls, registry::Register& records) {
    tls.allowed = [&records, listed = tls.allowed](const crypto::Certificate& peer) {
        return (!listed || listed(peer)) && records.admits(peer.subject());
    };
    return tls;
}

}  // namespace

Result<int> run(core::Files& files,
                const Config& config,
                const RunOptions& options,
                const std::atomic<bool>& stop) {
    const std::string nonces = joinPath(config.folder, "nonces");
    const std::string spool = joinPath(config.folder, "spool");
    LIUHEN_CHECK(files.makeFolders(nonces));
    LIUHEN_CHECK(files.makeFolders(spool));
    LIUHEN_TRY(const auto catalogue, catalogue::Catalogue::open(config.folder));
    const core::SystemClock clock{};
    LIUHEN_TRY(const auto records, registry::Register::open(config.folder, clock));
    ingest::Stop stopping;
    const StopWatch watch(stop, stopping);
    ingest::Claims claims;
    ingest::Patience patience;
    if (options.once) {
        patience.roomWait = kRoomWaitOnce;
    }
    ingest::DockParts parts{*catalogue,
                            files,
                            claims,
                            stopping,
                            admitting(config.identity.tls, *records),
                            config.identity.dockKey,
                            config.identity.dockCertificate,
                            config.vaultSocket,
                            nonces,
                            spool,
                            net::ClientLimits{},
                            patience,
                            records.get()};
    {
        // Nothing begins without a vault: recorders would dock for nothing.
        ingest::Progress unused;
        ingest::VaultFeed feed(
            {config.vaultSocket, parts.identity.root, patience}, stopping, unused);
        const auto vault = feed.client();
        if (!vault && stop) {
            return 0;  // told to end before anything began
        }
        if (!vault) {
            return tl::make_unexpected(vault.error());
        }
        LIUHEN_TRY(const vault::Hello hello, (*vault)->hello());
        core::log(core::LogLevel::Info,
                  "dock",
                  fmt::format("vault {} has {} leaves", hello.origin, hello.logSize));
    }
    bay::Pace pace;
    pace.once = options.once;
    bay::Fleet fleet(parts, config.bays, pace);
    ingest::Stop watching;  // outlasts the bays: the witnesses are shown what these brought
    witnessing::Circle witnesses(
        {config.vaultSocket, parts.identity.root, patience, witnessing::witnessLimits(), watching},
        config.witnesses);
    std::unique_ptr<web::WebServer> server;
    if (config.page && !options.once) {
        auto started =
            web::WebServer::start(*config.page,
                                  {files,
                                   config.folder,
                                   config.vaultSocket,
                                   fleet,
                                   *records,
                                   {config.identity.dockKey, config.identity.dockCertificate},
                                   clock});
        if (!started) {
            stopping.ask();  // the bays are at work already
            return tl::make_unexpected(std::move(started).error());
        }
        server = *std::move(started);
    }
    Display display;
    std::vector<std::int64_t> written = stampsOf(fleet);
    while (!fleet.ended()) {
        display.show(fleet);
        if (auto stamps = stampsOf(fleet); stamps != written) {
            written = std::move(stamps);
            witnesses.poke();
            const auto status = statusOf(config.vaultSocket);
            if (const auto done = writeSummary(files, config.folder, fleet, status); !done) {
                core::log(core::LogLevel::Error, "dock", done.error().message);
            }
        }
        fleet.waitForEnd(kRedraw);
    }
    display.show(fleet);
    if (options.once && !stop) {
        witnesses.settle();
    }
    watching.ask();
    const auto status = statusOf(config.vaultSocket);
    LIUHEN_CHECK(writeSummary(files, config.folder, fleet, status));
    if (options.once && status) {
        const auto now = std::chrono::floor<std::chrono::seconds>(clock.utc());
        fmt::print("{}", witnessLines(*status, now.count()));
    }
    const auto outcomes = outcomesOf(fleet);
    const bool good = std::all_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
        return outcome.end == ingest::Phase::Done;
    });
    const bool all = !options.once || outcomes.size() == fleet.bays().size();
    return good && all ? 0 : 1;
}

}  // namespace liuhen::dock
