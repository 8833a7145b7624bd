// SPDX-License-Identifier: Apache-2.0
// Opening of the recorder's server.
#include "firmware/app/cable.hpp"

#include "common/core/log.hpp"

#include <fmt/format.h>

namespace liuhen::app {

using core::Result;

namespace {

constexpr auto kRetry = std::chrono::seconds(5);

}  // namespace

void Cable::keepOpen() {
    if (server_ != nullptr || std::chrono::steady_clock::now() < retryAt_) {
        return;
    }
    const auto opened = open();
    if (!opened) {
        server_.reset();
        retryAt_ = std::chrono::steady_clock::now() + kRetry;
    }
    if (opened && !told_.empty()) {
        core::log(
            core::LogLevel::Info, "recorder", fmt::format("cable on port {}", server_->port()));
    } else if (!opened && told_ != opened.error().message) {
        told_ = opened.error().message;
        core::log(core::LogLevel::Error, "recorder", "no cable, trying again: " + told_);
    }
}

void Cable::close() {
    if (server_ != nullptr) {
        server_->stop();
    }
}

Result<void> Cable::open() {
    hal::Keystore& keystore = board_.keystore();
    LIUHEN_TRY(const core::Buffer key, keystore.readNamed("tls.pem"));
    LIUHEN_TRY(const core::Buffer pem, keystore.readNamed("tls.crt"));
    LIUHEN_TRY(crypto::Certificate certificate, crypto::Certificate::fromPem(core::textOf(pem)));
    net::TlsIdentity identity{std::string(core::textOf(key)),
                              std::move(certificate),
                              root_,
                              crypto::Role::DockTls,
                              {},
                              {},
                              {},
                              false};
    LIUHEN_TRY(
        server_,
        net::HttpServer::listen(
            config_.address,
            config_.port,
            identity,
            [&service = service_](const net::Request& request) { return service.handle(request); },
            net::Limits{}));
    if (!config_.portFile.empty()) {
        const std::string text = fmt::format("{}\n", server_->port());
        LIUHEN_CHECK(core::replaceFile(board_.files(), config_.portFile, core::viewOf(text)));
    }
    return {};
}

}  // namespace liuhen::app
