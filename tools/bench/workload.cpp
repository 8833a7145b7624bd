// SPDX-License-Identifier: Apache-2.0
// Encoding of the material, once, and scratch folders.
#include "tools/bench/workload.hpp"

#include "tools/bench/process.hpp"

#include <errno.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <stdlib.h>

namespace liuhen::bench {

namespace fs = std::filesystem;

namespace {

/// Changes with the encoder's settings, so that an older file is not taken for this one.
constexpr const char* kName = "vtest-1080p30-8m-v1.mp4";

std::vector<std::string> encodeCommand(const std::string& media, const std::string& into) {
    const std::string seconds = std::to_string(kMaterialSeconds);
    // clang-format off
    return {"ffmpeg", "-v", "error", "-nostdin", "-y",
            "-stream_loop", "-1", "-i", media + "/vtest.avi",
            "-stream_loop", "-1", "-i", media + "/speech.wav",
            "-t", seconds, "-map", "0:v", "-map", "1:a",
            "-vf", "fps=30,scale=1920:1080,setsar=1",
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
            "-b:v", "8M", "-minrate", "8M", "-maxrate", "8M", "-bufsize", "8M",
            "-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-bf", "0",
            "-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "48000",
            "-use_editlist", "0", "-f", "mp4", into};
    // clang-format on
}

}  // namespace

core::Result<std::string> cacheFolder() {
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets them
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    if (cache != nullptr && *cache != '\0') {
        return std::string(cache) + "/liuhen";
    }
    if (home == nullptr || *home == '\0') {
        return core::fail(core::ErrorKind::FailedPrecondition,
                          "find the cache: neither XDG_CACHE_HOME nor HOME is set");
    }
    return std::string(home) + "/.cache/liuhen";
}

core::Result<std::string> material() {
    LIUHEN_TRY(const std::string media, cacheFolder());
    const std::string folder = media + "/bench";
    std::string path = folder + "/" + kName;
    std::error_code error;
    if (fs::file_size(path, error) > 0 && !error) {
        return path;
    }
    for (const char* name : {"vtest.avi", "speech.wav"}) {
        if (!fs::exists(media + "/" + name, error)) {
            return core::fail(
                core::ErrorKind::FailedPrecondition,
                fmt::format("encode the material: no {} in {}; run tools/media DIR", name, media));
        }
    }
    fs::create_directories(folder, error);
    fmt::print(stderr, "liuhen-bench: encoding {} (once, about a minute)\n", path);
    const std::string unfinished = fmt::format("{}.{}", path, ::getpid());
    const auto encoded = run(encodeCommand(media, unfinished), RunOptions{});
    if (!encoded) {
        fs::remove(unfinished, error);
        return core::failWith(encoded.error(), "encode the material (package ffmpeg)");
    }
    fs::rename(unfinished, path, error);
    if (error) {
        return core::fail(core::ErrorKind::Unavailable,
                          "encode the material: keep " + path + ": " + error.message());
    }
    return path;
}

core::Result<Scratch> Scratch::make(const std::string& parent) {
    std::error_code error;
    fs::create_directories(parent, error);
    std::string path = parent + "/run-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        return core::failErrno(errno, "make a scratch folder in " + parent);
    }
    return Scratch(std::move(path));
}

Scratch::Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}

Scratch::~Scratch() {
    if (!path_.empty()) {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
}

}  // namespace liuhen::bench
