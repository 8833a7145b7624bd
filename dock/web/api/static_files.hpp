// SPDX-License-Identifier: Apache-2.0
// The built page: files of one folder, read once, served from memory.
#pragma once

#include "common/core/files.hpp"
#include "common/net/http_types.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace liuhen::web {

/// The files of a folder and those below. Immutable once read; thread-safe.
class StaticFiles {
public:
    /// Reads them all; `X.gz` beside `X` is what clients get that take gzip.
    /// Errors: those of the file system; NotFound without index.html; ResourceExhausted if they
    /// are more than 64 MiB or 2000 together.
    [[nodiscard]] static core::Result<StaticFiles> read(core::Files& files,
                                                        const std::string& folder);

    /// The file of a GET or HEAD, by ETag 304; a path without a dot in its last part is a place of
    /// the page and gets index.html; else 404.
    [[nodiscard]] net::Response answer(const net::Request& request) const;

private:
    struct Content {
        core::Buffer bytes;
        core::Buffer packed;  // gzip; empty if there is none
        std::string type;
        std::string etag;
    };
    [[nodiscard]] core::Result<void> readFolder(core::Files& files,
                                                const std::string& folder,
                                                const std::string& below,
                                                unsigned depth);
    [[nodiscard]] const Content* find(std::string_view path) const;

    std::map<std::string, Content, std::less<>> contents_;  // by path, "/assets/x.js"
    std::uint64_t totalBytes_ = 0;
};

}  // namespace liuhen::web
