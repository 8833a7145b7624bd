// SPDX-License-Identifier: Apache-2.0
// The recorder's end of the cable: what it answers to a dock (docs/protocol/cable.md).
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/certificate.hpp"
#include "common/net/http_types.hpp"
#include "firmware/recorder/writer_thread.hpp"

#include <string>

namespace liuhen::offload {

/// Answers requests. Thread-safe: reads files itself, asks the writer thread for all else.
///
/// Nothing that a dock sends names a path: recordings and segments are numbers, parsed as such.
class Service {
public:
    Service(recorder::WriterThread& writer,
            core::Files& files,
            std::string cardFolder,
            crypto::Certificate root);

    [[nodiscard]] net::Response handle(const net::Request& request);

private:
    [[nodiscard]] core::Result<net::Response> route(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> device();
    [[nodiscard]] core::Result<net::Response> docking(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> ledger(std::string_view query);
    [[nodiscard]] core::Result<net::Response> segment(std::string_view path);
    [[nodiscard]] core::Result<net::Response> clock(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> assignment(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> checkpoint(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> receipt(const net::Request& request);

    recorder::WriterThread& writer_;
    core::Files& files_;
    std::string cardFolder_;
    crypto::Certificate root_;
};

}  // namespace liuhen::offload
