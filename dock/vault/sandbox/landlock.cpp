// SPDX-License-Identifier: Apache-2.0
// Rulesets by raw system calls: the C library of Debian 12 has no functions for them.
#include "dock/vault/sandbox/landlock.hpp"

#include "common/core/unique_fd.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace liuhen::vault {

namespace {

/// Before it a file cannot be moved from one folder to another at all.
constexpr int kLeastVersion = 2;

// Of kernels younger than this header.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14U;       // version 3
constexpr std::uint64_t kDeviceControl = std::uint64_t{1} << 15U;  // version 5
constexpr int kTruncateVersion = 3;
constexpr int kNetworkVersion = 4;
constexpr int kDeviceControlVersion = 5;
constexpr int kScopeVersion = 6;
constexpr std::uint64_t kBindAndConnect = 3;
constexpr std::uint64_t kAbstractSocketsAndSignals = 3;

/// As the kernel of version 6 and later has it; older ones take its beginning.
struct RulesetAttributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kAdd =
    kRead | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER;
constexpr std::uint64_t kChange = kAdd | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR;
constexpr std::uint64_t kListen = kRead | LANDLOCK_ACCESS_FS_MAKE_SOCK;
/// What a rule for a file, not a folder, may name.
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                   LANDLOCK_ACCESS_FS_READ_FILE | kTruncate | kDeviceControl;

std::uint64_t rightsOf(FolderUse use) {
    switch (use) {
        case FolderUse::Read:
            return kRead;
        case FolderUse::Add:
            return kAdd;
        case FolderUse::Change:
            return kChange;
        case FolderUse::Listen:
            return kListen;
    }
    return kRead;
}

/// All that a version knows to restrict; what it does not know it leaves free.
RulesetAttributes handledBy(int version) {
    RulesetAttributes all;
    all.files = (std::uint64_t{1} << 14U) - 1;  // version 2
    all.files |= version >= kTruncateVersion ? kTruncate : 0;
    all.files |= version >= kDeviceControlVersion ? kDeviceControl : 0;
    all.network = version >= kNetworkVersion ? kBindAndConnect : 0;
    all.scoped = version >= kScopeVersion ? kAbstractSocketsAndSignals : 0;
    return all;
}

std::size_t sizeFor(int version) {
    if (version >= kScopeVersion) {
        return sizeof(RulesetAttributes);
    }
    return version >= kNetworkVersion ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

Result<void> addRule(int ruleset, std::uint64_t handled, const FolderRule& rule) {
    const core::UniqueFd fd(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
        return core::failErrno(errno, "allow " + rule.path);
    }
    landlock_path_beneath_attr beneath{};
    beneath.parent_fd = fd.get();
    beneath.allowed_access = rightsOf(rule.use) & handled;
    if (!S_ISDIR(status.st_mode)) {
        beneath.allowed_access &= kOfFiles;
    }
    if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) != 0) {
        return core::failErrno(errno, "allow " + rule.path);
    }
    return {};
}

}  // namespace

int landlockVersion() {
    const long version = ::syscall(
        SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
    return version < kLeastVersion ? 0 : static_cast<int>(version);
}

Result<void> restrictFolders(std::span<const FolderRule> rules) {
    const int version = landlockVersion();
    if (version == 0) {
        return core::fail(core::ErrorKind::Unimplemented,
                          "this kernel has no Landlock switched on");
    }
    const RulesetAttributes handled = handledBy(version);
    const core::UniqueFd ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeFor(version), 0U)));
    if (!ruleset.valid()) {
        return core::failErrno(errno, "make a Landlock ruleset");
    }
    for (const FolderRule& rule : rules) {
        LIUHEN_CHECK(addRule(ruleset.get(), handled.files, rule));
    }
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) != 0) {
        return core::failErrno(errno, "restrict this process with Landlock");
    }
    return {};
}

unsigned threadCount() {
    struct stat status {};
    // A folder's links: its own two, and one for each folder in it. It cannot be listed any more
    // once folders are restricted; it can still be looked at.
    if (::stat("/proc/self/task", &status) != 0 || status.st_nlink < 3) {
        return 0;
    }
    return static_cast<unsigned>(status.st_nlink) - 2;
}

}  // namespace liuhen::vault
