// SPDX-License-Identifier: Apache-2.0
// A folder of its own for a test case, gone afterwards.
#pragma once

#include "common/core/result.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace liuhen::hal::test {

class TemporaryFolder {
public:
    explicit TemporaryFolder(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "liuhen-hal-XXXXXX").string();
        LIUHEN_ASSERT(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }
    /// Writes a file and answers its path.
    std::string write(const std::string& name, const std::string& content) const {
        std::ofstream(*this / name, std::ios::binary) << content;
        return *this / name;
    }

private:
    std::string path_;
};

}  // namespace liuhen::hal::test
