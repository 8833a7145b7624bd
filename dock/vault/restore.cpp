// SPDX-License-Identifier: Apache-2.0
// Log first, since it names the objects; then objects; then the database.
#include "dock/vault/restore.hpp"

#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/note.hpp"
#include "dock/vault/freezer.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;
using core::joinPath;

constexpr std::uint64_t kSliceLeaves = 1024;
/// As many as fit the detail of an incident.
constexpr std::size_t kToldAtOnce = 32;

tl::unexpected<core::Error> refuse(std::string why) {
    return fail(ErrorKind::FailedPrecondition, "restore: " + std::move(why));
}

/// One of the two places in which an object lies.
struct CopyFolder {
    std::string name;    // "first", "second"
    std::string folder;  // with objects/ and incoming/
    CopyOf copy;
};

class Restorer {
public:
    Restorer(const VaultParts& parts,
             const VaultFolders& folders,
             const std::function<void(const std::string&)>& say)
        : parts_(parts),
          folders_(folders),
          say_(say),
          second_(parts.files, parts.medium, parts.copies.second, parts.identity.origin),
          aside_(fmt::format("damaged/{}", parts.clock.utc().count())) {}

    Result<Restored> run() {
        {
            LIUHEN_CHECK(core::systemFiles()->makeFolders(folders_.database));
            LIUHEN_TRY(const core::UniqueFd lock, lockVault(joinPath(folders_.database, "lock")));
            LIUHEN_CHECK(findSecond());
            LIUHEN_CHECK(restoreLog());
            LIUHEN_CHECK(restoreObjects());
            LIUHEN_CHECK(restoreDatabase());
        }
        LIUHEN_CHECK(tell());
        return done_;
    }

private:
    Result<void> findSecond() {
        LIUHEN_TRY(const auto id, second_.identify());
        if (!id) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("restore from {}: no second copy is there; is its disk "
                                    "mounted?",
                                    second_.folder()));
        }
        LIUHEN_TRY(theirs_, second_.attach(*id));
        for (const char* name : {"objects", "incoming", "log"}) {
            LIUHEN_CHECK(parts_.files.makeFolders(joinPath(folders_.vault, name)));
        }
        return {};
    }

    /// Moves a file or folder of a place aside.
    Result<void> setAside(const std::string& folder, const std::string& name) {
        const std::string to = joinPath(joinPath(folder, aside_), name);
        LIUHEN_CHECK(parts_.files.makeFolders(core::folderOf(to)));
        if (auto moved = parts_.files.renameNoReplace(joinPath(folder, name), to); !moved) {
            return core::failWith(moved.error(),
                                  "set aside " + joinPath(folder, name) +
                                      " (neither this program nor its helper can take an immutable "
                                      "flag away: run 'chattr -i' on it as root, then this again)");
        }
        LIUHEN_CHECK(parts_.files.syncFolder(core::folderOf(to)));
        LIUHEN_CHECK(parts_.files.syncFolder(core::folderOf(joinPath(folder, name))));
        ++done_.setAside;
        say_(fmt::format("{} is damaged: kept as {}", joinPath(folder, name), to));
        return {};
    }

    Result<tlog::TileStore> openFirstLog() {
        return tlog::TileStore::open(
            parts_.files, joinPath(folders_.vault, "log"), joinPath(folders_.vault, "scratch"));
    }

    /// Reads the whole log of the second copy and answers whether it is what its checkpoint says.
    Result<void> readSecondLog(tlog::TileStore& log) {
        LIUHEN_TRY(const tlog::Note note, tlog::parseNote(log.note()));
        if (!tlog::verifySignature(
                note, parts_.identity.origin, parts_.identity.checkpointKey.publicBytes())) {
            return refuse("the second copy's checkpoint is not signed with this vault's key");
        }
        tlog::Tree tree;
        for (std::uint64_t i = 0; i < log.size(); ++i) {
            LIUHEN_TRY(const Buffer leaf, log.leaf(i));
            tree.append(tlog::leafHash(leaf));
        }
        return tree.root() == theirs_->root
                   ? Result<void>()
                   : Result<void>(refuse("the second copy's log is not what its checkpoint says"));
    }

    Result<void> restoreLog() {
        auto opened = openFirstLog();
        if (!opened && opened.error().kind == ErrorKind::DataLoss) {
            say_(opened.error().message);
            LIUHEN_CHECK(setAside(folders_.vault, "log"));
            opened = openFirstLog();
        }
        LIUHEN_TRY(tlog::TileStore first, std::move(opened));
        LIUHEN_TRY(tlog::TileStore second,
                   tlog::TileStore::open(parts_.files,
                                         joinPath(second_.folder(), "log"),
                                         joinPath(second_.folder(), "scratch")));
        const std::uint64_t common = std::min(first.size(), second.size());
        if (common > 0) {
            LIUHEN_TRY(const Digest ours, first.rootAt(common));
            LIUHEN_TRY(const Digest theirs, second.rootAt(common));
            if (ours != theirs) {
                return refuse(
                    "the logs of the two copies tell different histories; keep both as "
                    "they are, and run 'liuhen verify --checkpoint' on each");
            }
        }
        if (second.size() > first.size()) {
            LIUHEN_CHECK(readSecondLog(second));
            LIUHEN_CHECK(appendLog(first, second));
        }
        if (second.witnessedSize() > first.witnessedSize()) {
            LIUHEN_CHECK(takeWitnessed(first, second));
        }
        LIUHEN_CHECK(listObjects(first));
        logSize_ = first.size();
        return {};
    }

    Result<void> appendLog(tlog::TileStore& first, tlog::TileStore& second) {
        const std::uint64_t before = first.size();
        while (first.size() < second.size()) {
            std::vector<Buffer> leaves;
            const std::uint64_t end = std::min(second.size(), first.size() + kSliceLeaves);
            for (std::uint64_t i = first.size(); i < end; ++i) {
                LIUHEN_TRY(leaves.emplace_back(), second.leaf(i));
            }
            LIUHEN_CHECK(first.append(leaves));
            LIUHEN_CHECK(first.publish(parts_.identity.origin, parts_.identity.checkpointKey));
        }
        if (first.note() != second.note()) {
            LIUHEN_CHECK(first.replaceNote(second.note()));
        }
        done_.leaves = first.size() - before;
        say_(fmt::format("log: {} leaves put back, {} in all", done_.leaves, first.size()));
        return {};
    }

    /// The second copy's newest note that was witnessed, which is of the first log's past too.
    Result<void> takeWitnessed(tlog::TileStore& first, const tlog::TileStore& second) {
        LIUHEN_TRY(const tlog::Note note, tlog::parseNote(second.witnessed()));
        if (!tlog::verifySignature(
                note, parts_.identity.origin, parts_.identity.checkpointKey.publicBytes())) {
            return refuse("the second copy's witnessed note is not signed with this vault's key");
        }
        LIUHEN_CHECK(first.keepWitnessed(second.witnessed()));
        say_(fmt::format("log: the note by which {} leaves are witnessed put back",
                         first.witnessedSize()));
        return {};
    }

    Result<void> listObjects(tlog::TileStore& log) {
        for (std::uint64_t i = 0; i < log.size(); ++i) {
            LIUHEN_TRY(const Buffer bytes, log.leaf(i));
            LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(bytes));
            if (leaf.kind != "object" && leaf.kind != "quarantine" && leaf.kind != "imported") {
                continue;
            }
            LIUHEN_TRY(const Digest object, evidence::digestAt(leaf.body, "object"));
            LIUHEN_TRY(objects_[object], evidence::unsignedAt(leaf.body, "size"));
        }
        return {};
    }

    /// "" if the file holds the object, else what is wrong with it.
    std::string damageAt(const std::string& path, const Digest& object) {
        const auto found = readPaced(parts_.medium, path, {});
        if (!found) {
            return found.error().kind == ErrorKind::NotFound ? "absent" : "unreadable";
        }
        return *found && **found == object ? "" : "changed";
    }

    Result<void> restoreObjects() {
        const CopyFolder first{"first", folders_.vault, CopyOf::First};
        const CopyFolder second{"second", second_.folder(), CopyOf::Second};
        std::uint64_t looked = 0;
        for (const auto& [object, size] : objects_) {
            const std::string name = objectName(object);
            const std::string ours = damageAt(joinPath(first.folder, name), object);
            const std::string theirs = damageAt(joinPath(second.folder, name), object);
            if (!ours.empty() && !theirs.empty()) {
                ++done_.lost;
                say_(
                    fmt::format("{} is {} in the first copy and {} in the second: it is lost "
                                "here; a recorder or a package may still have it",
                                name,
                                ours,
                                theirs));
            } else if (!ours.empty()) {
                LIUHEN_CHECK(putBack(object, ours, second, first));
                ++done_.objects;
            } else if (!theirs.empty()) {
                LIUHEN_CHECK(putBack(object, theirs, first, second));
                ++done_.copies;
            }
            if (++looked % kSliceLeaves == 0) {
                say_(fmt::format("objects: {} of {}", looked, objects_.size()));
            }
        }
        say_(
            fmt::format("objects: {} looked at, {} put back into the vault, {} into the second "
                        "copy, {} lost",
                        objects_.size(),
                        done_.objects,
                        done_.copies,
                        done_.lost));
        return {};
    }

    Result<void> putBack(const Digest& object,
                         const std::string& damage,
                         const CopyFolder& from,
                         const CopyFolder& to) {
        const std::string name = objectName(object);
        const std::string part =
            joinPath(joinPath(to.folder, "incoming"), "restored-" + core::toHex(object));
        if (parts_.files.exists(part)) {
            LIUHEN_CHECK(parts_.files.remove(part));
        }
        LIUHEN_TRY(const auto copied,
                   copyVerified(parts_.files,
                                parts_.medium,
                                object,
                                CopyPaths{joinPath(from.folder, name), part},
                                {}));
        if (copied != Copied::Yes) {
            return fail(ErrorKind::DataLoss,
                        "restore " + name + ": the " + from.name +
                            " copy was whole and is not any "
                            "more; run it again");
        }
        if (parts_.files.exists(joinPath(to.folder, name))) {
            LIUHEN_CHECK(setAside(to.folder, name));
        }
        const std::string path = joinPath(to.folder, name);
        LIUHEN_CHECK(parts_.files.makeFolders(core::folderOf(path)));
        LIUHEN_CHECK(parts_.files.renameNoReplace(part, path));
        LIUHEN_CHECK(parts_.files.syncFolder(core::folderOf(path)));
        LIUHEN_CHECK(parts_.files.syncFolder(core::folderOf(part)));
        LIUHEN_CHECK(parts_.medium.freeze(path));
        if (parts_.hardening.freezer != nullptr) {
            LIUHEN_CHECK(parts_.hardening.freezer->freeze(object, to.copy));
        }
        told_[to.name].push_back(fmt::format("{} {}", core::toHex(object), damage));
        return {};
    }

    /// The database is made anew if it is gone, cannot be read, or is older than the log.
    Result<void> restoreDatabase() {
        const std::string path = joinPath(folders_.database, "vault.db");
        std::error_code error;
        const bool there = std::filesystem::exists(path, error);
        if (there) {
            std::uint64_t rows = 0;
            const auto usable = [&]() -> Result<void> {
                LIUHEN_TRY(Records records, Records::open(path));
                LIUHEN_TRY(rows, records.leafCount());
                return {};
            }();
            if (usable && rows >= logSize_) {
                return {};
            }
            say_(usable ? fmt::format("the database has {} leaves and the log {}", rows, logSize_)
                        : usable.error().message);
        }
        const std::string aside = joinPath(folders_.database, aside_);
        for (const char* suffix : {"", "-wal", "-shm"}) {
            if (!std::filesystem::exists(path + suffix, error)) {
                continue;
            }
            std::filesystem::create_directories(aside, error);
            std::filesystem::rename(path + suffix, joinPath(aside, "vault.db") + suffix, error);
            if (error) {
                return fail(ErrorKind::Internal, "set aside " + path + ": " + error.message());
            }
            ++done_.setAside;
        }
        LIUHEN_CHECK(Vault::makeDatabase(parts_, folders_));
        done_.database = true;
        say_(fmt::format("database: made anew of {} leaves", logSize_));
        return {};
    }

    /// What was done, as leaves: the vault itself writes them.
    Result<void> tell() {
        VaultParts parts = parts_;
        LIUHEN_TRY(const auto vault, Vault::open(parts, folders_));
        for (const auto& [copy, objects] : told_) {
            for (std::size_t at = 0; at < objects.size(); at += kToldAtOnce) {
                std::string detail = "objects put back into the " + copy + " copy:";
                for (std::size_t i = at; i < std::min(objects.size(), at + kToldAtOnce); ++i) {
                    detail += " " + objects[i] + ";";
                }
                LIUHEN_CHECK(vault->incident({"restored", "", detail}));
            }
        }
        if (done_.leaves > 0) {
            LIUHEN_CHECK(vault->incident(
                {"restored", "", fmt::format("{} leaves put back into the log", done_.leaves)}));
        }
        if (done_.database) {
            LIUHEN_CHECK(vault->incident({"restored", "", "the database was made anew"}));
        }
        return vault->publish();
    }

    const VaultParts& parts_;
    const VaultFolders& folders_;
    const std::function<void(const std::string&)>& say_;
    SecondCopy second_;
    const std::string aside_;
    std::optional<tlog::Checkpoint> theirs_;
    std::map<Digest, std::uint64_t> objects_;  // sizes
    std::uint64_t logSize_ = 0;
    std::map<std::string, std::vector<std::string>> told_;  // by copy
    Restored done_;
};

}  // namespace

Result<Restored> restore(const VaultParts& parts,
                         const VaultFolders& folders,
                         const std::function<void(const std::string&)>& say) {
    return Restorer(parts, folders, say).run();
}

}  // namespace liuhen::vault
