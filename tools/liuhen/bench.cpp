// SPDX-License-Identifier: Apache-2.0
// `liuhen bench`: hands over to liuhen-bench, which links what this program shall not need.
#include "tools/liuhen/commands.hpp"

#include <errno.h>
#include <unistd.h>

#include <filesystem>

namespace liuhen::cli {

core::Result<int> bench(const std::vector<std::string>& arguments) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    std::string program = (self.parent_path() / "liuhen-bench").string();
    std::vector<char*> argv{program.data()};
    std::vector<std::string> copies = arguments;
    for (std::string& argument : copies) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    return core::failErrno(errno, "bench: start " + program);
}

}  // namespace liuhen::cli
