// SPDX-License-Identifier: Apache-2.0
// The recorder's server, which may be absent: recording never waits for it.
#pragma once

#include "common/net/server.hpp"
#include "firmware/app/config.hpp"
#include "firmware/offload/service.hpp"
#include "hal/board.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace liuhen::app {

/// Opens the port, and tries again every few seconds while that fails (a taken port, keys that do
/// not fit). One thread.
class Cable {
public:
    Cable(const Config& config,
          hal::Board& board,
          offload::Service& service,
          const crypto::Certificate& root)
        : config_(config), board_(board), service_(service), root_(root) {}

    /// Opens it if it is not open and a try is due; what fails is logged.
    void keepOpen();
    void close();
    [[nodiscard]] std::optional<std::uint16_t> port() const {
        return server_ != nullptr ? std::optional(server_->port()) : std::nullopt;
    }

private:
    [[nodiscard]] core::Result<void> open();

    const Config& config_;
    hal::Board& board_;
    offload::Service& service_;
    const crypto::Certificate& root_;
    std::unique_ptr<net::HttpServer> server_;
    std::chrono::steady_clock::time_point retryAt_;
    std::string told_;
};

}  // namespace liuhen::app
