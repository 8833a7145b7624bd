// SPDX-License-Identifier: Apache-2.0
// A small agency for tests: a root, and identities with certificates of any role.
#pragma once

#include "common/net/client.hpp"
#include "common/net/server.hpp"

#include <cstdint>
#include <string_view>

namespace liuhen::net {

/// One root and what it signs, all valid now.
class Agency {
public:
    Agency();
    /// A fresh key with a certificate of `role`, that accepts peers of `peerRole`.
    [[nodiscard]] TlsIdentity identity(crypto::Role role,
                                       crypto::Role peerRole,
                                       std::string_view subject) const;
    /// The right ones: a recorder as server, a dock as client.
    [[nodiscard]] TlsIdentity recorder() const;
    [[nodiscard]] TlsIdentity dock() const;

private:
    crypto::Authority authority_;
};

/// The agency that most tests share.
[[nodiscard]] const Agency& agency();

/// A server on the loopback at a free port.
[[nodiscard]] std::unique_ptr<HttpServer> serverWith(const TlsIdentity& identity,
                                                     Handler handler,
                                                     const Limits& limits = {});
[[nodiscard]] Result<std::unique_ptr<HttpClient>> connectTo(const HttpServer& server,
                                                            const TlsIdentity& identity,
                                                            const ClientLimits& limits = {});

/// `size` bytes that repeat nowhere nearby.
[[nodiscard]] Buffer pattern(std::size_t size);
/// A source over bytes that it keeps.
[[nodiscard]] BodySource sourceOf(Buffer bytes);
/// A sink that appends to `to`.
[[nodiscard]] Sink appendTo(Buffer& to);

}  // namespace liuhen::net
