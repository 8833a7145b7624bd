// SPDX-License-Identifier: Apache-2.0
// Reading of the configuration and of the key that it names.
#include "tools/witness/config.hpp"

#include "common/core/config_table.hpp"
#include "common/crypto/digest.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace liuhen::witness {

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;
constexpr std::size_t kMaxLogs = 1024;

std::optional<crypto::NoteKey> readKey(core::Files& files, core::ConfigTable& table) {
    const std::string path = table.path("key");
    if (path.empty()) {
        return std::nullopt;  // told already
    }
    auto pem = core::readFile(files, path, kPemBytes);
    if (!pem) {
        table.reject("key", pem.error().message);
        return std::nullopt;
    }
    auto key = crypto::NoteKey::fromPem(core::textOf(*pem));
    crypto::wipe(*pem);
    if (!key) {
        table.reject("key", "read " + path + ": " + key.error().message);
        return std::nullopt;
    }
    return *std::move(key);
}

/// ADDRESS:PORT, or [ADDRESS]:PORT for an address with colons.
std::pair<std::string, std::uint16_t> readListen(core::ConfigTable& table) {
    const std::string text = table.text("listen", "127.0.0.1:8480");
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string::npos
                          ? Result<std::uint64_t>(core::fail(core::ErrorKind::InvalidArgument, ""))
                          : core::parseUnsigned(text.substr(colon + 1));
    std::string address = text.substr(0, colon);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
        address = address.substr(1, address.size() - 2);
    }
    if (!port || *port > UINT16_MAX || address.empty()) {
        table.reject("listen", "must be ADDRESS:PORT, such as 0.0.0.0:8480");
        return {};
    }
    return {address, static_cast<std::uint16_t>(*port)};
}

std::vector<KnownLog> readLogs(core::ConfigTable& file) {
    std::vector<KnownLog> logs;
    for (core::ConfigTable& table : file.tables("log")) {
        KnownLog log;
        log.origin = table.text("origin");
        const std::string text = table.text("key");
        const auto key = tlog::parseVerifierKey(text);
        if (!text.empty() && !key) {
            table.reject("key", key.error().message);
        } else if (key && key->type != tlog::NoteKeyType::Ed25519) {
            table.reject("key", "it is a witness's key and no log's");
        } else if (key) {
            log.key = *key;
        }
        if (std::any_of(logs.begin(), logs.end(), [&log](const KnownLog& other) {
                return other.origin == log.origin;
            })) {
            table.reject("origin", "two logs have this origin");
        }
        logs.push_back(std::move(log));
    }
    if (logs.empty() || logs.size() > kMaxLogs) {
        file.reject("log", fmt::format("must name 1 to {} logs", kMaxLogs));
    }
    return logs;
}

}  // namespace

Result<Config> loadConfig(core::Files& files, const std::string& path) {
    LIUHEN_TRY(core::ConfigTable file, core::ConfigTable::open(path));
    const std::string name = file.text("name");
    if (!name.empty() && !tlog::isKeyName(name)) {
        file.reject("name", "must be a key name: no spaces, no plus");
    }
    auto key = readKey(files, file);
    const std::string state = file.path("state");
    auto [address, port] = readListen(file);
    const std::string portFile = file.path("port_file", "");
    auto logs = readLogs(file);
    LIUHEN_CHECK(file.finish());
    LIUHEN_ASSERT(key);
    return Config{state, address, port, portFile, Settings{name, *std::move(key), std::move(logs)}};
}

}  // namespace liuhen::witness
