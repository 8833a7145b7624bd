// SPDX-License-Identifier: Apache-2.0
// Reading of the configuration and of the files that it names.
#include "dock/app/config.hpp"

#include "common/core/config_table.hpp"

#include <set>

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
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

Result<core::Buffer> readPem(core::Files& files, const std::string& path) {
    return core::readFile(files, path, kPemBytes);
}

Result<crypto::Certificate> readCertificate(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const core::Buffer pem, readPem(files, path));
    auto certificate = crypto::Certificate::fromPem(core::textOf(pem));
    if (!certificate) {
        return core::failWith(certificate.error(), "read " + path);
    }
    return certificate;
}

/// A certificate of ours, with the role that it must have.
Result<crypto::Certificate> readOwn(core::Files& files,
                                    const std::string& path,
                                    const crypto::Certificate& root,
                                    crypto::Role role) {
    LIUHEN_TRY(crypto::Certificate certificate, readCertificate(files, path));
    if (const auto wrong = crypto::judge(certificate, root, role, core::SystemClock().utc())) {
        return core::fail(ErrorKind::InvalidArgument, "read " + path + ": " + *wrong);
    }
    return certificate;
}

}  // namespace

Result<Config> loadConfig(const std::string& path) {
    LIUHEN_TRY(core::ConfigTable file, core::ConfigTable::open(path));
    Config config;
    config.folder = file.path("folder");
    config.vaultSocket = file.path("vault_socket");
    core::ConfigTable keys = file.table("keys");
    config.root = keys.path("root");
    config.tlsKey = keys.path("tls_key");
    config.tlsCertificate = keys.path("tls_certificate");
    config.dockKey = keys.path("dock_key");
    config.dockCertificate = keys.path("dock_certificate");
    config.bays = readBays(file);
    LIUHEN_CHECK(file.finish());
    return config;
}

Result<Identity> loadIdentity(core::Files& files, const Config& config) {
    using crypto::Role;
    LIUHEN_TRY(crypto::Certificate root, readCertificate(files, config.root));
    if (root.role() != Role::Root) {
        return core::fail(ErrorKind::InvalidArgument,
                          "read " + config.root + ": it is no root certificate");
    }
    LIUHEN_TRY(core::Buffer tlsPem, readPem(files, config.tlsKey));
    LIUHEN_TRY(crypto::Certificate tls, readOwn(files, config.tlsCertificate, root, Role::DockTls));
    LIUHEN_TRY(const core::Buffer dockPem, readPem(files, config.dockKey));
    auto dockKey = crypto::PrivateKey::fromPem(core::textOf(dockPem));
    if (!dockKey) {
        return core::failWith(dockKey.error(), "read " + config.dockKey);
    }
    LIUHEN_TRY(const crypto::Certificate dock,
               readOwn(files, config.dockCertificate, root, Role::Dock));
    LIUHEN_TRY(const crypto::PublicKey certified, dock.key());
    if (!(certified == dockKey->publicKey())) {
        return core::fail(
            ErrorKind::InvalidArgument,
            "read " + config.dockKey + ": " + config.dockCertificate + " is not for this key");
    }
    net::TlsIdentity identity{std::string(core::textOf(tlsPem)),
                              std::move(tls),
                              std::move(root),
                              Role::RecorderTls,
                              {},
                              {},
                              {},
                              false};
    crypto::wipe(tlsPem);
    return Identity{std::move(identity), *std::move(dockKey), dock.der()};
}

}  // namespace liuhen::dock
