// SPDX-License-Identifier: Apache-2.0
// Tests of what a process cannot do any more, each in a process of its own.
#include "dock/vault/sandbox/sandbox.hpp"

#include "common/core/unique_fd.hpp"
#include "dock/vault/sandbox/account.hpp"
#include "dock/vault/sandbox/instrumented.hpp"
#include "dock/vault/sandbox/seccomp.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <grp.h>

TEST_SUITE_BEGIN("vault/sandbox");

namespace liuhen::vault::test {

namespace {

constexpr int kAllFine = 0;
constexpr int kNotEntered = 100;

/// Runs something in a child; answers its exit code, or minus the signal that ended it. `step`
/// numbers what it did, so that a code tells which one went wrong.
int inChild(const std::function<int()>& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::_exit(work());
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Things that must fail with an error; answers the number of the first that does not, from 1.
int firstThatWorks(std::initializer_list<std::function<bool()>> things) {
    int number = 1;
    for (const auto& thing : things) {
        if (thing()) {
            return number;
        }
        ++number;
    }
    return kAllFine;
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

bool opens(const std::string& path, int flags) {
    const core::UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return fd.valid();
}

bool moves(const std::string& from, const std::string& to) {
    return ::rename(from.c_str(), to.c_str()) == 0;
}

/// A small vault's folders with an object, an upload, and a file outside.
struct Folders {
    Folders() {
        for (const char* name : {"vault", "vault/objects", "vault/objects/ab", "vault/incoming"}) {
            ::mkdir((folder / name).c_str(), 0700);
        }
        folder.write("vault/objects/ab/kept", "evidence");
        folder.write("vault/incoming/new", "bytes");
        folder.write("outside", "secret");
    }
    [[nodiscard]] std::vector<FolderRule> first() const {
        return {{folder / "vault", FolderUse::Change}};
    }
    [[nodiscard]] std::vector<FolderRule> second() const {
        return {{folder / "vault", FolderUse::Read},
                {folder / "vault/objects", FolderUse::Add},
                {folder / "vault/incoming", FolderUse::Change}};
    }
    hal::test::TemporaryFolder folder;
    std::string kept = folder / "vault/objects/ab/kept";
    std::string upload = folder / "vault/incoming/new";
    std::string outside = folder / "outside";
};

}  // namespace

TEST_CASE("objects can be added and read, and neither changed nor taken away") {
    if (landlockVersion() == 0 || kInstrumented) {
        MESSAGE("skipped: no Landlock in this kernel, or a sanitizer is built in");
        return;
    }
    const Folders folders;
    const std::string added = folders.folder / "vault/objects/ab/added";
    const int code = inChild([&] {
        if (!giveUpRights()) {
            return kNotEntered;
        }
        auto sandbox = Sandbox::enter(SandboxMode::Required, folders.first());
        // Before it narrows, recovery may still move an object back.
        if (!sandbox || !moves(folders.kept, folders.folder / "vault/incoming/back") ||
            !moves(folders.folder / "vault/incoming/back", folders.kept) ||
            !sandbox->narrow(folders.second())) {
            return kNotEntered;
        }
        if (!opens(folders.kept, O_RDONLY) || !moves(folders.upload, added)) {
            return kNotEntered;
        }
        return firstThatWorks({
            [&] { return opens(folders.kept, O_WRONLY); },
            [&] { return opens(folders.kept, O_RDONLY | O_TRUNC); },
            [&] { return ::truncate(folders.kept.c_str(), 1) == 0; },
            [&] { return ::unlink(folders.kept.c_str()) == 0; },
            [&] { return moves(folders.kept, folders.folder / "vault/incoming/out"); },
            [&] { return moves(folders.kept, added); },  // replaces what was added
            [&] { return moves(folders.folder / "vault/objects", folders.folder / "vault/x"); },
            [&] { return ::rmdir((folders.folder / "vault/objects/ab").c_str()) == 0; },
            [&] {
                return ::symlink(folders.outside.c_str(),
                                 (folders.folder / "vault/objects/ab/link").c_str()) == 0;
            },
            [&] { return opens(folders.folder / "vault/objects/ab/made", O_WRONLY | O_CREAT); },
            [&] { return opens(folders.outside, O_RDONLY); },
            [&] { return opens("/etc/passwd", O_RDONLY); },
        });
    });
    CHECK(code == kAllFine);
    CHECK(exists(folders.kept));
    CHECK(exists(added));
}

TEST_CASE("a vault's process makes no connection, no program and no process") {
    if (kInstrumented) {
        MESSAGE("skipped: a sanitizer is built in");
        return;
    }
    const hal::test::TemporaryFolder folder;
    const int code = inChild([&] {
        if (!giveUpRights() || !filterVaultCalls()) {
            return kNotEntered;
        }
        const core::UniqueFd own(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!own.valid()) {
            return kNotEntered;
        }
        bool threads = false;
        std::thread([&threads] { threads = true; }).join();
        if (!threads) {
            return kNotEntered;
        }
        const auto socketOf = [](int family) {
            const core::UniqueFd fd(::socket(family, SOCK_STREAM, 0));
            return fd.valid();
        };
        return firstThatWorks({
            [&] { return socketOf(AF_INET); },
            [&] { return socketOf(AF_INET6); },
            [&] { return socketOf(AF_NETLINK); },
            [&] {
                sockaddr_un address{};
                address.sun_family = AF_UNIX;
                // The filter's own answer, not that of a socket nobody listens on.
                return ::connect(own.get(),
                                 reinterpret_cast<const sockaddr*>(&address),
                                 sizeof(address)) == 0 ||
                       errno != EPERM;
            },
            [&] {
                msghdr message{};
                return ::sendmsg(own.get(), &message, 0) >= 0 || errno != EPERM;
            },
            [] { return ::fork() >= 0; },
            [] { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; },
            [] { return ::setuid(0) == 0; },
            [] { return ::kill(::getppid(), 0) == 0; },
            [] {
                return ::mmap(nullptr,
                              4096,
                              PROT_READ | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS,
                              -1,
                              0) != MAP_FAILED;
            },
            [] {
                const rlimit limit{1, 1};
                return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
            },
            [&] {
                return ::link((folder / "a").c_str(), (folder / "b").c_str()) == 0 ||
                       errno != EPERM;
            },
        });
    });
    CHECK(code == kAllFine);
    const auto afterFilter = [](const std::function<void()>& work) {
        return inChild([&work] {
            if (!giveUpRights() || !filterVaultCalls()) {
                return kNotEntered;
            }
            work();
            return kAllFine;
        });
    };
    CHECK(afterFilter([] { ::execl("/bin/true", "true", nullptr); }) == -SIGSYS);
    CHECK(afterFilter([] { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == -SIGSYS);
    CHECK(afterFilter([] {}) == kAllFine);
}

TEST_CASE("rights that were given up do not come back") {
    const int code = inChild([] {
        if (!giveUpRights()) {
            return kNotEntered;
        }
        return firstThatWorks({
            [] { return !kInstrumented && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0; },
            [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; },
            [] { return ::prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; },
            [] { return ::chroot("/") == 0; },
            [] { return ::sethostname("x", 1) == 0; },
            // glibc asks every thread, and aborts since a sanitizer's own thread kept its rights.
            [] { return !kInstrumented && ::setgroups(0, nullptr) == 0; },
            [] { return ::umask(0) != 0077; },
        });
    });
    CHECK(code == kAllFine);
}

TEST_CASE("another account is taken for good") {
    if (::geteuid() != 0) {
        MESSAGE("skipped: not root");
        return;
    }
    const auto nobody = findAccount("nobody");
    REQUIRE(nobody.has_value());
    const hal::test::TemporaryFolder folder;
    ::chmod((folder / "").c_str(), 0755);
    folder.write("secret", "of root");
    ::chmod((folder / "secret").c_str(), 0600);
    const int code = inChild([&] {
        if (!become(*nobody) || !giveUpRights() || ::getuid() != nobody->uid ||
            ::getegid() != nobody->gid) {
            return kNotEntered;
        }
        return firstThatWorks({
            [] { return ::setuid(0) == 0; },
            [] { return ::seteuid(0) == 0; },
            [] { return ::setgid(0) == 0; },
            [&] { return opens(folder / "secret", O_RDONLY); },
        });
    });
    CHECK(code == kAllFine);
    CHECK_FALSE(findAccount("no-such-account-here"));
    const auto before = ownAccount();
    std::uint32_t acted = 0;
    CHECK(actAs(*nobody, [&acted]() -> Result<void> {
        acted = ::geteuid();
        return {};
    }));
    CHECK(acted == nobody->uid);
    CHECK(ownAccount().uid == before.uid);
}

TEST_CASE("a sandbox says what holds, and does not narrow behind a running thread's back") {
    CHECK(sandboxMode("required") == SandboxMode::Required);
    CHECK_FALSE(sandboxMode("on"));
    const Folders folders;
    const int code = inChild([&] {
        auto off = Sandbox::enter(SandboxMode::Off, {});
        if (!off || off->told() != "off" || !opens("/etc/passwd", O_RDONLY) || !giveUpRights()) {
            return 1;
        }
        auto best = Sandbox::enter(SandboxMode::Best, folders.first());
        if (!best) {
            return 2;
        }
        std::atomic<bool> end{false};
        std::thread other([&end] {
            while (!end) {
                std::this_thread::yield();
            }
        });
        const auto narrowed = best->narrow(folders.second());
        end = true;
        other.join();
        const bool told = best->told().find("2 threads") != std::string::npos;
        return narrowed && (told || landlockVersion() == 0 || kInstrumented) ? kAllFine : 3;
    });
    CHECK(code == kAllFine);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
