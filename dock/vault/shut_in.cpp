// SPDX-License-Identifier: Apache-2.0
// The order of a start: what needs rights, then their end.
#include "dock/vault/shut_in.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace liuhen::vault {

namespace {

constexpr mode_t kOwnOnly = 0077;
/// SQLite draws numbers from it.
constexpr const char* kChance = "/dev/urandom";
constexpr const char* kParts[] = {"incoming", "log", "scratch", "scrub", "db"};
constexpr const char* kObjects = "objects";

std::string objectsOf(const Config& config) {
    return core::joinPath(config.folder, kObjects);
}

std::string socketFolder(const Config& config) {
    return core::folderOf(config.socket);
}

/// The agency's folders, to be read. One that is not there yet, as before the first registration,
/// is read by the one above; one that may never be there needs no rule.
void addReadable(std::vector<FolderRule>& rules, const Config& config) {
    std::error_code error;
    for (const std::string& folder : {config.registered, config.witnesses}) {
        const std::string above = core::folderOf(folder);
        if (std::filesystem::is_directory(folder, error)) {
            rules.push_back({folder, FolderUse::Read});
        } else if (std::filesystem::is_directory(above, error)) {
            rules.push_back({above, FolderUse::Read});
        }
    }
}

/// Whether what is allowed in `folder` would be allowed in `inner` too.
bool holds(const std::string& folder, const std::string& inner) {
    std::error_code error;
    const auto outer = std::filesystem::canonical(folder, error);
    const auto path = std::filesystem::canonical(inner, error);
    const auto relative = path.lexically_relative(outer);
    return error || relative.empty() || *relative.begin() != "..";
}

bool isFolder(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

/// The second copy's folders that are there. A disk that is away is no reason not to start: the
/// vault says what is wrong, and takes the second copy up at its next start.
std::vector<std::string> secondParts(const Config& config) {
    std::vector<std::string> parts;
    if (config.copies.settings.second.empty()) {
        return parts;
    }
    for (const char* part : kSecondParts) {
        std::string path = core::joinPath(config.copies.settings.second, part);
        if (isFolder(path)) {
            parts.push_back(std::move(path));
        }
    }
    return parts;
}

std::vector<std::string> objectFolders(const Config& config) {
    std::vector<std::string> folders = {objectsOf(config)};
    const std::string second = core::joinPath(config.copies.settings.second, kObjects);
    if (!config.copies.settings.second.empty() && isFolder(second)) {
        folders.push_back(second);
    }
    return folders;
}

/// Rules and the freezer can name only what is there. Nothing is made in a folder of somebody else.
void makeSecondFolders(const Config& config, core::Files& files) {
    const std::string& second = config.copies.settings.second;
    const auto medium = systemMedium();
    if (second.empty() || !SecondCopy(files, *medium, second, config.identity.origin).identify()) {
        return;
    }
    for (const char* part : kSecondParts) {
        static_cast<void>(files.makeFolders(core::joinPath(second, part)));
    }
}

Result<void> makeFolders(const Config& config) {
    const auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(objectsOf(config)));
    for (const char* part : kParts) {
        LIUHEN_CHECK(files->makeFolders(core::joinPath(config.folder, part)));
    }
    makeSecondFolders(config, *files);
    return {};
}

}  // namespace

std::vector<FolderRule> servingRules(const Config& config) {
    std::vector<FolderRule> rules = {{config.folder, FolderUse::Read},
                                     {objectsOf(config), FolderUse::Add},
                                     {kChance, FolderUse::Read}};
    addReadable(rules, config);
    for (const char* part : kParts) {
        rules.push_back({core::joinPath(config.folder, part), FolderUse::Change});
    }
    if (isFolder(config.copies.settings.second)) {
        rules.push_back({config.copies.settings.second, FolderUse::Read});
    }
    for (const std::string& part : secondParts(config)) {
        rules.push_back({part, part.ends_with(kObjects) ? FolderUse::Add : FolderUse::Change});
    }
    // So that the socket goes with the vault; above the objects it stays, for the next start.
    rules.push_back({socketFolder(config), FolderUse::Listen});
    if (!holds(socketFolder(config), objectsOf(config))) {
        rules.push_back({socketFolder(config), FolderUse::Change});
    }
    return rules;
}

Result<Keeper> becomeKeeper(const Config& config) {
    ::umask(kOwnOnly);
    const Account account = config.user.value_or(ownAccount());
    const auto made = actAs(account, [&config] { return makeFolders(config); });
    if (!made && made.error().kind == core::ErrorKind::PermissionDenied) {
        return core::failWith(made.error(),
                              "the folder must belong to the account " + account.name +
                                  " (chown -R " + account.name + " " + config.folder + ")");
    }
    LIUHEN_CHECK(made);
    std::unique_ptr<Freezer> freezer;
    if (!config.freezer.empty()) {
        LIUHEN_TRY(freezer, Freezer::start(config.freezer, objectFolders(config), account));
    }
    LIUHEN_CHECK(become(account));
    LIUHEN_CHECK(giveUpRights());
    return Keeper{account.name, std::move(freezer)};
}

Result<Surroundings> shutIn(const Config& config) {
    LIUHEN_TRY(Keeper keeper, becomeKeeper(config));
    std::vector<FolderRule> rules = {{config.folder, FolderUse::Change},
                                     {socketFolder(config), FolderUse::Change},
                                     {socketFolder(config), FolderUse::Listen},
                                     {kChance, FolderUse::Read}};
    addReadable(rules, config);
    if (isFolder(config.copies.settings.second)) {
        rules.push_back({config.copies.settings.second, FolderUse::Change});
    }
    LIUHEN_TRY(Sandbox sandbox, Sandbox::enter(config.sandbox, rules));
    return Surroundings{std::move(keeper), std::move(sandbox)};
}

}  // namespace liuhen::vault
