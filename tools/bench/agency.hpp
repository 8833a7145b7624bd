// SPDX-License-Identifier: Apache-2.0
// A small agency with one recorder, made by the programs that a real one would use.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::bench {

/// DIR/agency, DIR/template (a recorder that never ran) and, on demand, copies of it.
class Agency {
public:
    /// Enrols into `folder` with the `liuhen` beside this program.
    /// Errors: NotFound if there is none; those of the program.
    [[nodiscard]] static core::Result<Agency> make(const std::string& folder);

    [[nodiscard]] std::string folder() const { return folder_ + "/agency"; }
    [[nodiscard]] const std::string& liuhen() const { return liuhen_; }

    /// A recorder that never ran, in `folder`: the same keys each time, so one at a time counts.
    [[nodiscard]] core::Result<void> freshRecorder(const std::string& folder) const;
    /// Registers the genesis of the recorder in `folder`, anew if there was one.
    [[nodiscard]] core::Result<void> registerGenesis(const std::string& folder) const;

private:
    Agency(std::string folder, std::string liuhen)
        : folder_(std::move(folder)), liuhen_(std::move(liuhen)) {}
    std::string folder_;
    std::string liuhen_;
};

/// Copies a recorder; its footage files, which nobody changes, as hard links.
[[nodiscard]] core::Result<void> copyRecorder(const std::string& from, const std::string& to);

/// The files below a folder, sorted, and their bytes in all.
struct FileList {
    std::vector<std::string> paths;
    std::uint64_t bytes = 0;
};
[[nodiscard]] core::Result<FileList> filesBelow(const std::string& folder);

}  // namespace liuhen::bench
