// SPDX-License-Identifier: Apache-2.0
// What every storage can do with the seam's few verbs: read whole, replace whole; and paths.
#include "common/core/files.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

Result<void> writeWhole(Files& files, const std::string& path, ByteView content) {
    LIUHEN_TRY(const std::unique_ptr<File> file, files.open(path, OpenMode::CreateNew));
    const std::array<ByteView, 1> pieces{content};
    LIUHEN_CHECK(file->append(pieces));
    return file->sync();
}

}  // namespace

Result<Buffer> readFile(Files& files, const std::string& path, std::uint64_t limit) {
    LIUHEN_TRY(const std::unique_ptr<File> file, files.open(path, OpenMode::Read));
    LIUHEN_TRY(const std::uint64_t size, file->size());
    if (size > limit) {
        return fail(ErrorKind::ResourceExhausted,
                    fmt::format("read {}: {} bytes, more than {}", path, size, limit));
    }
    Buffer content(static_cast<std::size_t>(size));
    LIUHEN_TRY(const std::size_t have, file->readAt(0, content));
    content.resize(have);
    return content;
}

Result<void> replaceFile(Files& files, const std::string& path, ByteView content) {
    const std::string temporary = path + ".new";
    // One may be left of an attempt that the power ended.
    if (const Result<void> gone = files.remove(temporary);
        !gone && gone.error().kind != ErrorKind::NotFound) {
        return failWith(gone.error(), "replace " + path);
    }
    Result<void> done = writeWhole(files, temporary, content);
    if (done) {
        done = files.rename(temporary, path);
    }
    if (!done) {
        // The first error says more than a second one about the leftover would.
        static_cast<void>(files.remove(temporary));
        return failWith(done.error(), "replace " + path);
    }
    return files.syncFolder(folderOf(path));
}

std::string folderOf(const std::string& path) {
    const std::size_t last = path.find_last_not_of('/');
    if (last == std::string::npos) {
        return path.empty() ? "." : "/";
    }
    const std::size_t slash = path.rfind('/', last);
    if (slash == std::string::npos) {
        return ".";
    }
    const std::size_t end = path.find_last_not_of('/', slash);
    return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

std::string joinPath(const std::string& folder, const std::string& name) {
    return !folder.empty() && folder.back() == '/' ? folder + name : folder + "/" + name;
}

}  // namespace liuhen::core
