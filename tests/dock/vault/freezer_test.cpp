// SPDX-License-Identifier: Apache-2.0
// Tests of the helper that makes objects immutable: what it does, and that it can do nothing else.
#include "dock/vault/freezer.hpp"

#include "dock/vault/freezer/freezing.hpp"
#include "dock/vault/restore.hpp"
#include "dock/vault/sandbox/instrumented.hpp"
#include "dock/vault/sandbox/seccomp.hpp"
#include "tests/dock/vault/two_copies.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstring>

TEST_SUITE_BEGIN("vault/freezer");

namespace liuhen::vault::test {

namespace {

std::optional<std::uint32_t> flagsOf(const std::string& path) {
    const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    unsigned long flags = 0;
    if (!fd.valid() || ::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(flags);
}

bool isImmutable(const std::string& path) {
    return (flagsOf(path).value_or(0) & FS_IMMUTABLE_FL) != 0;
}

bool setFlag(const std::string& path) {
    const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    unsigned long flags = flagsOf(path).value_or(0) | FS_IMMUTABLE_FL;
    return ::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) == 0;
}

/// What root can do, and nothing of ours.
bool clearFlag(const std::string& path) {
    const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    unsigned long flags = flagsOf(path).value_or(0) & ~std::uint32_t{FS_IMMUTABLE_FL};
    return ::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) == 0;
}

/// Takes the flag off everything below a folder, so that it can be removed.
class Thaw {
public:
    explicit Thaw(std::string folder) : folder_(std::move(folder)) {}
    Thaw(const Thaw&) = delete;
    Thaw& operator=(const Thaw&) = delete;
    ~Thaw() {
        for (const auto& item : std::filesystem::recursive_directory_iterator(folder_)) {
            if (item.is_regular_file() && !item.is_symlink()) {
                static_cast<void>(clearFlag(item.path()));
            }
        }
    }

private:
    std::string folder_;
};

/// Why flags cannot be set here; "" if they can.
std::string whyNot() {
    const hal::test::TemporaryFolder folder;
    const std::string path = folder.write("file", "x");
    if (!flagsOf(path)) {
        return "the file system of temporary files knows no flags";
    }
    const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    unsigned long flags = *flagsOf(path) | FS_IMMUTABLE_FL;
    if (::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) != 0) {
        return "this account may not set the immutable flag";
    }
    return clearFlag(path) ? "" : "the flag cannot be cleared again";
}

/// A folder of objects with one object in it.
struct Objects {
    Objects() {
        ::mkdir((folder / hex.substr(0, 2)).c_str(), 0700);
        folder.write(hex.substr(0, 2) + "/" + hex, "evidence");
    }
    [[nodiscard]] FreezeRequest request(std::uint8_t number = 0) const {
        FreezeRequest made{};
        made[0] = number;
        std::copy(object.begin(), object.end(), made.begin() + 1);
        return made;
    }
    hal::test::TemporaryFolder folder;
    Thaw thaw{folder.path()};
    Digest object = crypto::sha256(core::viewOf("evidence"));
    std::string hex = core::toHex(object);
    std::string path = folder / (hex.substr(0, 2) + "/" + hex);
};

/// Runs something behind the helper's filter; answers the exit code, or minus the signal.
int filtered(const Freezing& freezing, const std::function<bool()>& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (!giveUpRights(CAP_LINUX_IMMUTABLE) || !filterFreezerCalls(freezing.words().block())) {
            ::_exit(100);
        }
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("every word of flags is immutable, and keeps what a file has") {
    const FlagWords words = must(FlagWords::make());
    const auto* block = reinterpret_cast<const std::uint32_t*>(words.block());
    CHECK(words.block() % kFlagBlockBytes == 0);
    for (std::size_t i = 0; i < kFlagBlockBytes / sizeof(std::uint32_t); ++i) {
        REQUIRE((block[i] & FS_IMMUTABLE_FL) != 0);
    }
    for (const std::uint32_t present : {std::uint32_t{0},
                                        std::uint32_t{FS_EXTENT_FL},
                                        std::uint32_t{FS_EXTENT_FL | FS_NOATIME_FL},
                                        std::uint32_t{FS_NOCOW_FL | FS_PROJINHERIT_FL}}) {
        const std::uint32_t* word = words.with(present);
        REQUIRE(word != nullptr);
        CHECK(*word == (present | FS_IMMUTABLE_FL));
    }
    CHECK(*words.with(FS_EXTENT_FL | FS_VERITY_FL) == (FS_EXTENT_FL | FS_IMMUTABLE_FL));
    CHECK(words.with(FS_APPEND_FL) == nullptr);
}

TEST_CASE("the helper flags a plain file under an object's name, and nothing else") {
    if (const std::string why = whyNot(); !why.empty()) {
        MESSAGE("skipped: " << why);
        return;
    }
    const Objects objects;
    const Freezing freezing = must(Freezing::open(std::vector{objects.folder.path()}));
    const auto before = flagsOf(objects.path);
    CHECK(freezing.freeze(objects.request()) == 0);
    CHECK(flagsOf(objects.path) == (*before | FS_IMMUTABLE_FL));
    CHECK(freezing.freeze(objects.request()) == 0);  // once more is no change
    CHECK(::unlink(objects.path.c_str()) != 0);
    CHECK(::rename(objects.path.c_str(), (objects.folder / "x").c_str()) != 0);
    CHECK(::open(objects.path.c_str(), O_WRONLY) < 0);

    CHECK(freezing.freeze(objects.request(1)) == EINVAL);
    const FreezeRequest whole = objects.request();
    CHECK(freezing.freeze(std::span(whole).first(32)) == EINVAL);
    CHECK(freezing.freeze({}) == EINVAL);
    FreezeRequest absent = objects.request();
    absent[32] ^= 1U;
    CHECK(freezing.freeze(absent) == ENOENT);
    const std::string prefix = objects.hex.substr(0, 2);
    std::string other = core::toHex(std::span(absent).subspan(1));
    const std::string outside = objects.folder.write("outside", "not to be frozen");
    REQUIRE(::symlink(outside.c_str(), (objects.folder / (prefix + "/" + other)).c_str()) == 0);
    CHECK(freezing.freeze(absent) == ELOOP);
    REQUIRE(::unlink((objects.folder / (prefix + "/" + other)).c_str()) == 0);
    REQUIRE(::mkdir((objects.folder / (prefix + "/" + other)).c_str(), 0700) == 0);
    CHECK(freezing.freeze(absent) == EINVAL);
    // A folder of objects that leads elsewhere.
    REQUIRE(::mkdir((objects.folder / "elsewhere").c_str(), 0700) == 0);
    absent[1] ^= 1U;
    other = core::toHex(std::span(absent).subspan(1));
    const std::string hidden = objects.folder.write("elsewhere/" + other, "not to be frozen");
    REQUIRE(::symlink("elsewhere", (objects.folder / other.substr(0, 2)).c_str()) == 0);
    CHECK(freezing.freeze(absent) == ENOTDIR);
    CHECK_FALSE(isImmutable(outside));
    CHECK_FALSE(isImmutable(hidden));
}

TEST_CASE("behind its filter the helper cannot clear a flag, whatever it is made to do") {
    if (const std::string why = kInstrumented ? "a sanitizer is built in" : whyNot();
        !why.empty()) {
        MESSAGE("skipped: " << why);
        return;
    }
    const Objects objects;
    const Freezing freezing = must(Freezing::open(std::vector{objects.folder.path()}));
    const auto object = [&objects] {
        return ::openat(AT_FDCWD, objects.path.c_str(), objectOpenFlags());
    };
    const auto* words = reinterpret_cast<const std::uint32_t*>(freezing.words().block());
    const auto request = objects.request();
    CHECK(filtered(freezing, [&] { return freezing.freeze(request) == 0; }) == 0);
    CHECK(isImmutable(objects.path));
    // Any word of the block leaves the flag; the address of anything else ends the process.
    CHECK(filtered(freezing,
                   [&] { return ::ioctl(object(), FS_IOC_SETFLAGS, words + 1023) != 12345; }) == 0);
    static std::uint32_t none = 0;
    const std::function<bool()> deadly[] = {
        [&] { return ::ioctl(object(), FS_IOC_SETFLAGS, &none) == 0; },
        [&] {
            const auto* middle = reinterpret_cast<const char*>(words) + 2;
            return ::ioctl(object(), FS_IOC_SETFLAGS, middle) == 0;
        },
        [&] { return ::ioctl(object(), FS_IOC_SETFLAGS, words + 1024) == 0; },
        [&] {
            fsxattr attributes{};
            return ::ioctl(object(), FS_IOC_FSSETXATTR, &attributes) == 0;
        },
        [&] {
            return ::mprotect(const_cast<std::uint32_t*>(words), 4096, PROT_READ | PROT_WRITE) == 0;
        },
        [&] {
            return ::mmap(const_cast<std::uint32_t*>(words),
                          4096,
                          PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                          -1,
                          0) != MAP_FAILED;
        },
        [&] { return ::open(objects.path.c_str(), O_RDWR) >= 0; },
        [&] { return ::unlink(objects.path.c_str()) == 0; },
        [&] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; },
        [&] { return ::execl("/bin/true", "true", nullptr) == 0; },
        [] { return ::fork() >= 0; },
        [] { return ::kill(::getppid(), 0) == 0; },
    };
    for (const auto& each : deadly) {
        CAPTURE(&each - &deadly[0]);
        CHECK(filtered(freezing, each) == -SIGSYS);
    }
    CHECK(isImmutable(objects.path));
}

TEST_CASE("the program answers its socket alone, and ends with it") {
    if (const std::string why = whyNot(); !why.empty()) {
        MESSAGE("skipped: " << why);
        return;
    }
    const Objects objects;
    const auto start = [&objects](const std::string& where) {
        return Freezer::start(where, {objects.folder.path()}, ownAccount());
    };
    {
        const auto freezer = must(start(LIUHEN_FREEZER_PROGRAM));
        must(freezer->freeze(objects.object));
        must(freezer->freeze(objects.object));
        CHECK(isImmutable(objects.path));
        const auto absent = freezer->freeze(Digest{1});
        REQUIRE_FALSE(absent);
        CHECK(absent.error().kind == core::ErrorKind::NotFound);
        CHECK_FALSE(freezer->freeze(objects.object, CopyOf::Second));
        must(freezer->freeze(objects.object));  // it is still there
    }
    CHECK_FALSE(start(objects.folder / "no-program"));
    const auto dead = start("/bin/false");
    REQUIRE_FALSE(dead);
    CHECK(dead.error().kind == core::ErrorKind::Unavailable);
    const auto noFlags = Freezer::start(LIUHEN_FREEZER_PROGRAM, {"/proc"}, ownAccount());
    REQUIRE_FALSE(noFlags);
    CHECK(noFlags.error().message.find("ext4") != std::string::npos);
}

TEST_CASE("an object is immutable once its receipt is out, and a stop in between is made good") {
    if (const std::string why = whyNot(); !why.empty()) {
        MESSAGE("skipped: " << why);
        return;
    }
    Bench bench;  // without a freezer: what is stored now is read-only by its mode
    const Thaw thaw(bench.folder.path());
    SampleRecorder recorder = bench.recorder();
    const auto pathOf = [&bench](const evidence::Receipt& receipt) {
        const std::string hex = core::toHex(receipt.object);
        return bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex;
    };
    const auto chapter =
        must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes));
    const std::string before = pathOf(bench.check(chapter.receipt));
    CHECK_FALSE(isImmutable(before));
    CHECK(must(bench.vault().status()).freezing == "read-only");
    bench.close();

    auto freezer =
        must(Freezer::start(LIUHEN_FREEZER_PROGRAM, {bench.path() + "/objects"}, ownAccount()));
    const auto open = [&] {
        return must(Vault::open(
            VaultParts{
                *bench.files,
                *bench.medium,
                bench.clock,
                bench.agency.identity(),
                Hardening{freezer.get(), [] { return Result<std::string>("as the test says"); }}},
            VaultFolders{bench.path(), bench.path() + "/db", bench.folder / "agency/registered"}));
    };
    auto vault = open();
    CHECK(isImmutable(before));
    CHECK(must(vault->status()).freezing == "immutable");
    CHECK(must(vault->status()).sandbox == "as the test says");
    const auto segment = must(takeIn(
        *vault, segmentPlace(recorder, bench.recording, 0), recorder.segment(bench.recording, 0)));
    REQUIRE(segment.state == State::Receipted);
    CHECK(isImmutable(pathOf(bench.check(segment.receipt))));
    // What is kept as no evidence stays too.
    Buffer bad = recorder.segment(bench.recording, 1);
    bad[bad.size() / 2] ^= 1U;
    CHECK(must(takeIn(*vault, segmentPlace(recorder, bench.recording, 1), bad)).state ==
          State::Quarantined);
    const std::string hex = core::toHex(crypto::sha256(bad));
    CHECK(isImmutable(bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex));
    vault.reset();
    vault = open();  // nothing immutable stands in the way of a start
    CHECK(must(vault->status()).absent == 0);
    vault.reset();
    freezer.reset();
}

TEST_CASE("an object is immutable in both copies once its receipt is out") {
    if (const std::string why = whyNot(); !why.empty()) {
        MESSAGE("skipped: " << why);
        return;
    }
    TwoCopies bench;
    bench.close();
    const Thaw thaw(bench.folder.path());
    const auto freezer =
        must(Freezer::start(LIUHEN_FREEZER_PROGRAM,
                            {bench.path() + "/objects", bench.second() + "/objects"},
                            ownAccount()));
    VaultParts parts = bench.parts();
    parts.hardening.freezer = freezer.get();
    const SampleRecorder& recorder = bench.sample();
    {
        const auto vault = must(Vault::open(parts, bench.folders()));
        const auto& chapter = recorder.chapters().front();
        CHECK(bench.copiesOf(must(
                  takeIn(*vault,
                         Offer{chapterPlace(recorder, 0), chapter.bytes.size(), chapter.docking},
                         chapter.bytes))) == 2);
        for (const std::uint64_t number : {0, 1}) {
            CHECK(bench.copiesOf(must(takeIn(*vault,
                                             segmentPlace(recorder, bench.recording, number),
                                             recorder.segment(bench.recording, number)))) == 2);
        }
    }
    const std::string path = bench.segmentFile(bench.second(), 0);
    CHECK(isImmutable(bench.segmentFile(bench.path(), 0)));
    CHECK(isImmutable(path));

    // Damaged below the flag: nothing of the vault's can move it; root must free it first.
    REQUIRE(clearFlag(path));
    bench.damage(path);
    REQUIRE(setFlag(path));
    const auto mend = [&] {
        return restore(parts, bench.folders(), [](const std::string& /*line*/) {});
    };
    const auto stuck = mend();
    REQUIRE_FALSE(stuck);
    CHECK(stuck.error().message.find("chattr -i") != std::string::npos);
    REQUIRE(clearFlag(path));
    const Restored done = must(mend());
    CHECK(done.copies == 1);
    CHECK(done.setAside == 1);
    CHECK(isImmutable(path));
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
