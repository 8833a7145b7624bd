// SPDX-License-Identifier: Apache-2.0
// TOTP by OpenSSL's HMAC.
#include "common/crypto/totp.hpp"

#include "common/crypto/openssl.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

namespace liuhen::crypto {

namespace {

constexpr std::size_t kSha1Bytes = 20;
constexpr std::int64_t kNeighbours = 1;

std::array<std::uint8_t, kSha1Bytes> hmacSha1(ByteView key, ByteView message) {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    const EvpMacContext mac(EVP_MAC_CTX_new(algorithm));
    std::array<char, 5> digest = {"SHA1"};
    const std::array<OSSL_PARAM, 2> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    std::array<std::uint8_t, kSha1Bytes> out{};
    std::size_t size = 0;
    LIUHEN_ASSERT(
        mac != nullptr && EVP_MAC_init(mac.get(), key.data(), key.size(), params.data()) == 1 &&
        EVP_MAC_update(mac.get(), message.data(), message.size()) == 1 &&
        EVP_MAC_final(mac.get(), out.data(), &size, out.size()) == 1 && size == out.size());
    return out;
}

}  // namespace

std::int64_t totpStep(core::Microseconds utc) {
    return std::chrono::floor<std::chrono::seconds>(utc).count() / kTotpStepSeconds;
}

std::string totpCode(ByteView secret, std::int64_t step, unsigned digits) {
    constexpr unsigned kFewest = 6;
    constexpr unsigned kMost = 8;
    LIUHEN_ASSERT(digits >= kFewest && digits <= kMost);
    Buffer message;
    core::appendU64(message, static_cast<std::uint64_t>(step));
    const auto mac = hmacSha1(secret, message);
    const std::size_t offset = mac.back() & 0x0FU;  // RFC 4226 section 5.3
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        number = (number << 8U) | mac.at(offset + i);
    }
    number &= 0x7FFF'FFFFU;
    std::uint32_t modulus = 1;
    for (unsigned i = 0; i < digits; ++i) {
        modulus *= 10;
    }
    return fmt::format("{:0{}}", number % modulus, digits);
}

std::optional<std::int64_t> matchTotp(ByteView secret,
                                      std::string_view code,
                                      core::Microseconds utc,
                                      std::optional<std::int64_t> lastUsed) {
    const std::int64_t now = totpStep(utc);
    std::optional<std::int64_t> match;
    for (std::int64_t step = now - kNeighbours; step <= now + kNeighbours; ++step) {
        const std::string due = totpCode(secret, step);
        const bool same = equalSecret(core::viewOf(due), core::viewOf(code));
        if (same && (!lastUsed || step > *lastUsed)) {
            match = step;
        }
    }
    return match;
}

std::string toBase32(ByteView bytes) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    constexpr std::size_t kGroupBytes = 5;
    LIUHEN_ASSERT(bytes.size() % kGroupBytes == 0);
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += kGroupBytes) {
        std::uint64_t group = 0;
        for (const std::uint8_t byte : bytes.subspan(at, kGroupBytes)) {
            group = (group << 8U) | byte;
        }
        for (int shift = 35; shift >= 0; shift -= 5) {
            text += kLetters[(group >> static_cast<unsigned>(shift)) & 31U];
        }
    }
    return text;
}

}  // namespace liuhen::crypto
