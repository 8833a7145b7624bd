// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock rebuild`: a new catalogue in place of the old one.
#include "dock/catalogue/rebuild.hpp"

#include "common/core/file_lock.hpp"
#include "common/evidence/vault_log.hpp"
#include "dock/app/commands.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
using core::fail;
using core::joinPath;
using core::Result;

namespace {

constexpr const char* kDatabase = "catalogue.db";
/// SQLite's own beside it. The last two must never meet another database than theirs.
constexpr std::array<const char*, 3> kFiles = {"", "-wal", "-shm"};
constexpr std::size_t kToldLeft = 20;

Result<void> removeDatabase(core::Files& files, const std::string& database) {
    for (const char* suffix : kFiles) {
        const std::string path = database + suffix;
        if (files.exists(path)) {
            LIUHEN_CHECK(files.remove(path));
        }
    }
    return {};
}

struct LoggedObjects {
    std::uint64_t leaves = 0;
    std::vector<catalogue::LoggedObject> objects;
};

/// What the log tells of, if nothing is wrong with it: on a damaged log no catalogue is built.
Result<LoggedObjects> readLog(core::Files& files,
                              const Config& config,
                              const evidence::Trust& trust) {
    evidence::Report report;
    LoggedObjects logged;
    const evidence::LeafTaker take =
        [&logged](std::uint64_t /*index*/, const evidence::Leaf& leaf, core::ByteView bytes) {
            if (leaf.kind == "object") {
                if (auto object = evidence::ObjectLeaf::decode(bytes)) {
                    logged.objects.push_back({logged.leaves, *std::move(object)});
                }
            }
            ++logged.leaves;  // each is well-formed, or the log is refused below
        };
    LIUHEN_TRY(const evidence::VaultLog log,
               evidence::readVaultLog(
                   files, joinPath(config.vaultFolder, "log"), trust, std::nullopt, report, take));
    if (const evidence::Problem* first = report.firstBad()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read the custody log of {}: {} ({}); run 'liuhen verify {}'",
                                config.vaultFolder,
                                first->text,
                                first->place.file.value_or("log"),
                                config.vaultFolder));
    }
    LIUHEN_ASSERT(log.leaves == logged.leaves);
    return logged;
}

/// Builds it in a folder of its own, so that the present one is whole until the new one is.
Result<catalogue::Rebuilt> build(core::Files& files,
                                 const Config& config,
                                 const std::string& folder,
                                 const std::vector<catalogue::LoggedObject>& objects) {
    LIUHEN_CHECK(files.makeFolders(folder));
    LIUHEN_CHECK(removeDatabase(files, joinPath(folder, kDatabase)));
    LIUHEN_TRY(const auto made, catalogue::Catalogue::open(folder));
    return catalogue::rebuild(files, config.vaultFolder, objects, *made);
}

/// Puts the new database in the place of the old one, which stays beside it as `.before`.
/// Power loss: the old one, the new one, or none, and then this command is run once more.
Result<void> exchange(core::Files& files, const std::string& folder, const std::string& made) {
    const std::string present = joinPath(folder, kDatabase);
    const std::string before = present + ".before";
    LIUHEN_CHECK(removeDatabase(files, before));
    for (const char* suffix : {"-wal", "-shm", ""}) {
        if (files.exists(present + suffix)) {
            LIUHEN_CHECK(files.rename(present + suffix, before + suffix));
        }
    }
    LIUHEN_CHECK(files.syncFolder(folder));
    LIUHEN_CHECK(files.rename(joinPath(made, kDatabase), present));
    LIUHEN_CHECK(files.syncFolder(folder));
    LIUHEN_CHECK(files.remove(joinPath(made, "catalogue.lock")));
    return files.remove(made);
}

}  // namespace

Result<int> rebuild(core::Files& files, const Config& config) {
    if (config.vaultFolder.empty()) {
        return fail(ErrorKind::InvalidArgument,
                    "rebuild the catalogue: dock.toml has no vault_folder; name the vault's folder "
                    "there");
    }
    LIUHEN_TRY(const auto dockLock, catalogue::lockFolder(config.folder));
    const auto vaultLock = core::lockForReading(joinPath(config.vaultFolder, "db/lock"));
    if (!vaultLock && vaultLock.error().kind == ErrorKind::Unavailable) {
        return core::failWith(vaultLock.error(), "rebuild the catalogue: stop liuhen-vault first");
    }
    // A vault restored without its database has no lock, and nobody writes to it.
    if (!vaultLock && vaultLock.error().kind != ErrorKind::NotFound) {
        return tl::make_unexpected(vaultLock.error());
    }
    LIUHEN_TRY(const evidence::Trust trust, evidence::Trust::open(files, config.rootPath));
    LIUHEN_TRY(const LoggedObjects logged, readLog(files, config, trust));
    const std::string made = joinPath(config.folder, "rebuilding");
    LIUHEN_TRY(const catalogue::Rebuilt rebuilt, build(files, config, made, logged.objects));
    LIUHEN_CHECK(exchange(files, config.folder, made));
    fmt::print("catalogue made anew from {} leaves: {} chapters, {} segments\n",
               logged.leaves,
               rebuilt.chapters,
               rebuilt.segments);
    for (std::size_t i = 0; i < rebuilt.left.size() && i < kToldLeft; ++i) {
        fmt::print("not entered: {}\n", rebuilt.left[i]);
    }
    if (!rebuilt.left.empty()) {
        fmt::print("{} objects are not in the catalogue; 'liuhen verify {}' tells more\n",
                   rebuilt.left.size(),
                   config.vaultFolder);
    }
    return rebuilt.left.empty() ? 0 : 1;
}

}  // namespace liuhen::dock
