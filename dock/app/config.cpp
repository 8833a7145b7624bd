// SPDX-License-Identifier: Apache-2.0
// Reading of the configuration and of the files that it names.
#include "dock/app/config.hpp"

#include "common/core/config_table.hpp"
#include "common/net/revocation.hpp"
#include "dock/witness/circle.hpp"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace liuhen::dock {

using core::Result;

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;
constexpr std::size_t kNameBytes = 32;
constexpr std::size_t kHostBytes = 253;

bool isBayName(const std::string& name) {
    constexpr const char* kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !name.empty() && name.size() <= kNameBytes &&
           name.find_first_not_of(kLetters) == std::string::npos;
}

std::vector<ingest::BayPlace> readBays(core::ConfigTable& file) {
    std::vector<ingest::BayPlace> bays;
    std::set<std::string> names;
    for (core::ConfigTable& table : file.tables("bay")) {
        ingest::BayPlace place;
        place.name = table.text("name");
        if (!isBayName(place.name)) {
            table.reject("name", "must be 1 to 32 of a-z A-Z 0-9 - _");
        } else if (!names.insert(place.name).second) {
            table.reject("name", "two bays have this name");
        }
        place.endpoint.host = table.text("host");
        if (place.endpoint.host.size() > kHostBytes) {
            table.reject("host", "must be an address or a host name");
        }
        place.endpoint.port = static_cast<std::uint16_t>(table.integer("port", 1, 65535, 8443));
        bays.push_back(std::move(place));
    }
    if (bays.empty() || bays.size() > bay::kMaxBays) {
        file.reject("bay", fmt::format("must name 1 to {} bays", bay::kMaxBays));
    }
    return bays;
}

std::vector<witnessing::Place> readWitnesses(core::ConfigTable& file) {
    std::vector<witnessing::Place> witnesses;
    std::set<std::string> names;
    for (core::ConfigTable& table : file.tables("witness")) {
        witnessing::Place place;
        place.name = table.text("name");
        if (!isBayName(place.name)) {
            table.reject("name", "must be 1 to 32 of a-z A-Z 0-9 - _");
        } else if (!names.insert(place.name).second) {
            table.reject("name", "two witnesses have this name");
        }
        if (const std::string text = table.text("url", ""); !text.empty()) {
            auto url = witnessing::parseUrl(text);
            if (url) {
                place.url = *std::move(url);
            } else {
                table.reject("url", url.error().message);
            }
        }
        witnesses.push_back(std::move(place));
    }
    if (witnesses.size() > witnessing::kMaxWitnesses) {
        file.reject("witness", fmt::format("must name at most {}", witnessing::kMaxWitnesses));
    }
    return witnesses;
}

/// A key or certificate of its own file, and its text. What is wrong with it is told by the table;
/// nothing then.
template <class Thing>
std::optional<std::pair<Thing, std::string>> readPem(core::Files& files,
                                                     core::ConfigTable& table,
                                                     const char* key) {
    const std::string path = table.path(key);
    if (path.empty()) {
        return std::nullopt;  // told already
    }
    auto pem = core::readFile(files, path, kPemBytes);
    if (!pem) {
        table.reject(key, pem.error().message);
        return std::nullopt;
    }
    std::string text(core::textOf(*pem));
    crypto::wipe(*pem);
    auto thing = Thing::fromPem(text);
    if (!thing) {
        table.reject(key, "read " + path + ": " + thing.error().message);
        return std::nullopt;
    }
    return std::pair(*std::move(thing), std::move(text));
}

/// Reads keys and certificates and judges them; nothing if something is wrong, which the table
/// tells.
std::optional<Identity> readIdentity(core::Files& files, core::ConfigTable& keys) {
    using crypto::Certificate;
    using crypto::PrivateKey;
    using crypto::Role;
    auto root = readPem<Certificate>(files, keys, "root");
    auto tlsKey = readPem<PrivateKey>(files, keys, "tls_key");
    auto tls = readPem<Certificate>(files, keys, "tls_certificate");
    auto dockKey = readPem<PrivateKey>(files, keys, "dock_key");
    auto dock = readPem<Certificate>(files, keys, "dock_certificate");
    if (!root || !tlsKey || !tls || !dockKey || !dock) {
        return std::nullopt;
    }
    if (root->first.role() != Role::Root) {
        keys.reject("root", "it is no root certificate");
        return std::nullopt;
    }
    struct Own {
        const char* key;
        const char* certificateKey;
        const PrivateKey& held;
        const Certificate& certificate;
        Role role;
    };
    for (const Own& own :
         {Own{"tls_key", "tls_certificate", tlsKey->first, tls->first, Role::DockTls},
          Own{"dock_key", "dock_certificate", dockKey->first, dock->first, Role::Dock}}) {
        const auto wrong =
            crypto::judge(own.certificate, root->first, own.role, core::SystemClock().utc());
        const auto certified = own.certificate.key();
        if (wrong) {
            keys.reject(own.certificateKey, *wrong);
        } else if (!certified || !(*certified == own.held.publicKey())) {
            keys.reject(own.key, fmt::format("it is not the key of {}", own.certificateKey));
        }
    }
    return Identity{net::TlsIdentity{std::move(tlsKey->second),
                                     std::move(tls->first),
                                     std::move(root->first),
                                     Role::RecorderTls,
                                     {},
                                     {},
                                     {},
                                     false},
                    std::move(dockKey->first),
                    dock->first.der()};
}

}  // namespace

Result<Config> loadConfig(core::Files& files, const std::string& path) {
    LIUHEN_TRY(core::ConfigTable file, core::ConfigTable::open(path));
    std::string folder = file.path("folder");
    std::string socket = file.path("vault_socket");
    std::string vaultFolder = file.path("vault_folder", "");
    const std::string revoked = file.path("revoked", "");
    core::ConfigTable keys = file.table("keys");
    std::string rootPath = keys.path("root");
    auto identity = readIdentity(files, keys);
    auto bays = readBays(file);
    auto witnesses = readWitnesses(file);
    auto page = identity ? readWeb(files, file, identity->tls.root) : std::nullopt;
    if (!revoked.empty()) {
        if (const auto readable = net::checkRevoked(revoked); !readable) {
            file.reject("revoked", readable.error().message);
        }
    }
    LIUHEN_CHECK(file.finish());
    LIUHEN_ASSERT(identity);
    if (!revoked.empty()) {
        identity->tls.allowed = net::unlessRevoked(revoked);
    }
    return Config{std::move(folder),
                  std::move(socket),
                  std::move(vaultFolder),
                  std::move(rootPath),
                  *std::move(identity),
                  std::move(bays),
                  std::move(witnesses),
                  std::move(page)};
}

}  // namespace liuhen::dock
