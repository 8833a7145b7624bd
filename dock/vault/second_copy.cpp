// SPDX-License-Identifier: Apache-2.0
// Copies that count only once the other medium has given them back.
#include "dock/vault/second_copy.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;
constexpr std::uint64_t kReserveBytes = std::uint64_t{32} << 20U;
constexpr std::uint64_t kMarkBytes = 256;
constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kMark = "liuhen second copy 1";

/// What a new file system has of its own, and what a power cut leaves of a mark.
bool isNothing(std::string_view name) {
    return name == "lost+found" || name == "second-copy.new";
}

/// Folders that were made for a second copy; nothing as long as they are empty.
bool isPart(std::string_view name) {
    return std::find(std::begin(kSecondParts), std::end(kSecondParts), name) !=
           std::end(kSecondParts);
}

bool goOn(const Pace& pace, std::uint64_t bytes) {
    return !pace || pace(bytes);
}

}  // namespace

Result<std::optional<Digest>> readPaced(Medium& medium, const std::string& path, const Pace& pace) {
    LIUHEN_TRY(const auto file, medium.open(path));
    crypto::Sha256 hash;
    Buffer piece(kPieceBytes);
    for (std::uint64_t at = 0;;) {
        LIUHEN_TRY(const std::size_t got, file->readAt(at, piece));
        if (got == 0) {
            return std::optional(hash.finish());
        }
        hash.update(ByteView(piece).first(got));
        at += got;
        if (!goOn(pace, got)) {
            return std::optional<Digest>();
        }
    }
}

Result<Copied> copyVerified(core::Files& files,
                            Medium& medium,
                            const Digest& object,
                            const CopyPaths& paths,
                            const Pace& pace) {
    const auto from = files.open(paths.from, core::OpenMode::Read);
    if (!from) {
        return Copied::Damaged;
    }
    LIUHEN_TRY(auto to, files.open(paths.to, core::OpenMode::CreateNew));
    crypto::Sha256 hash;
    Buffer piece(kPieceBytes);
    for (std::uint64_t at = 0;;) {
        const auto got = (*from)->readAt(at, piece);
        if (!got) {
            return Copied::Damaged;
        }
        if (*got == 0) {
            break;
        }
        const std::array<ByteView, 1> bytes{ByteView(piece).first(*got)};
        hash.update(bytes.front());
        LIUHEN_CHECK(to->append(bytes));
        at += *got;
        if (!goOn(pace, *got)) {
            return Copied::Stopped;
        }
    }
    if (hash.finish() != object) {
        return Copied::Damaged;
    }
    LIUHEN_CHECK(to->sync());
    to.reset();
    LIUHEN_TRY(const auto found, readPaced(medium, paths.to, pace));
    if (!found) {
        return Copied::Stopped;
    }
    if (*found != object) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("write {}: the disk does not give back what was written; exchange "
                                "it",
                                paths.to));
    }
    return Copied::Yes;
}

SecondCopy::SecondCopy(core::Files& files, Medium& medium, std::string folder, std::string origin)
    : files_(files), medium_(medium), folder_(std::move(folder)), origin_(std::move(origin)) {}

Result<std::string> SecondCopy::readMark() {
    LIUHEN_TRY(const Buffer bytes, core::readFile(files_, markPath(), kMarkBytes));
    const std::string text(core::textOf(bytes));
    const std::string head = fmt::format("{}\n{}\n", kMark, origin_);
    const bool whole = text.starts_with(head) && text.size() == head.size() + 2 * kIdBytes + 1 &&
                       text.back() == '\n' &&
                       text.find_first_not_of("0123456789abcdef", head.size()) == text.size() - 1;
    if (!whole) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("use {}: it is no second copy of the vault {}", folder_, origin_));
    }
    return text.substr(head.size(), 2 * kIdBytes);
}

Result<std::optional<std::string>> SecondCopy::identify() {
    auto mark = readMark();
    if (mark) {
        return std::optional(*std::move(mark));
    }
    if (mark.error().kind == ErrorKind::PermissionDenied) {
        return fail(ErrorKind::Unavailable,
                    mark.error().message +
                        " (its folders must belong to the vault's account; if its "
                        "disk was mounted while the vault ran, start the vault "
                        "anew)");
    }
    if (mark.error().kind != ErrorKind::NotFound) {
        return fail(ErrorKind::Unavailable, mark.error().message);
    }
    const auto items = files_.list(folder_);
    if (!items && items.error().kind == ErrorKind::NotFound) {
        return std::optional<std::string>();
    }
    if (!items) {
        return fail(ErrorKind::Unavailable, items.error().message);
    }
    for (const core::FolderItem& item : *items) {
        bool nothing = isNothing(item.name);
        if (!nothing && item.isFolder && isPart(item.name)) {
            const auto inside = files_.list(core::joinPath(folder_, item.name));
            nothing = inside && inside->empty();
        }
        if (!nothing) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("use {}: it holds '{}' and is no second copy of the vault {}",
                                    folder_,
                                    item.name,
                                    origin_));
        }
    }
    return std::optional<std::string>();
}

Result<std::string> SecondCopy::begin() {
    LIUHEN_TRY(const auto there, identify());
    if (there) {
        return fail(ErrorKind::AlreadyExists,
                    fmt::format("begin a second copy in {}: there is one", folder_));
    }
    LIUHEN_CHECK(files_.makeFolders(folder_));
    const std::string hex = core::toHex(crypto::randomBytes(kIdBytes));
    const std::string text = fmt::format("{}\n{}\n{}\n", kMark, origin_, hex);
    LIUHEN_CHECK(core::replaceFile(files_, markPath(), core::viewOf(text)));
    return hex;
}

Result<std::optional<tlog::Checkpoint>> SecondCopy::attach(const std::string& id) {
    if (lost_) {
        return fail(
            ErrorKind::Unavailable,
            fmt::format("use {}: its disk failed; see to it, then start the vault anew", folder_));
    }
    for (const char* name : kSecondParts) {
        LIUHEN_CHECK(files_.makeFolders(core::joinPath(folder_, name)));
    }
    LIUHEN_TRY(tlog::TileStore log,
               tlog::TileStore::open(
                   files_, core::joinPath(folder_, "log"), core::joinPath(folder_, "scratch")));
    const std::lock_guard lock(mutex_);
    id_ = id;
    logSize_ = log.size();
    witnessedSize_ = log.witnessedSize();
    log_.emplace(std::move(log));
    return log_->checkpoint();
}

Result<std::string> SecondCopy::attached() {
    const std::lock_guard lock(mutex_);
    if (id_.empty() || lost_) {
        return fail(ErrorKind::Unavailable, fmt::format("use {}: it is not attached", folder_));
    }
    auto mark = readMark();
    if (!mark || *mark != id_) {
        log_.reset();
        id_.clear();
        logSize_ = 0;
        return fail(ErrorKind::Unavailable,
                    fmt::format("use {}: the second copy is not there any more; is its disk "
                                "mounted?",
                                folder_));
    }
    return id_;
}

void SecondCopy::detach() {
    const std::lock_guard lock(mutex_);
    log_.reset();
    id_.clear();
    logSize_ = 0;
}

Result<SecondCopy::Kept> SecondCopy::keep(const Digest& object,
                                          std::uint64_t sizeBytes,
                                          const std::string& source,
                                          const Pace& pace) {
    const std::string hex = core::toHex(object);
    const auto lock = objects_.take(hex);
    LIUHEN_TRY(const std::string id, attached());
    if (files_.exists(objectPath(object))) {
        return recheck(object, pace);
    }
    LIUHEN_TRY(const std::uint64_t free, files_.freeBytes(folder_));
    if (free < kReserveBytes || free - kReserveBytes < sizeBytes) {
        return fail(ErrorKind::ResourceExhausted,
                    fmt::format("copy object {} to {}: the disk of the second copy is full; make "
                                "room there",
                                hex,
                                folder_));
    }
    const std::string part = core::joinPath(partFolder(), hex + ".part");
    if (files_.exists(part)) {
        LIUHEN_CHECK(files_.remove(part));
    }
    const auto copied = copyVerified(files_, medium_, object, CopyPaths{source, part}, pace);
    if (copied && *copied == Copied::Yes) {
        LIUHEN_CHECK(publish(part, objectPath(object)));
        return Kept::Yes;
    }
    static_cast<void>(files_.remove(part));  // it is made anew, whatever became of it
    if (!copied) {
        return core::failWith(copied.error(), "copy object " + hex);
    }
    return *copied == Copied::Stopped ? Kept::Stopped : Kept::FirstDamaged;
}

/// Bytes that lie there already: of an earlier run that was cut, or of a database made anew.
Result<SecondCopy::Kept> SecondCopy::recheck(const Digest& object, const Pace& pace) {
    const std::string path = objectPath(object);
    const auto found = readPaced(medium_, path, pace);
    if (found && !*found) {
        return Kept::Stopped;
    }
    if (!found || **found != object) {
        return Kept::SecondDamaged;
    }
    LIUHEN_CHECK(syncFolder(core::folderOf(path)));
    LIUHEN_CHECK(medium_.freeze(path));
    return Kept::Yes;
}

Result<void> SecondCopy::publish(const std::string& part, const std::string& path) {
    LIUHEN_CHECK(files_.makeFolders(core::folderOf(path)));
    LIUHEN_CHECK(files_.renameNoReplace(part, path));
    LIUHEN_CHECK(syncFolder(core::folderOf(path)));
    LIUHEN_CHECK(syncFolder(partFolder()));
    return medium_.freeze(path);
}

Result<void> SecondCopy::syncFolder(const std::string& folder) {
    auto synced = files_.syncFolder(folder);
    lost_ = lost_ || !synced;  // it may have lost its changes, and would not say so again
    return synced;
}

Result<void> SecondCopy::mirror(const ReadLog& read, const crypto::NoteKey& key) {
    const std::lock_guard lock(mutex_);
    if (!log_) {
        return fail(ErrorKind::Unavailable, fmt::format("use {}: it is not attached", folder_));
    }
    const auto bring = [&]() -> Result<void> {
        for (;;) {
            LIUHEN_TRY(const LogSlice slice, read(log_->size()));
            if (!slice.leaves.empty()) {
                LIUHEN_CHECK(log_->append(slice.leaves));
                LIUHEN_TRY(const std::string note, log_->publish(origin_, key));
                logSize_ = log_->size();
            }
            if (!slice.whole) {
                continue;
            }
            if (log_->note() != slice.note) {
                LIUHEN_CHECK(log_->replaceNote(slice.note));
            }
            // One that is newer here was lost in the vault, and is kept here for a restore.
            if (slice.witnessed != log_->witnessed() &&
                slice.witnessedSize >= log_->witnessedSize() && !slice.witnessed.empty()) {
                LIUHEN_CHECK(log_->keepWitnessed(slice.witnessed));
                witnessedSize_ = log_->witnessedSize();
            }
            return {};
        }
    };
    auto done = bring();
    if (!done) {
        log_.reset();
        id_.clear();
        logSize_ = 0;
    }
    return done;
}

}  // namespace liuhen::vault
