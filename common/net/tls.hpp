// SPDX-License-Identifier: Apache-2.0
// Who we are and whom we accept at the other end of a TLS 1.3 connection.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/certificate.hpp"

#include <functional>
#include <optional>
#include <string>

namespace liuhen::net {

/// Our key and certificate, and what the peer's certificate must be.
///
/// Only TLS 1.3 is spoken, without session resumption, so each connection is judged anew: the
/// peer's certificate must be signed by `root` (no other authority counts), have `peerRole`, be
/// valid now, and be `allowed`. Otherwise the handshake fails.
struct TlsIdentity {
    std::string keyPem;  // unencrypted PKCS#8 of `certificate`'s key
    crypto::Certificate certificate;
    crypto::Certificate root;
    crypto::Role peerRole;
    /// Revocation, and which device is expected; empty allows all. Called on the thread of the
    /// handshake: no blocking.
    std::function<bool(const crypto::Certificate& peer)> allowed;
    /// The time at which the peer's certificate must be valid; empty means the machine's UTC. A
    /// device that knows its clock to be wrong answers nothing: validity is then not judged.
    std::function<std::optional<core::Microseconds>()> now;
    /// Called with the reason for each peer that is refused, for an incident entry; may be empty.
    std::function<void(const std::string& why)> refused;
    /// A server for browsers asks for no certificate; `peerRole` then says nothing.
    bool anonymousPeers = false;
};

}  // namespace liuhen::net
