// SPDX-License-Identifier: Apache-2.0
// One call of liuhen-vault fails, each in its turn: a sync answers EIO, or there is no room. What
// is receipted is kept, even if the system then forgets what it could not sync, and the rest comes
// in.
#include "common/core/log.hpp"
#include "tests/crash/crash_disk.hpp"
#include "tests/crash/recorded_intake.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

TEST_SUITE_BEGIN("crash/faults");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;
using liuhen::test::CrashDisk;
using liuhen::test::Tree;

constexpr std::uint64_t kSegments = 2;
constexpr std::size_t kStep = 16'384;

/// A vault that is begun anew for each fault, and what goes into it.
class Trial {
public:
    Trial() : site_(quickFolder()), recorder_(site_.agency.root, "CAM-1", site_.agency.now) {
        const std::uint64_t recording = recorder_.record(kSegments, 2);
        recorder_.dock();
        site_.enroll(recorder_);
        evidence_ = evidenceOf(recorder_, recording, kSegments);
        core::setLogLevel(core::LogLevel::Error);
    }

    /// Answers whether the fault came to pass. `fromReady`: it is counted from when the vault is
    /// ready, else from its very start.
    bool run(const std::string& fault, bool fromReady) {
        const std::string armed = site_.folder / "armed";
        for (const std::string& path :
             {site_.vault(), site_.folder / "calls", armed, site_.folder / "state"}) {
            std::filesystem::remove_all(path);
        }
        given_ = Promises();
        said_.clear();
        Program first(site_.config(), recordingOf(site_, fault, fromReady ? armed : ""));
        site_.write("armed", "");
        const bool killed = fault.starts_with("kill");
        const bool whole = first.ready() && takeAll(first);
        bool killedAtEnd = false;
        if (whole) {
            const int code = first.end(SIGTERM);
            killedAtEnd = killed && code == -1;
            CHECK((code == 0 || killedAtEnd));
            said_ += first.said();
        } else {  // it was killed, or said that it must be started anew, and ended
            CHECK(first.end(0) == (killed ? -1 : 1));
            said_ += first.said();
            Program second(site_.config(), recordingOf(site_));
            INFO(said_, second.said());
            REQUIRE(second.ready());
            CHECK(takeAll(second));
            CHECK(second.end(SIGTERM) == 0);
        }
        INFO(said_);
        CHECK(given_.receipts.size() == evidence_.size());
        must(keepsPromises(site_, site_.vault(), evidence_, given_));
        return checkCalls() || killedAtEnd;
    }

    /// Whether the vault said, or answered, that something failed. What fails while it ends is left
    /// to the next start, and need not be told; nor a sync of the database's folder by SQLite,
    /// which passes over it: the vault syncs that folder itself when it opens.
    [[nodiscard]] bool told() const {
        constexpr std::array kWords = {
            "nput/output error", "disk I/O error", "disk failed", "No space left", "disk is full"};
        return failing_ == site_.vault() + "/db" || atEnd_ ||
               std::any_of(kWords.begin(), kWords.end(), [this](const char* word) {
                   return said_.find(word) != std::string::npos;
               });
    }

    [[nodiscard]] const std::string& failing() const { return failing_; }
    [[nodiscard]] const std::string& said() const { return said_; }

private:
    /// Whether all is receipted; false if the program ended.
    bool takeAll(Program& program) {
        constexpr int kTries = 10;
        for (int attempt = 0; attempt < kTries; ++attempt) {
            auto client = Client::connect(site_.socket(), 20s);
            auto done =
                client ? takeAll(*client) : Result<void>(tl::make_unexpected(client.error()));
            if (done) {
                return true;
            }
            said_ += done.error().message + "\n";
            if (program.hasEnded()) {
                return false;
            }
        }
        INFO(said_);
        FAIL_CHECK("it neither goes on nor ends");
        return false;
    }

    Result<void> takeAll(Client& client) {
        LIUHEN_TRY(const auto answer, client.checkpoint(0));
        given_.notes.push_back(answer.note);
        for (const Evidence& each : evidence_) {
            LIUHEN_TRY(Buffer receipt, sendIn(client, each.place, each.bytes, kStep));
            if (std::find(given_.receipts.begin(), given_.receipts.end(), receipt) ==
                given_.receipts.end()) {
                given_.receipts.push_back(std::move(receipt));
            }
        }
        return {};
    }

    /// The power is cut when each answer after the fault that promises something has gone, and at
    /// the end: nothing unsynced is left. Answers whether a call was made to fail.
    bool checkCalls() {
        const std::vector<FileCall> calls = callsOf(site_);
        const SentBefore sent = must(SentBefore::of(calls, given_));
        CrashDisk disk(site_.vault());
        bool failed = false;
        std::size_t last = 0;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            last = calls[i].kind == CallKind::Sent ? i : last;
        }
        atEnd_ = false;
        failing_.clear();
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (calls[i].error != 0) {
                failing_ = openedAs(calls, i);
            }
            atEnd_ = atEnd_ || (calls[i].error != 0 && i > last);
            failed = failed || calls[i].error != 0 || (i > 0 && calls[i].kind == CallKind::Started);
            must(disk.apply(calls[i]));
            if ((failed && calls[i].kind == CallKind::Sent && sent.promisesAt(i)) ||
                i + 1 == calls.size()) {
                checkState(disk.durable(), sent.before(i + 1));
            }
        }
        return failed;
    }

    /// What the descriptor of a call stands for.
    static std::string openedAs(const std::vector<FileCall>& calls, std::size_t at) {
        for (std::size_t i = at; i-- > 0;) {
            if (calls[i].fd == calls[at].fd && !calls[i].path.empty()) {
                return calls[i].path;
            }
        }
        return {};
    }

    void checkState(const Tree& tree, const Promises& given) {
        const std::string folder = site_.folder / "state";
        std::filesystem::remove_all(folder);
        must(tree.writeTo(folder));
        must(keepsPromises(site_, folder, evidence_, given));
    }

    Site site_;
    SampleRecorder recorder_;
    std::vector<Evidence> evidence_;
    Promises given_;
    std::string said_;
    bool atEnd_ = false;
    std::string failing_;  // the path of the call that was made to fail
};

/// Lets the first, the next, ... call fail, `every` at a time, until there is none left.
void failEach(const char* what, bool fromReady, std::uint64_t every) {
    Trial trial;
    std::uint64_t number = 1;
    std::uint64_t done = 0;
    const bool kills = what == std::string_view("kill");
    for (;; number += every) {
        INFO(fmt::format("{} {}", what, number));
        if (!trial.run(fmt::format("{} {}", what, number), fromReady)) {
            break;
        }
        ++done;
        CHECK_MESSAGE((kills || trial.told()), trial.failing(), "\n", trial.said());
    }
    MESSAGE(fmt::format("{}: {} of {}", what, done, number - every));
    CHECK(done > 0);
}

}  // namespace

TEST_CASE("each sync of an intake fails once with EIO") {
    failEach("sync", true, isShort() ? 16 : 1);
}

TEST_CASE("the disk is full at each write of an intake") {
    failEach("space", true, isLong() ? 1 : isShort() ? 32 : 3);
}

TEST_CASE("the disk is full amid each write of an intake") {
    failEach("short", true, isLong() ? 1 : isShort() ? 32 : 8);
}

TEST_CASE("each sync of a vault's first start fails once with EIO") {
    failEach("sync", false, isLong() ? 1 : isShort() ? 100 : 7);
}

TEST_CASE("the disk is full at each write of a vault's first start") {
    failEach("space", false, isLong() ? 1 : isShort() ? 200 : 50);
}

TEST_CASE("killed before each sync, then started again, the power is cut in the end") {
    failEach("kill", false, isShort() ? 16 : 1);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
