// SPDX-License-Identifier: Apache-2.0
// Accounts, groups and capabilities by the system's own calls.
#include "dock/vault/sandbox/account.hpp"

#include "dock/vault/sandbox/instrumented.hpp"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <vector>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kEntryBytes = 16'384;
constexpr mode_t kOwnOnly = 0077;
constexpr unsigned kWordBits = 32;

using CapabilityWords = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

/// The capabilities of a process that has this one at most.
CapabilityWords only(std::optional<int> kept) {
    CapabilityWords words{};
    if (kept) {
        const auto number = static_cast<unsigned>(*kept);
        words.at(number / kWordBits).permitted = 1U << (number % kWordBits);
        words.at(number / kWordBits).effective = 1U << (number % kWordBits);
    }
    return words;
}

Result<void> setCapabilities(CapabilityWords words) {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    if (::syscall(SYS_capset, &head, words.data()) != 0) {
        return core::failErrno(errno, "give up capabilities");
    }
    return {};
}

/// Without CAP_SETPCAP the bounding set stays; no_new_privs keeps a program file from using it.
void clearBoundingSet() {
    for (int number = 0; ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number) {
        static_cast<void>(::prctl(PR_CAPBSET_DROP, number, 0, 0, 0));
    }
}

}  // namespace

Result<Account> findAccount(const std::string& name) {
    std::vector<char> text(kEntryBytes);
    passwd entry{};
    passwd* found = nullptr;
    const int code = ::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
    if (code != 0) {
        return core::failErrno(code, "look up the account " + name);
    }
    if (found == nullptr) {
        return fail(ErrorKind::NotFound,
                    "there is no account '" + name +
                        "'; make it: useradd --system --no-create-home --shell /usr/sbin/nologin " +
                        name);
    }
    return Account{name, entry.pw_uid, entry.pw_gid};
}

Account ownAccount() {
    Account own{fmt::to_string(::geteuid()), ::geteuid(), ::getegid()};
    std::vector<char> text(kEntryBytes);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(own.uid, &entry, text.data(), text.size(), &found) == 0 && found != nullptr) {
        own.name = entry.pw_name;
    }
    return own;
}

Result<void> actAs(const Account& account, const std::function<Result<void>()>& work) {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    if (uid == account.uid) {
        return work();
    }
    if (::setegid(account.gid) != 0 || ::seteuid(account.uid) != 0) {
        // Half changed: no more is to be done by this process.
        return core::failErrno(errno, "act as the account " + account.name);
    }
    Result<void> done = work();
    if (::seteuid(uid) != 0 || ::setegid(gid) != 0) {
        return core::failErrno(errno, "act as oneself again");
    }
    return done;
}

Result<void> become(const Account& account, std::optional<int> kept) {
    if (::geteuid() == account.uid && ::getuid() == account.uid) {
        return {};
    }
    if (::geteuid() != 0) {
        return fail(
            ErrorKind::PermissionDenied,
            "become " + account.name + ": start this program as root or as " + account.name);
    }
    clearBoundingSet();
    if (kept && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
        return core::failErrno(errno, "keep a capability");
    }
    if (::initgroups(account.name.c_str(), account.gid) != 0 ||
        ::setresgid(account.gid, account.gid, account.gid) != 0 ||
        ::setresuid(account.uid, account.uid, account.uid) != 0) {
        return core::failErrno(errno, "become " + account.name);
    }
    return {};
}

Result<void> giveUpRights(std::optional<int> kept) {
    clearBoundingSet();
    static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    if (const auto done = setCapabilities(only(kept)); !done) {
        return kept ? fail(ErrorKind::PermissionDenied,
                           fmt::format("this process lacks capability {}: start it as root, or let "
                                       "systemd give it that one",
                                       *kept))
                    : done;
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        (!kInstrumented && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)) {
        return core::failErrno(errno, "give up rights");
    }
    ::umask(kOwnOnly);
    return {};
}

}  // namespace liuhen::vault
