// SPDX-License-Identifier: Apache-2.0
// Enrolment by `liuhen enroll`, copies by std::filesystem.
#include "tools/bench/agency.hpp"

#include "tools/bench/process.hpp"

#include <algorithm>
#include <filesystem>

namespace liuhen::bench {

namespace fs = std::filesystem;

namespace {

constexpr RunOptions kQuiet{false, false};

core::Result<void> enroll(const std::string& liuhen, std::vector<std::string> arguments) {
    std::vector<std::string> argv{liuhen, "enroll"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    LIUHEN_CHECK(run(argv, kQuiet));
    return {};
}

core::Result<void> checked(const std::error_code& error, const std::string& what) {
    if (error) {
        return core::fail(core::ErrorKind::Unavailable, what + ": " + error.message());
    }
    return {};
}

}  // namespace

core::Result<Agency> Agency::make(const std::string& folder) {
    const auto liuhen = sibling("liuhen");
    if (!liuhen) {
        return core::fail(core::ErrorKind::NotFound,
                          "enrol: there is no liuhen beside this program");
    }
    const std::string agency = folder + "/agency";
    LIUHEN_CHECK(enroll(*liuhen, {"agency", "--agency", agency, "--name", "bench"}));
    LIUHEN_CHECK(enroll(*liuhen,
                        {"recorder",
                         "--agency",
                         agency,
                         "--recorder",
                         folder + "/template",
                         "--device",
                         "LH-BENCH-1"}));
    return Agency(folder, *liuhen);
}

core::Result<void> Agency::freshRecorder(const std::string& folder) const {
    std::error_code error;
    fs::remove_all(folder, error);
    fs::copy(folder_ + "/template", folder, fs::copy_options::recursive, error);
    return checked(error, "make a fresh recorder in " + folder);
}

core::Result<void> Agency::registerGenesis(const std::string& folder) const {
    std::error_code error;
    fs::remove_all(this->folder() + "/registered", error);
    return enroll(liuhen_, {"genesis", "--agency", this->folder(), "--recorder", folder});
}

core::Result<void> copyRecorder(const std::string& from, const std::string& to) {
    std::error_code error;
    fs::remove_all(to, error);
    fs::create_directories(to + "/card", error);
    const auto all = fs::copy_options::recursive;
    fs::copy(from + "/keystore", to + "/keystore", all, error);
    LIUHEN_CHECK(checked(error, "copy keystore of " + from));
    fs::copy(from + "/card/ledger", to + "/card/ledger", all, error);
    LIUHEN_CHECK(checked(error, "copy ledger of " + from));
    fs::copy(from + "/card/footage",
             to + "/card/footage",
             all | fs::copy_options::create_hard_links,
             error);
    return checked(error, "link footage of " + from);
}

core::Result<FileList> filesBelow(const std::string& folder) {
    FileList list;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        if (at->is_regular_file(error)) {
            list.paths.push_back(at->path().string());
            list.bytes += at->file_size(error);
        }
    }
    LIUHEN_CHECK(checked(error, "list " + folder));
    std::sort(list.paths.begin(), list.paths.end());
    return list;
}

}  // namespace liuhen::bench
