// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock init`: folders and commented configurations.
#include "dock/app/commands.hpp"

#include <array>
#include <filesystem>

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
using core::fail;
using core::joinPath;
using core::Result;

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;
constexpr std::size_t kSocketPathBytes = 107;  // what a socket's address can hold

constexpr std::array<const char*, 9> kKeys = {"root.pem",
                                              "tls.pem",
                                              "tls.crt",
                                              "dock.pem",
                                              "dock.crt",
                                              "receipt.pem",
                                              "receipt.crt",
                                              "checkpoint.pem",
                                              "checkpoint.crt"};

Result<std::string> absolute(const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(path, error).lexically_normal();
    if (error) {
        return fail(ErrorKind::InvalidArgument, "find " + path + ": " + error.message());
    }
    std::string text = whole.string();
    if (text.size() > 1 && text.back() == '/') {
        text.pop_back();
    }
    if (text.find_first_of("\"\\\n\r\t") != std::string::npos) {
        return fail(ErrorKind::InvalidArgument,
                    "find " + path + ": quotes, backslashes and tabs cannot be used here");
    }
    return text;
}

/// HOST:PORT, or [HOST]:PORT for an address with colons.
Result<ingest::Endpoint> parseEndpoint(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string::npos ? Result<std::uint64_t>(0)
                                                 : core::parseUnsigned(text.substr(colon + 1));
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const bool plain = host.find_first_of("[]\"\\ \n") == std::string::npos;
    if (!port || *port == 0 || *port > UINT16_MAX || host.empty() || !plain) {
        return fail(ErrorKind::InvalidArgument,
                    "read --recorder " + text + ": must be HOST:PORT, such as 192.0.2.7:8443");
    }
    return ingest::Endpoint{host, static_cast<std::uint16_t>(*port)};
}

/// The table of the page, as comment if there is none yet.
Result<std::string> webToml(const InitOptions& options) {
    std::string ui = options.ui;
    if (!options.web.empty()) {
        LIUHEN_TRY(const auto place, web::parseOrigin(options.web));
        static_cast<void>(place);
        LIUHEN_TRY(ui, absolute(options.ui));
    }
    const char* mark = options.web.empty() ? "# " : "";
    return fmt::format(
        "\n# The page for people, once 'liuhen enroll web' has made its certificate.\n"
        "{0}[web]\n"
        "# As browsers show it: https://NAME:PORT, NAME being localhost or the certificate's.\n"
        "{0}origin = \"{1}\"\n"
        "# Where it listens; 127.0.0.1 is this machine alone.\n"
        "{0}address = \"127.0.0.1\"\n"
        "{0}key = \"keys/web.pem\"\n"
        "{0}certificate = \"keys/web.crt\"\n"
        "# The built page.\n"
        "{0}ui = \"{2}\"\n",
        mark,
        options.web.empty() ? "https://localhost:8443" : options.web,
        ui);
}

Result<std::string> dockToml(const std::string& folder, const InitOptions& options) {
    const std::vector<std::string>& recorders = options.recorders;
    std::string text = fmt::format(
        "# Configuration of liuhen-dock; docs/ref/config.md tells every key.\n"
        "# Paths are relative to this file.\n\n"
        "# Where the catalogue, the summary and scratch files lie.\n"
        "folder = \".\"\n"
        "# The socket of liuhen-vault, which must be running.\n"
        "vault_socket = \"{}/vault/vault.sock\"\n"
        "# What it keeps; read by `liuhen-dock rebuild` alone.\n"
        "vault_folder = \"{}/vault\"\n\n"
        "# As `liuhen enroll dock` wrote them.\n"
        "[keys]\n"
        "root = \"keys/root.pem\"\n"
        "tls_key = \"keys/tls.pem\"\n"
        "tls_certificate = \"keys/tls.crt\"\n"
        "dock_key = \"keys/dock.pem\"\n"
        "dock_certificate = \"keys/dock.crt\"\n\n"
        "# One table for each place where a recorder can be put, 1 to {}.\n",
        folder,
        folder,
        bay::kMaxBays);
    for (std::size_t i = 0; i < recorders.size(); ++i) {
        LIUHEN_TRY(const ingest::Endpoint endpoint, parseEndpoint(recorders[i]));
        text += fmt::format("[[bay]]\nname = \"bay-{}\"\nhost = \"{}\"\nport = {}\n",
                            i + 1,
                            endpoint.host,
                            endpoint.port);
    }
    text +=
        "\n# An independent witness each; docs/operations.md tells how. Without url: by file.\n"
        "# [[witness]]\n"
        "# name = \"w1\"\n"
        "# url = \"http://192.0.2.7:8480\"\n";
    LIUHEN_TRY(const std::string page, webToml(options));
    return text + page;
}

std::string vaultToml(const std::string& folder,
                      const std::string& agency,
                      const std::string& socket,
                      const std::string& origin) {
    return fmt::format(
        "# Configuration of liuhen-vault; docs/ref/config.md tells every key.\n"
        "# Paths are relative to this file.\n\n"
        "# Objects, custody log and database; nothing else may write there.\n"
        "folder = \"{}/vault\"\n"
        "# Where liuhen-dock finds it.\n"
        "socket = \"{}\"\n"
        "# The name of the custody log, as its certificate has it. Never change it.\n"
        "origin = \"{}\"\n"
        "# The agency, and the generations that it registered.\n"
        "root = \"keys/root.pem\"\n"
        "registered = \"{}/registered\"\n"
        "# The independent witnesses that it names; need not be there.\n"
        "witnesses = \"{}/witnesses\"\n\n"
        "# A folder on another disk for the second copy: receipts then wait for both.\n"
        "# second_copy = \"/mnt/second/vault\"\n\n"
        "# Only with the evidence key can encrypted recordings be shown here (chmod 600).\n"
        "# evidence_key = \"/etc/liuhen/evidence-key.pem\"\n\n"
        "receipt_key = \"keys/receipt.pem\"\n"
        "receipt_certificate = \"keys/receipt.crt\"\n"
        "checkpoint_key = \"keys/checkpoint.pem\"\n"
        "checkpoint_certificate = \"keys/checkpoint.crt\"\n\n"
        "# For a dock that is in use (docs/operations.md): accounts of their own, objects that "
        "not\n"
        "# even the vault can change, and no start without a sandbox.\n"
        "# user = \"liuhen-vault\"\n"
        "# peer_user = \"liuhen-dock\"\n"
        "# freezer = \"/usr/bin/liuhen-freezer\"\n"
        "# sandbox = \"required\"\n",
        folder,
        socket,
        origin,
        agency,
        agency);
}

Result<crypto::Certificate> readCertificate(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const core::Buffer pem, core::readFile(files, path, kPemBytes));
    return crypto::Certificate::fromPem(core::textOf(pem));
}

/// The vault's name; also whether the keys are there and of this agency.
Result<std::string> originOf(core::Files& files,
                             const std::string& keys,
                             const std::string& agency) {
    for (const char* key : kKeys) {
        if (!files.exists(joinPath(keys, key))) {
            return fail(ErrorKind::NotFound,
                        joinPath(keys, key) + " is missing; run 'liuhen enroll dock' first");
        }
    }
    LIUHEN_TRY(const auto ours, readCertificate(files, joinPath(keys, "root.pem")));
    LIUHEN_TRY(const auto theirs, readCertificate(files, joinPath(agency, "root.pem")));
    if (ours.der() != theirs.der()) {
        return fail(ErrorKind::InvalidArgument,
                    keys + " is certified by another agency than " + agency);
    }
    LIUHEN_TRY(const auto checkpoint, readCertificate(files, joinPath(keys, "checkpoint.crt")));
    return checkpoint.subject();
}

}  // namespace

Result<int> init(core::Files& files, const InitOptions& options) {
    LIUHEN_TRY(const std::string folder, absolute(options.folder));
    LIUHEN_TRY(const std::string agency, absolute(options.agency));
    const std::string dock = joinPath(folder, "dock");
    const std::string config = joinPath(dock, "dock.toml");
    const std::string vaultConfig = joinPath(dock, "vault.toml");
    for (const std::string& path : {config, vaultConfig}) {
        if (files.exists(path)) {
            return fail(ErrorKind::AlreadyExists,
                        "write " + path + ": it is there already; nothing was changed");
        }
    }
    const std::string socket = joinPath(folder, "vault/vault.sock");
    if (socket.size() > kSocketPathBytes) {
        return fail(ErrorKind::InvalidArgument,
                    "use " + folder + ": its path is too long for a socket below it");
    }
    LIUHEN_TRY(const std::string origin, originOf(files, joinPath(dock, "keys"), agency));
    LIUHEN_TRY(const std::string dockText, dockToml(folder, options));
    LIUHEN_CHECK(files.makeFolders(joinPath(folder, "vault")));
    LIUHEN_CHECK(files.makeFolders(joinPath(agency, "registered")));
    const std::string vaultText = vaultToml(folder, agency, socket, origin);
    LIUHEN_CHECK(core::replaceFile(files, vaultConfig, core::viewOf(vaultText)));
    LIUHEN_CHECK(core::replaceFile(files, config, core::viewOf(dockText)));
    fmt::print(
        "dock of {} made in {}\n"
        "next:  liuhen-vault --config {}\n"
        "       liuhen-dock run --config {}\n",
        origin,
        dock,
        vaultConfig,
        config);
    return 0;
}

}  // namespace liuhen::dock
