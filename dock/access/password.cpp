// SPDX-License-Identifier: Apache-2.0
// Argon2id by libargon2.
#include "dock/access/password.hpp"

#include "common/core/utf8.hpp"
#include "common/crypto/digest.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <set>

#include <argon2.h>
#include <fmt/format.h>

namespace liuhen::access {

using core::ErrorKind;
using core::fail;

namespace {

// The second recommendation of RFC 9106 section 4, with one lane: the dock has few cores.
constexpr std::uint32_t kPasses = 3;
constexpr std::uint32_t kMemoryKiB = 65'536;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kEncodedBytes = 128;
constexpr int kAtOnce = 2;
constexpr std::size_t kLeastCharacters = 12;
constexpr std::size_t kLeastDifferent = 5;

/// Bounds what strangers can make the dock spend.
class Turn {
public:
    Turn() {
        std::unique_lock lock(mutex());
        changed().wait(lock, [] { return running() < kAtOnce; });
        ++running();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        {
            const std::scoped_lock lock(mutex());
            --running();
        }
        changed().notify_one();
    }

private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    static std::condition_variable& changed() {
        static std::condition_variable one;
        return one;
    }
    static int& running() {
        static int count = 0;
        return count;
    }
};

tl::unexpected<core::Error> failed(int code) {
    const bool memory = code == ARGON2_MEMORY_ALLOCATION_ERROR;
    return fail(memory ? ErrorKind::ResourceExhausted : ErrorKind::DataLoss,
                fmt::format("hash a password: {}", argon2_error_message(code)));
}

}  // namespace

Result<std::string> hashPassword(std::string_view password) {
    const core::Buffer salt = crypto::randomBytes(kSaltBytes);
    std::array<char, kEncodedBytes> encoded{};
    const Turn turn;
    const int code = argon2id_hash_encoded(kPasses,
                                           kMemoryKiB,
                                           kLanes,
                                           password.data(),
                                           password.size(),
                                           salt.data(),
                                           salt.size(),
                                           kHashBytes,
                                           encoded.data(),
                                           encoded.size());
    if (code != ARGON2_OK) {
        return failed(code);
    }
    return std::string(encoded.data());
}

Result<bool> verifyPassword(std::string_view password, const std::string& hash) {
    if (hash.empty()) {
        LIUHEN_TRY(const std::string unused, hashPassword(password));
        return unused.empty();  // never
    }
    const Turn turn;
    const int code = argon2id_verify(hash.c_str(), password.data(), password.size());
    if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH) {
        return failed(code);
    }
    return code == ARGON2_OK;
}

bool isGoodPassword(std::string_view password, std::string_view workNumber) {
    if (password.size() > kPasswordBytes || !core::isUtf8(core::viewOf(password))) {
        return false;
    }
    std::size_t characters = 0;
    std::set<std::string_view> different;
    for (std::size_t at = 0; at < password.size();) {
        std::size_t end = at + 1;
        while (end < password.size() &&
               (static_cast<unsigned char>(password[end]) & 0xC0U) == 0x80U) {
            ++end;
        }
        different.insert(password.substr(at, end - at));
        ++characters;
        at = end;
    }
    return characters >= kLeastCharacters && different.size() >= kLeastDifferent &&
           (workNumber.empty() || password.find(workNumber) == std::string_view::npos);
}

std::string drawFirstPassword() {
    constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz023456789";
    constexpr std::size_t kCharacters = 16;
    constexpr std::size_t kGroup = 4;
    std::string text;
    const core::Buffer random = crypto::randomBytes(kCharacters);
    for (std::size_t i = 0; i < kCharacters; ++i) {
        if (i > 0 && i % kGroup == 0) {
            text += '-';
        }
        text += kLetters[random[i] % kLetters.size()];
    }
    return text;
}

}  // namespace liuhen::access
