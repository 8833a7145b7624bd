// SPDX-License-Identifier: Apache-2.0
// Reading of the list, and the one field of a certificate that only OpenSSL knows.
#include "common/net/revocation.hpp"

#include "common/core/files.hpp"
#include "common/core/log.hpp"
#include "common/core/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include <openssl/bn.h>
#include <openssl/x509.h>

namespace liuhen::net {

namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{4} << 20U;

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(char* text) const { OPENSSL_free(text); }
};

/// Lower-case digits without colons and leading zeros.
std::string plainSerial(std::string_view text) {
    std::string digits;
    for (const char letter : text) {
        if (letter != ':') {
            digits.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
        }
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

/// A line without its comment and the white space around.
std::string_view contentOf(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos
               ? std::string_view()
               : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

core::Result<std::string> readList(const std::string& path) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(const core::Buffer bytes, core::readFile(*files, path, kFileBytes));
    if (!core::isUtf8(bytes)) {
        return core::fail(core::ErrorKind::InvalidArgument, "read " + path + ": it is no text");
    }
    return std::string(core::textOf(bytes));
}

}  // namespace

std::string serialOf(const crypto::Certificate& certificate) {
    const core::Buffer& der = certificate.der();
    const unsigned char* at = der.data();
    const std::unique_ptr<X509, Free> parsed(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    LIUHEN_ASSERT(parsed != nullptr);  // it was read before
    const std::unique_ptr<BIGNUM, Free> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(parsed.get()), nullptr));
    const std::unique_ptr<char, Free> text(number ? BN_bn2hex(number.get()) : nullptr);
    LIUHEN_ASSERT(text != nullptr);
    return plainSerial(text.get());
}

std::function<bool(const crypto::Certificate&)> unlessRevoked(std::string path) {
    return [path = std::move(path)](const crypto::Certificate& certificate) {
        const auto list = readList(path);
        if (!list) {
            core::log(core::LogLevel::Error,
                      "net",
                      list.error().message + "; nobody is accepted until it can be read");
            return false;
        }
        const std::string serial = serialOf(certificate);
        for (std::string_view rest = *list; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = contentOf(rest.substr(0, end));
            if (!line.empty() && (line == certificate.subject() || plainSerial(line) == serial)) {
                return false;
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return true;
    };
}

core::Result<void> checkRevoked(const std::string& path) {
    LIUHEN_TRY(const std::string list, readList(path));
    return {};
}

}  // namespace liuhen::net
