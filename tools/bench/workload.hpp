// SPDX-License-Identifier: Apache-2.0
// The recording that all recorder figures are measured with, and the scratch folder.
#pragma once

#include "common/core/result.hpp"

#include <string>

namespace liuhen::bench {

/// Seconds that the material lasts.
inline constexpr int kMaterialSeconds = 60;

/// ${XDG_CACHE_HOME:-~/.cache}/liuhen, where tools/media keeps its files. Errors:
/// FailedPrecondition if neither variable is set.
[[nodiscard]] core::Result<std::string> cacheFolder();

/// The path of the material: vtest.avi at 1920x1080 and 30 frames/s, x264 at 8 Mbit/s with a key
/// frame each second and no B-frames, recorded speech as AAC at 64 kbit/s, 60 s. Encoded with
/// ffmpeg on the first call (about a minute) and kept in the cache.
///
/// Errors: FailedPrecondition if vtest.avi or speech.wav is not in the cache yet or ffmpeg is not
/// there, with what to do.
[[nodiscard]] core::Result<std::string> material();

/// A new empty folder inside `parent`, removed with all in it when this goes.
class Scratch {
public:
    [[nodiscard]] static core::Result<Scratch> make(const std::string& parent);
    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&& other) = delete;
    ~Scratch();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

private:
    explicit Scratch(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace liuhen::bench
