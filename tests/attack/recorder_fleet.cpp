// SPDX-License-Identifier: Apache-2.0
// Many recorders in one process, each with a ledger, a cable certificate and a port of its own:
//   recorder_fleet AGENCY LIST HONEST LIARS CLONES
// They are enrolled with the key in AGENCY and registered there. LIST gets a line "DEVICE PORT" for
// each. A liar's footage claims to be 1 TiB long; clones are pairs of one device that filmed
// different things after its keystore was copied. On SIGTERM a line "DEVICE RECEIPTS" for each.
#include "common/core/files.hpp"
#include "tests/dock/ingest/fake_recorder.hpp"

#include <signal.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include <fmt/format.h>

namespace liuhen::test {

namespace {

constexpr std::uint64_t kSegments = 2;
constexpr std::uint64_t kParts = 20;
constexpr std::uint64_t kClaimedBytes = std::uint64_t{1} << 40U;

template <class T>
T must(core::Result<T> result) {
    if (!result) {
        fmt::print(stderr, "recorder_fleet: {}\n", result.error().message);
        std::exit(2);  // NOLINT(concurrency-mt-unsafe): no server runs yet
    }
    return *std::move(result);
}

std::string textIn(core::Files& files, const std::string& path) {
    return std::string(core::textOf(must(core::readFile(files, path, 65536))));
}

class Fleet {
public:
    explicit Fleet(const std::string& agency)
        : agency_(agency),
          authority_(must(crypto::Authority::open(textIn(*files_, agency + "/root-key.pem"),
                                                  textIn(*files_, agency + "/root.pem")))) {}

    FakeLedger enrolled(const std::string& device) {
        FakeLedger ledger(authority_, device, now_);
        const auto message = ledger.registration().sign(authority_.key());
        const std::string name = evidence::registrationName(device, ledger.generation());
        const auto done = core::replaceFile(*files_, agency_ + "/registered/" + name, message);
        LIUHEN_ASSERT(done);
        return ledger;
    }

    FakeRecorder& serve(FakeLedger ledger) {
        ledger.record(kSegments, kParts);
        const auto key = crypto::PrivateKey::generate();
        const net::TlsIdentity identity{
            key.toPem(),
            must(authority_.certify(
                key.publicKey(), crypto::Role::RecorderTls, ledger.device(), 1, now_)),
            authority_.certificate(),
            crypto::Role::DockTls,
            {},
            {},
            {},
            false};
        return *recorders_.emplace_back(
            std::make_unique<FakeRecorder>(std::move(ledger), identity));
    }

    void serveLiar(const std::string& device) {
        serve(enrolled(device)).instead =
            [](const net::Request& request) -> std::optional<net::Response> {
            if (!request.target.starts_with("/v1/segments")) {
                return std::nullopt;
            }
            net::Response endless;
            endless.source =
                net::BodySource{kClaimedBytes, [](std::uint64_t, std::span<std::uint8_t> to) {
                                    return core::Result<std::size_t>(to.size());
                                }};
            return endless;
        };
    }

    void list(const std::string& path) {
        std::string text;
        for (const auto& recorder : recorders_) {
            text += fmt::format("{} {}\n", recorder->ledger().device(), recorder->port());
        }
        const auto done = core::replaceFile(*files_, path, core::viewOf(text));
        LIUHEN_ASSERT(done);
    }

    void tellReceipts() {
        for (const auto& recorder : recorders_) {
            const std::size_t receipts = recorder->receipts();
            fmt::print("{} {}\n", recorder->ledger().device(), receipts);
        }
    }

private:
    std::string agency_;
    std::unique_ptr<core::Files> files_ = core::systemFiles();
    core::Microseconds now_ = core::SystemClock().utc();
    crypto::Authority authority_;
    std::vector<std::unique_ptr<FakeRecorder>> recorders_;
};

int run(const std::vector<std::string>& arguments) {
    if (arguments.size() != 5) {
        fmt::print(stderr, "usage: recorder_fleet AGENCY LIST HONEST LIARS CLONES\n");
        return 2;
    }
    sigset_t ends{};
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // for all threads; this one asks for it
    Fleet fleet(arguments[0]);
    const auto number = [&arguments](std::size_t index) {
        return must(core::parseUnsigned(arguments[index]));
    };
    for (std::uint64_t i = 0; i < number(2); ++i) {
        fleet.serve(fleet.enrolled(fmt::format("HONEST-{}", i)));
    }
    for (std::uint64_t i = 0; i < number(3); ++i) {
        fleet.serveLiar(fmt::format("LIAR-{}", i));
    }
    for (std::uint64_t i = 0; i < number(4); ++i) {
        const FakeLedger original = fleet.enrolled(fmt::format("CLONED-{}", i));
        fleet.serve(original);
        fleet.serve(original);
    }
    fleet.list(arguments[1]);
    int signal = 0;
    ::sigwait(&ends, &signal);
    fleet.tellReceipts();
    return 0;
}

}  // namespace

}  // namespace liuhen::test

int main(int argc, char** argv) {
    try {
        return liuhen::test::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "recorder_fleet: %s\n", error.what());
        return 1;
    }
}
