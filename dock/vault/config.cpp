// SPDX-License-Identifier: Apache-2.0
// Reading of the configuration and of the files that it names.
#include "dock/vault/config.hpp"

#include "common/core/config_table.hpp"
#include "dock/vault/retention_config.hpp"
#include "dock/vault/stream.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace liuhen::vault {

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;

/// A key or certificate of its own file. What is wrong with it is told by the table; nothing then.
template <class Thing>
std::optional<Thing> readPem(core::Files& files, core::ConfigTable& table, const char* key) {
    const std::string path = table.path(key);
    if (path.empty()) {
        return std::nullopt;  // told already
    }
    auto pem = core::readFile(files, path, kPemBytes);
    if (!pem) {
        table.reject(key, pem.error().message);
        return std::nullopt;
    }
    auto thing = Thing::fromPem(core::textOf(*pem));
    crypto::wipe(*pem);
    if (!thing) {
        table.reject(key, "read " + path + ": " + thing.error().message);
        return std::nullopt;
    }
    return *std::move(thing);
}

/// An account by its name; nothing if the key is not there, or what is wrong with it is told.
std::optional<Account> readAccount(core::ConfigTable& table, const char* key) {
    if (!table.has(key)) {
        return std::nullopt;
    }
    auto account = findAccount(table.text(key));
    if (!account) {
        table.reject(key, account.error().message);
        return std::nullopt;
    }
    return *std::move(account);
}

/// The key that opens footage: nobody but its owner may read the file. Nothing if none is named.
std::optional<crypto::PrivateKey> readEvidenceKey(core::Files& files, core::ConfigTable& table) {
    constexpr const char* kKey = "evidence_key";
    if (!table.has(kKey)) {
        return std::nullopt;
    }
    struct stat status {};
    const std::string path = table.path(kKey);
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        table.reject(kKey, path + " can be read by others; run: chmod 600 " + path);
        return std::nullopt;
    }
    return readPem<crypto::PrivateKey>(files, table, kKey);
}

constexpr std::int64_t kMostHours = 100'000;
constexpr std::int64_t kMostMegabytes = 10'000;
constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::int64_t kCopyMegabytes = 100;
constexpr std::int64_t kScrubMegabytes = 20;

/// Whether one path is the other, or leads into it.
bool within(const std::string& folder, const std::string& path) {
    return path == folder || path.starts_with(folder + "/");
}

/// The keys of the second copy and of the reading of all copies.
CopyConfig readCopies(core::ConfigTable& table, const std::string& folder) {
    CopyConfig config;
    config.settings.second = table.path("second_copy", "");
    const auto normal = [](const std::string& path) {
        return std::filesystem::path(path).lexically_normal().string();
    };
    const std::string second = normal(config.settings.second);
    if (!second.empty() && (within(normal(folder), second) || within(second, normal(folder)))) {
        table.reject("second_copy", "must lie outside of folder, best on another disk");
    }
    if (table.has("single_copy_after_hours")) {
        config.settings.singleCopyAfterHours =
            static_cast<std::uint64_t>(table.integer("single_copy_after_hours", 0, kMostHours));
    }
    const auto rate = [&table](const char* key, std::int64_t least, std::int64_t otherwise) {
        return static_cast<std::uint64_t>(table.integer(key, least, kMostMegabytes, otherwise)) *
               kMegabyte;
    };
    config.copyBytesPerSecond = rate("copy_mbytes_per_s", 1, kCopyMegabytes);
    config.scrubBytesPerSecond = rate("scrub_mbytes_per_s", 0, kScrubMegabytes);
    return config;
}

}  // namespace

Result<Config> loadConfig(core::Files& files, const std::string& path) {
    LIUHEN_TRY(core::ConfigTable table, core::ConfigTable::open(path));
    const std::string registered = table.path("registered");
    const std::string beside = core::joinPath(core::folderOf(registered), "witnesses");
    const std::string witnesses = table.path("witnesses", "");
    const std::string folder = table.path("folder");
    const std::string socket = table.path("socket");
    const std::string origin = table.text("origin");
    auto root = readPem<crypto::Certificate>(files, table, "root");
    auto receiptKey = readPem<crypto::PrivateKey>(files, table, "receipt_key");
    auto receipt = readPem<crypto::Certificate>(files, table, "receipt_certificate");
    auto checkpointKey = readPem<crypto::NoteKey>(files, table, "checkpoint_key");
    auto checkpoint = readPem<crypto::Certificate>(files, table, "checkpoint_certificate");
    CopyConfig copies = readCopies(table, folder);
    auto evidenceKey = readEvidenceKey(files, table);
    auto retention = readClasses(table);
    if (const auto address = SocketAddress::of(socket); !socket.empty() && !address) {
        table.reject("socket", address.error().message);
    }
    const auto user = readAccount(table, "user");
    const auto peer = readAccount(table, "peer_user");
    const std::string freezer = table.path("freezer", "");
    const auto sandbox = sandboxMode(table.text("sandbox", "best"));
    if (!sandbox) {
        table.reject("sandbox", "must be off, best or required");
    }
    LIUHEN_CHECK(table.finish());
    LIUHEN_ASSERT(root && receiptKey && receipt && checkpointKey && checkpoint);
    Config config{registered,
                  witnesses.empty() ? beside : witnesses,
                  folder,
                  socket,
                  user,
                  peer ? std::vector<uid_t>{peer->uid} : std::vector<uid_t>(),
                  freezer,
                  *sandbox,
                  Identity{origin,
                           *std::move(root),
                           *std::move(receiptKey),
                           *std::move(receipt),
                           *std::move(checkpointKey),
                           *std::move(checkpoint)},
                  std::move(copies),
                  std::move(retention),
                  std::move(evidenceKey)};
    if (const auto wrong = wrongIdentity(config.identity, core::SystemClock().utc())) {
        table.reject(wrong->key, wrong->why);
        LIUHEN_CHECK(table.finish());
    }
    return config;
}

}  // namespace liuhen::vault
