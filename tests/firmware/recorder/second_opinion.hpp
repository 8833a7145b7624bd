// SPDX-License-Identifier: Apache-2.0
// What the checker that was written from docs/format alone says of a bench's card.
#pragma once

#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <stdlib.h>

namespace liuhen::recorder::test {

inline void copyOut(core::Files& files, const std::string& from, const std::string& to) {
    std::filesystem::create_directories(to);
    const auto items = files.list(from);
    REQUIRE(items.has_value());
    for (const core::FolderItem& item : *items) {
        if (item.isFolder) {
            copyOut(files, from + "/" + item.name, to + "/" + item.name);
            continue;
        }
        const auto bytes = core::readFile(files, from + "/" + item.name, 1U << 30U);
        REQUIRE(bytes.has_value());
        std::ofstream out(to + "/" + item.name, std::ios::binary);
        const auto text = core::textOf(*bytes);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        REQUIRE(out.good());
    }
}

/// What tests/support/verify.py prints of the bench's recorder: "intact" and more, or the reason.
inline std::string secondOpinion(Bench& bench) {
    std::string folder = (std::filesystem::temp_directory_path() / "liuhen-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    copyOut(bench.files, "agency", folder + "/agency");
    copyOut(bench.files, "recorder", folder + "/recorder");
    const std::string command =
        fmt::format("/usr/bin/python3 '{}' '{}/recorder' 2>&1", LIUHEN_VERIFY_PY, folder);
    std::string said;
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        said += static_cast<char>(c);
    }
    (void)::pclose(pipe);
    std::filesystem::remove_all(folder);
    return said.substr(0, said.find('\n'));
}

}  // namespace liuhen::recorder::test
