// SPDX-License-Identifier: Apache-2.0
// A peer that does what a proper client never would, on a blocking socket with plain OpenSSL.
#pragma once

#include "common/core/unique_fd.hpp"
#include "common/net/tls.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace liuhen::net {

/// A TCP connection to a port of the loopback; reads give up after five seconds.
[[nodiscard]] core::UniqueFd connectRaw(std::uint16_t port);
/// Whether the other side has closed: the next read gives the end or an error, not a timeout.
[[nodiscard]] bool isCut(int fd);

/// A TLS client that judges nobody.
class RawTls {
public:
    /// `identity` null: no certificate is shown. `version` is an OpenSSL protocol version.
    RawTls(std::uint16_t port, const TlsIdentity* identity, int version);
    [[nodiscard]] bool handshake();
    /// Whether all bytes went out.
    [[nodiscard]] bool send(std::string_view text);
    /// All that comes until the server ends the connection or five seconds bring nothing.
    [[nodiscard]] std::string readAll();
    [[nodiscard]] bool timedOut() const { return timedOut_; }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    core::UniqueFd fd_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> ssl_;
    bool timedOut_ = false;
};

}  // namespace liuhen::net
