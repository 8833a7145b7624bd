// SPDX-License-Identifier: Apache-2.0
// Identities for tests.
#include "tests/common/net/agency.hpp"

#include <algorithm>
#include <memory>

namespace liuhen::net {

namespace {

constexpr int kYears = 2;

crypto::Authority newAuthority() {
    auto authority = crypto::Authority::create("Test", kYears, core::SystemClock().utc());
    LIUHEN_ASSERT(authority);
    return *std::move(authority);
}

}  // namespace

Agency::Agency() : authority_(newAuthority()) {}

TlsIdentity Agency::identity(crypto::Role role,
                             crypto::Role peerRole,
                             std::string_view subject) const {
    const auto key = crypto::PrivateKey::generate();
    auto certificate =
        authority_.certify(key.publicKey(), role, subject, 1, core::SystemClock().utc());
    LIUHEN_ASSERT(certificate);
    return TlsIdentity{key.toPem(),
                       *std::move(certificate),
                       authority_.certificate(),
                       peerRole,
                       {},
                       {},
                       {},
                       false};
}

TlsIdentity Agency::recorder() const {
    return identity(crypto::Role::RecorderTls, crypto::Role::DockTls, "recorder-1");
}

TlsIdentity Agency::dock() const {
    return identity(crypto::Role::DockTls, crypto::Role::RecorderTls, "dock-1");
}

const Agency& agency() {
    static const Agency shared;
    return shared;
}

std::unique_ptr<HttpServer> serverWith(const TlsIdentity& identity,
                                       Handler handler,
                                       const Limits& limits) {
    auto server = HttpServer::listen("127.0.0.1", 0, identity, std::move(handler), limits);
    LIUHEN_ASSERT(server);
    return *std::move(server);
}

Result<std::unique_ptr<HttpClient>> connectTo(const HttpServer& server,
                                              const TlsIdentity& identity,
                                              const ClientLimits& limits) {
    return HttpClient::connect("127.0.0.1", server.port(), identity, limits);
}

Buffer pattern(std::size_t size) {
    Buffer bytes(size);
    std::uint32_t state = 1;
    for (std::uint8_t& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24U);
    }
    return bytes;
}

BodySource sourceOf(Buffer bytes) {
    const auto kept = std::make_shared<const Buffer>(std::move(bytes));
    return BodySource{kept->size(), [kept](std::uint64_t offset, std::span<std::uint8_t> to) {
                          const ByteView all(*kept);
                          const ByteView part =
                              all.subspan(static_cast<std::size_t>(offset), to.size());
                          std::copy(part.begin(), part.end(), to.begin());
                          return Result<std::size_t>(part.size());
                      }};
}

Sink appendTo(Buffer& to) {
    return [&to](ByteView bytes) {
        core::append(to, bytes);
        return Result<void>{};
    };
}

}  // namespace liuhen::net
