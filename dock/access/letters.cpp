// SPDX-License-Identifier: Apache-2.0
// Keeping and reading of scans.
#include "dock/access/letters.hpp"

#include "common/crypto/digest.hpp"
#include "dock/access/private_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace liuhen::access {

using core::ErrorKind;
using core::OpenMode;

namespace {

constexpr std::string_view kUnfinished = ".new";

struct Beginning {
    LetterType type;
    std::string_view bytes;
};

constexpr std::array kBeginnings = {
    Beginning{LetterType::Pdf, "%PDF-"},
    Beginning{LetterType::Jpeg, "\xFF\xD8\xFF"},
    Beginning{LetterType::Png, "\x89PNG\r\n\x1A\n"},
};

}  // namespace

std::optional<LetterType> letterTypeOf(core::ByteView file) {
    for (const Beginning& each : kBeginnings) {
        if (core::textOf(file).starts_with(each.bytes)) {
            return each.type;
        }
    }
    return std::nullopt;
}

const char* suffixOf(LetterType type) {
    switch (type) {
        case LetterType::Pdf:
            return "pdf";
        case LetterType::Jpeg:
            return "jpg";
        case LetterType::Png:
            return "png";
    }
    return "";
}

Result<std::unique_ptr<Letters>> Letters::open(const std::string& folder) {
    std::string path = core::joinPath(folder, "letters");
    auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(path));
    if (::chmod(path.c_str(), S_IRWXU) != 0) {
        return core::failErrno(errno, "make " + path + " readable by its owner alone");
    }
    LIUHEN_TRY(const auto items, files->list(path));
    for (const core::FolderItem& item : items) {
        if (item.name.ends_with(kUnfinished)) {
            LIUHEN_CHECK(files->remove(core::joinPath(path, item.name)));
        }
    }
    return std::unique_ptr<Letters>(new Letters(std::move(path), std::move(files)));
}

std::string Letters::pathOf(const core::Digest& scan) const {
    return core::joinPath(folder_, core::toHex(scan));
}

Result<void> Letters::write(const std::string& path, core::ByteView scan) {
    const std::string unfinished = path + std::string(kUnfinished);
    if (const auto gone = files_->remove(unfinished);
        !gone && gone.error().kind != ErrorKind::NotFound) {
        return gone;
    }
    LIUHEN_CHECK(makePrivate(unfinished));
    {
        LIUHEN_TRY(const auto file, files_->open(unfinished, OpenMode::AppendExisting));
        const std::array<core::ByteView, 1> pieces{scan};
        LIUHEN_CHECK(file->append(pieces));
        LIUHEN_CHECK(file->sync());
    }
    return files_->renameNoReplace(unfinished, path);
}

Result<core::Digest> Letters::keep(core::ByteView scan) {
    const core::Digest digest = crypto::sha256(scan);
    const std::string path = pathOf(digest);
    const std::scoped_lock guard(mutex_);
    if (files_->exists(path)) {
        LIUHEN_CHECK(read(digest));
    } else if (const auto written = write(path, scan); !written) {
        return core::failWith(written.error(), "keep the scan of a letter");
    }
    LIUHEN_CHECK(files_->syncFolder(folder_));
    return digest;
}

Result<core::Buffer> Letters::read(const core::Digest& scan) {
    const std::string path = pathOf(scan);
    auto content = core::readFile(*files_, path, kLetterBytes);
    const bool longer = !content && content.error().kind == ErrorKind::ResourceExhausted;
    if (longer || (content && crypto::sha256(*content) != scan)) {
        return core::fail(ErrorKind::DataLoss,
                          "read " + path +
                              ": it is not the scan that was handed in; restore it "
                              "from a backup");
    }
    return content;
}

}  // namespace liuhen::access
