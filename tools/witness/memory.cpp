// SPDX-License-Identifier: Apache-2.0
// Notes in files, replaced whole; one lock file a log.
#include "tools/witness/memory.hpp"

#include "common/crypto/digest.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace liuhen::witness {

using core::ErrorKind;
using core::fail;
using core::joinPath;

namespace {

constexpr mode_t kLockMode = 0640;
constexpr std::size_t kRootDigits = 16;

std::string notePath(const std::string& state, const std::string& name) {
    return joinPath(state, "logs/" + name + ".note");
}

/// Blocks until nobody else, thread or process, has the file.
Result<core::UniqueFd> lockFile(const std::string& path) {
    core::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode));
    if (!fd.valid()) {
        return core::failErrno(errno, "open " + path);
    }
    while (::flock(fd.get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            return core::failErrno(errno, "lock " + path);
        }
    }
    return fd;
}

std::string evidenceText(const std::string& kind,
                         const tlog::Checkpoint& shown,
                         const std::string& remembered,
                         const std::string& shownNote) {
    const std::string what =
        kind == "fork"
            ? fmt::format(
                  "Two checkpoints of the log {} with {} leaves and different roots, both "
                  "signed with its key: it has two histories.",
                  shown.origin,
                  shown.size)
            : fmt::format(
                  "Two checkpoints of the log {}, both signed with its key; it was not "
                  "proved that the one shown last contains the one remembered.",
                  shown.origin);
    return fmt::format("{}\n\nremembered:\n{}\nshown:\n{}", what, remembered, shownNote);
}

}  // namespace

Result<Memory> Memory::open(core::Files& files, std::string state, std::string locks) {
    for (const char* name : {"logs", "evidence"}) {
        if (!files.exists(joinPath(state, name))) {
            return fail(ErrorKind::NotFound,
                        fmt::format("open the witness's memory: {} is missing. A witness that lost "
                                    "its memory must not go on under its name: make a new one with "
                                    "'liuhen witness init' and have its key exchanged",
                                    joinPath(state, name)));
        }
    }
    LIUHEN_CHECK(core::systemFiles()->makeFolders(locks));
    return Memory(files, std::move(state), std::move(locks));
}

Result<void> Memory::make(core::Files& files, const std::string& state) {
    if (files.exists(state)) {
        return fail(ErrorKind::AlreadyExists,
                    "make " + state + ": it is there already; nothing was changed");
    }
    LIUHEN_CHECK(files.makeFolders(joinPath(state, "logs")));
    return files.makeFolders(joinPath(state, "evidence"));
}

Result<Memory::Turn> Memory::turn(const std::string& origin) {
    const std::string name = core::toHex(crypto::sha256({core::viewOf(origin)}));
    LIUHEN_TRY(core::UniqueFd lock, lockFile(joinPath(locks_, name + ".lock")));
    Turn turn(*files_, state_, name, std::move(lock));
    const std::string path = notePath(state_, name);
    const auto bytes = core::readFile(*files_, path, tlog::kNoteBytes);
    if (!bytes) {
        if (bytes.error().kind == ErrorKind::NotFound) {
            return turn;
        }
        return core::failWith(bytes.error(), "read what is remembered of " + origin);
    }
    turn.note_ = std::string(core::textOf(*bytes));
    auto parsed = tlog::parseCheckpoint(*turn.note_);
    if (!parsed || parsed->checkpoint.origin != origin) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read what is remembered of {}: {} is damaged; put back the newest "
                                "copy of it, never an older one",
                                origin,
                                path));
    }
    turn.seen_ = parsed->checkpoint;
    return turn;
}

Result<void> Memory::Turn::remember(const std::string& note) {
    return core::replaceFile(*files_, notePath(state_, name_), core::viewOf(note));
}

Result<std::string> Memory::Turn::keepEvidence(const std::string& kind,
                                               const tlog::Checkpoint& shown,
                                               const std::string& shownNote) {
    LIUHEN_ASSERT(note_.has_value());
    const std::string folder = joinPath(state_, "evidence");
    LIUHEN_TRY(const auto items, files_->list(folder));
    const std::string name = fmt::format("{}-{}-{}-{}.txt",
                                         kind,
                                         name_.substr(0, kRootDigits),
                                         shown.size,
                                         core::toHex(shown.root).substr(0, kRootDigits));
    const bool known = std::any_of(
        items.begin(), items.end(), [&name](const auto& item) { return item.name == name; });
    const std::string path = joinPath(folder, name);
    if (known) {
        return path;
    }
    if (items.size() >= kEvidenceFiles) {
        return std::string();
    }
    const std::string text = evidenceText(kind, shown, *note_, shownNote);
    LIUHEN_CHECK(core::replaceFile(*files_, path, core::viewOf(text)));
    return path;
}

}  // namespace liuhen::witness
