// SPDX-License-Identifier: Apache-2.0
// A recorder in its bay: the product's service over TLS, without camera and buttons.
#include "common/net/server.hpp"
#include "firmware/offload/service.hpp"
#include "hal/folder_keystore.hpp"
#include "tools/bench/children.hpp"

#include <signal.h>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;
using recorder::Recorder;
using recorder::WriterThread;

Result<crypto::Certificate> certificateIn(hal::Keystore& keystore, const std::string& name) {
    LIUHEN_TRY(const core::Buffer pem, keystore.readNamed(name));
    return crypto::Certificate::fromPem(core::textOf(pem));
}

/// The stop signals are taken by this thread alone, so all threads begin with them blocked.
sigset_t blockStopSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

}  // namespace

Result<void> serve(const std::string& recorder, const std::string& portFile) {
    const sigset_t signals = blockStopSignals();
    const auto files = core::systemFiles();
    core::SystemClock clock;
    hal::FolderKeystore keystore(*files, core::joinPath(recorder, "keystore"));
    LIUHEN_TRY(recorder::Keychain keychain, recorder::Keychain::open(keystore));
    LIUHEN_TRY(const crypto::Certificate root, certificateIn(keystore, "root.pem"));
    LIUHEN_TRY(crypto::Certificate certificate, certificateIn(keystore, "tls.crt"));
    LIUHEN_TRY(const core::Buffer key, keystore.readNamed("tls.pem"));
    recorder::RecorderConfig config;
    config.cardFolder = core::joinPath(recorder, "card");
    config.firmware = "bench";
    LIUHEN_TRY(auto heart, Recorder::begin(config, *files, clock, keychain, media::Tracks{}));
    WriterThread writer(std::move(heart), [] { return WriterThread::Health{}; });
    offload::Service service(writer, *files, config.cardFolder, root);
    const net::TlsIdentity identity{std::string(core::textOf(key)),
                                    std::move(certificate),
                                    root,
                                    crypto::Role::DockTls,
                                    {},
                                    {},
                                    {},
                                    false};
    LIUHEN_TRY(const auto server,
               net::HttpServer::listen(
                   "127.0.0.1",
                   0,
                   identity,
                   [&service](const net::Request& request) { return service.handle(request); },
                   net::Limits{}));
    const std::string port = fmt::format("{}\n", server->port());
    LIUHEN_CHECK(core::replaceFile(*files, portFile, core::viewOf(port)));
    int got = 0;
    ::sigwait(&signals, &got);
    server->stop();
    return {};
}

}  // namespace liuhen::bench
