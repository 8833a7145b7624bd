// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 with our own judgement of the peer in place of OpenSSL's chain building.
#include "common/net/tls_context.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace liuhen::net {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

/// The place of a PeerNote pointer among an SSL object's extra data.
int noteIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    LIUHEN_ASSERT(index >= 0);
    return index;
}

core::Buffer derOf(X509* certificate) {
    core::Buffer der;
    const int size = i2d_X509(certificate, nullptr);
    if (size > 0) {
        der.resize(static_cast<std::size_t>(size));
        unsigned char* to = der.data();
        i2d_X509(certificate, &to);
    }
    return der;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::create(const TlsIdentity& identity, Side side) {
    std::unique_ptr<TlsContext> context(new TlsContext(identity));
    LIUHEN_CHECK(context->configure(side));
    return context;
}

Result<void> TlsContext::configure(Side side) {
    SSL_CTX* native = context_.native_handle();
    LIUHEN_ASSERT(SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION) == 1 &&
                  SSL_CTX_set_max_proto_version(native, TLS1_3_VERSION) == 1);
    // AES-128 first: half of a recorder's processor time goes here.
    LIUHEN_ASSERT(SSL_CTX_set_ciphersuites(native,
                                           "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                           "TLS_CHACHA20_POLY1305_SHA256") == 1);
    // A resumed session would skip the judgement of the peer, and with it revocation.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    LIUHEN_ASSERT(SSL_CTX_set_num_tickets(native, 0) == 1);

    ErrorCode error;
    const core::Buffer& der = identity_.certificate.der();
    context_.use_certificate(asio::buffer(der), asio::ssl::context::asn1, error);
    if (!error) {
        context_.use_private_key(asio::buffer(identity_.keyPem), asio::ssl::context::pem, error);
    }
    if (error || SSL_CTX_check_private_key(native) != 1) {
        ERR_clear_error();
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("set up TLS for {}: key and certificate do not fit",
                                identity_.certificate.subject()));
    }
    const bool anonymous = side == Side::Server && identity_.anonymousPeers;
    SSL_CTX_set_verify(
        native,
        anonymous ? SSL_VERIFY_NONE : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
        nullptr);
    if (!anonymous) {
        SSL_CTX_set_cert_verify_callback(native, &TlsContext::verify, this);
    }
    return {};
}

void TlsContext::watch(SSL* ssl, PeerNote& note) {
    LIUHEN_ASSERT(SSL_set_ex_data(ssl, noteIndex(), &note) == 1);
}

int TlsContext::verify(X509_STORE_CTX* store, void* self) {
    const auto* context = static_cast<const TlsContext*>(self);
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    LIUHEN_ASSERT(ssl != nullptr);
    auto* note = static_cast<PeerNote*>(SSL_get_ex_data(ssl, noteIndex()));
    LIUHEN_ASSERT(note != nullptr);
    if (const auto why = context->judgePeer(store, *note)) {
        note->refusal = *why;
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return 0;
    }
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

std::optional<std::string> TlsContext::judgePeer(X509_STORE_CTX* store, PeerNote& note) const {
    X509* shown = X509_STORE_CTX_get0_cert(store);
    if (shown == nullptr) {
        return "the peer shows no certificate";
    }
    auto peer = crypto::Certificate::fromDer(derOf(shown));
    if (!peer) {
        return peer.error().message;
    }
    std::optional<core::Microseconds> at =
        identity_.now ? identity_.now() : std::optional(core::SystemClock().utc());
    if (auto why = crypto::judge(*peer, identity_.root, identity_.peerRole, at)) {
        return why;
    }
    if (identity_.allowed && !identity_.allowed(*peer)) {
        return fmt::format("certificate of {} is revoked or not expected here", peer->subject());
    }
    note.peer = *std::move(peer);
    return std::nullopt;
}

bool isCertificateAlert(const ErrorCode& error) {
    constexpr std::array<int, 9> kAlerts = {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
                                            SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
                                            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
                                            SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
                                            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
                                            SSL_R_TLSV1_ALERT_UNKNOWN_CA,
                                            SSL_R_TLSV1_ALERT_ACCESS_DENIED,
                                            SSL_R_TLSV1_ALERT_DECRYPT_ERROR,
                                            SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED};
    if (error.category() != asio::error::get_ssl_category()) {
        return false;
    }
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    return std::find(kAlerts.begin(), kAlerts.end(), reason) != kAlerts.end();
}

}  // namespace liuhen::net
