// SPDX-License-Identifier: Apache-2.0
// The improper client.
#include "tests/common/net/raw_tls.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <csignal>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace liuhen::net {

core::UniqueFd connectRaw(std::uint16_t port) {
    std::signal(SIGPIPE, SIG_IGN);
    core::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval wait{5, 0};
    LIUHEN_ASSERT(::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The socket interface takes every address family by this one type.
    LIUHEN_ASSERT(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    return fd;
}

bool isCut(int fd) {
    std::array<char, 64> bytes{};
    ssize_t count = 1;
    while (count > 0) {
        count = ::recv(fd, bytes.data(), bytes.size(), 0);
    }
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

RawTls::RawTls(std::uint16_t port, const TlsIdentity* identity, int version)
    : fd_(connectRaw(port)), context_(SSL_CTX_new(TLS_client_method())) {
    LIUHEN_ASSERT(SSL_CTX_set_max_proto_version(context_.get(), version) == 1);
    if (identity != nullptr) {
        const core::Buffer& der = identity->certificate.der();
        LIUHEN_ASSERT(SSL_CTX_use_certificate_ASN1(
                          context_.get(), static_cast<int>(der.size()), der.data()) == 1);
        BIO* bio =
            BIO_new_mem_buf(identity->keyPem.data(), static_cast<int>(identity->keyPem.size()));
        EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
        LIUHEN_ASSERT(SSL_CTX_use_PrivateKey(context_.get(), key) == 1);
        EVP_PKEY_free(key);
        BIO_free(bio);
    }
    ssl_.reset(SSL_new(context_.get()));
    LIUHEN_ASSERT(SSL_set_fd(ssl_.get(), fd_.get()) == 1);
}

bool RawTls::handshake() {
    ERR_clear_error();
    return SSL_connect(ssl_.get()) == 1;
}

bool RawTls::send(std::string_view text) {
    ERR_clear_error();
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) ==
           static_cast<int>(text.size());
}

std::string RawTls::readAll() {
    std::string all;
    std::array<char, 16384> bytes{};
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (count <= 0) {
            timedOut_ = errno == EAGAIN || errno == EWOULDBLOCK;
            return all;
        }
        all.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace liuhen::net
