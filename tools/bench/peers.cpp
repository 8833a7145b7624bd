// SPDX-License-Identifier: Apache-2.0
// What people use instead of a dock: cp, rsync, a tus server.
#include "tools/bench/agency.hpp"
#include "tools/bench/intake.hpp"
#include "tools/bench/workload.hpp"

#include <chrono>
#include <filesystem>

namespace liuhen::bench {

namespace fs = std::filesystem;

namespace {

using core::Result;

constexpr RunOptions kQuiet{false, false};

/// Reads every copy past the page cache through one openssl. Names go in as arguments, not as text.
constexpr const char* kReadBack =
    R"(for f; do dd if="$f" iflag=direct bs=4M status=none | openssl dgst -sha256 || exit 1; done)";
/// Makes content and folders durable.
constexpr const char* kSync = R"(find "$1" -depth -print0 | xargs -0 sync)";

void add(Cost& to, const Cost& more) {
    to.wallSeconds += more.wallSeconds;
    to.cpuSeconds += more.cpuSeconds;
}

Result<void> makeAnew(const std::string& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    fs::create_directories(folder, error);
    if (error) {
        return core::fail(core::ErrorKind::Unavailable, "make " + folder + ": " + error.message());
    }
    return {};
}

Result<Cost> readBack(const std::string& folder) {
    LIUHEN_TRY(const FileList copies, filesBelow(folder));
    std::vector<std::string> argv{"bash", "-o", "pipefail", "-c", kReadBack, "read-back"};
    for (const std::string& path : copies.paths) {
        // What a tus server keeps about a file is not the file.
        if (!path.ends_with(".json")) {
            argv.push_back(path);
        }
    }
    return run(argv, kQuiet);
}

Result<Cost> copyThenReadBack(const PeerJob& job,
                              const std::vector<std::string>& copy,
                              bool syncAfter) {
    LIUHEN_TRY(Cost cost, run(copy, kQuiet));
    if (syncAfter) {
        LIUHEN_TRY(const Cost synced, run({"bash", "-c", kSync, "sync", job.into}, kQuiet));
        add(cost, synced);
    }
    LIUHEN_TRY(const Cost read, readBack(job.into));
    add(cost, read);
    return cost;
}

/// Where docs/bench.md has the tus server put.
Result<std::string> tusFolder() {
    LIUHEN_TRY(const std::string cache, cacheFolder());
    return cache + "/bench/tus";
}

}  // namespace

Result<Cost> copyWithCp(const PeerJob& job) {
    LIUHEN_CHECK(makeAnew(job.into));
    return copyThenReadBack(job, {"cp", "-r", job.from, job.into}, true);
}

Result<Cost> copyWithRsync(const PeerJob& job) {
    LIUHEN_CHECK(makeAnew(job.into));
    // --whole-file is what rsync does between two local folders anyway; said for the reader.
    return copyThenReadBack(
        job, {"rsync", "-a", "--fsync", "--whole-file", job.from + "/", job.into + "/"}, false);
}

Result<Cost> copyWithTus(const PeerJob& job) {
    LIUHEN_CHECK(makeAnew(job.into));
    LIUHEN_TRY(const std::string tus, tusFolder());
    LIUHEN_TRY(const FileList footage, filesBelow(job.from));
    std::vector<std::string> upload{"node", tus + "/upload.mjs", job.into};
    upload.insert(upload.end(), footage.paths.begin(), footage.paths.end());
    return copyThenReadBack(job, upload, true);
}

std::string nothingMissing() {
    return "";
}

std::string missingRsync() {
    return onPath("rsync") ? "" : "rsync is not installed";
}

std::string missingTus() {
    const auto tus = tusFolder();
    std::error_code error;
    if (!onPath("node") || !tus || !fs::exists(*tus + "/node_modules/@tus/server", error) ||
        !fs::exists(*tus + "/upload.mjs", error)) {
        return "@tus/server is not installed; docs/bench.md says how";
    }
    return "";
}

}  // namespace liuhen::bench
