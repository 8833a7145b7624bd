// SPDX-License-Identifier: Apache-2.0
// A TLS 1.3 context that judges its peers by role. For the .cpp files of this folder alone.
#pragma once

#include "common/core/result.hpp"
#include "common/net/await.hpp"
#include "common/net/tls.hpp"

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace liuhen::net {

/// What the judgement of one connection's peer came to.
struct PeerNote {
    std::optional<crypto::Certificate> peer;
    std::string refusal;  // why it was refused; empty if it was not
};

/// One end's settings, for any number of connections on one thread. Must outlive them.
class TlsContext {
public:
    enum class Side { Server, Client };

    /// Errors: InvalidArgument if key and certificate do not fit each other.
    [[nodiscard]] static core::Result<std::unique_ptr<TlsContext>> create(
        const TlsIdentity& identity, Side side);
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext() = default;

    [[nodiscard]] asio::ssl::context& asioContext() { return context_; }
    /// Has the judgement of `ssl`'s peer written to `note`, which must outlive the connection.
    static void watch(SSL* ssl, PeerNote& note);
    [[nodiscard]] const TlsIdentity& identity() const { return identity_; }

private:
    explicit TlsContext(const TlsIdentity& identity)
        : context_(asio::ssl::context::tlsv13), identity_(identity) {}
    [[nodiscard]] core::Result<void> configure(Side side);
    static int verify(X509_STORE_CTX* store, void* self);
    [[nodiscard]] std::optional<std::string> judgePeer(X509_STORE_CTX* store, PeerNote& note) const;

    asio::ssl::context context_;
    TlsIdentity identity_;
};

/// Whether `error` is the peer's alert that it refuses our certificate.
[[nodiscard]] bool isCertificateAlert(const ErrorCode& error);

}  // namespace liuhen::net
