// SPDX-License-Identifier: Apache-2.0
// Files by the piece, hashed here as they go, and compared with what the vault read back.
#include "dock/app/import.hpp"

#include "common/core/local_time.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/import_client.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pwd.h>

namespace liuhen::dock {

namespace {

using core::ErrorKind;
using core::fail;
using core::Result;
using nlohmann::json;

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
constexpr std::size_t kAccountBytes = 16'384;
constexpr std::chrono::milliseconds kTellPause{500};
constexpr double kLeastSeconds = 0.001;
constexpr double kMega = 1e6;

tl::unexpected<core::Error> wrongFlag(const char* flag, const std::string& why) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", flag, why));
}

/// One file of the command, open; what it is when it was looked at.
struct Source {
    std::string path;
    std::unique_ptr<core::File> file;
    vault::ImportRequest request;
};

Result<std::uint64_t> timeOf(const char* flag, const std::string& text) {
    const auto time = core::parseTime(text, core::kLocalOffset);
    if (!time || time->count() < 0) {
        return wrongFlag(flag, "must be a time since 1970, such as 2026-11-24T08:00 (local)");
    }
    return static_cast<std::uint64_t>(time->count());
}

std::string runningAccount() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, kAccountBytes> buffer{};
    ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? fmt::format("account {}", found->pw_name)
                            : fmt::format("account {}", ::getuid());
}

Result<vault::ImportDeclaration> declarationOf(const ImportOptions& options) {
    vault::ImportDeclaration declaration;
    declaration.media = options.media;
    declaration.maker = options.maker;
    declaration.device = options.device;
    declaration.wearer = options.wearer;
    declaration.reason = options.reason;
    declaration.by = options.by.empty() ? runningAccount() : options.by;
    LIUHEN_TRY(declaration.fromUs, timeOf("--from", options.from));
    LIUHEN_TRY(declaration.untilUs, timeOf("--until", options.until));
    if (declaration.untilUs < declaration.fromUs) {
        return wrongFlag("--until", "is before --from");
    }
    return declaration;
}

Result<Source> sourceOf(core::Files& files,
                        const std::string& path,
                        const vault::ImportDeclaration& declaration) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(ErrorKind::NotFound,
                    fmt::format("{}: no file that can be imported; name files, not folders or "
                                "devices",
                                path));
    }
    Source source{path, nullptr, {declaration, 0}};
    if (declaration.media.empty()) {
        source.request.declaration.media = mediaOf(path);
    }
    if (source.request.declaration.media.empty()) {
        return fail(ErrorKind::InvalidArgument,
                    path +
                        ": its name does not tell what it holds; say --media video, --media "
                        "photo or --media sound. Other files do not belong into the vault");
    }
    LIUHEN_TRY(source.file, files.open(path, core::OpenMode::Read));
    LIUHEN_TRY(source.request.sizeBytes, source.file->size());
    if (source.request.sizeBytes == 0) {
        return fail(ErrorKind::InvalidArgument, path + ": the file is empty");
    }
    source.request.declaration.file = std::filesystem::path(path).filename().string();
    const std::string wrong = vault::wrongDeclaration(source.request.declaration);
    if (!wrong.empty()) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "{}: {}; see the flag of that name ('file' is the file's own name)", path, wrong));
    }
    return source;
}

/// On a terminal a line that is written over; on a pipe nothing.
class Progress {
public:
    explicit Progress(const Source& source)
        : source_(source),
          shown_(::isatty(STDERR_FILENO) != 0),
          begun_(std::chrono::steady_clock::now()) {}
    ~Progress() {
        if (shown_) {
            std::fputs("\r\033[K", stderr);
        }
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void sent(std::uint64_t bytes) {
        const std::uint64_t size = source_.request.sizeBytes;
        const auto now = std::chrono::steady_clock::now();
        if (!shown_ || (bytes < size && now - told_ < kTellPause)) {
            return;
        }
        told_ = now;
        if (bytes == size) {
            fmt::print(stderr, "\r\033[K{}: sent, the vault reads it back", source_.path);
            return;
        }
        const double rate =
            static_cast<double>(bytes) /
            std::max(std::chrono::duration<double>(now - begun_).count(), kLeastSeconds);
        fmt::print(stderr,
                   "\r\033[K{}: {:.0f} %, {:.0f} MB/s, {:.0f} s left",
                   source_.path,
                   100.0 * static_cast<double>(bytes) / static_cast<double>(size),
                   rate / kMega,
                   static_cast<double>(size - bytes) / rate);
    }

private:
    const Source& source_;
    bool shown_;
    std::chrono::steady_clock::time_point begun_;
    std::chrono::steady_clock::time_point told_{};
};

tl::unexpected<core::Error> changing(const Source& source) {
    return fail(ErrorKind::FailedPrecondition,
                source.path +
                    ": the file changes while it is read; import it when nobody writes "
                    "to it any more");
}

Result<vault::ImportAnswer> importOne(const Config& config, Source& source) {
    auto connected = vault::ImportClient::connect(config.vaultSocket);
    if (!connected) {
        return fail(connected.error().kind,
                    connected.error().message + "; is liuhen-vault running, and may you ask it?");
    }
    vault::ImportClient client = *std::move(connected);
    LIUHEN_CHECK(client.begin(source.request));
    Progress progress(source);
    crypto::Sha256 hash;
    core::Buffer piece(kPieceBytes);
    const std::uint64_t size = source.request.sizeBytes;
    for (std::uint64_t at = 0; at < size;) {
        const std::span<std::uint8_t> into(
            piece.data(),
            static_cast<std::size_t>(std::min<std::uint64_t>(size - at, kPieceBytes)));
        LIUHEN_TRY(const std::size_t got, source.file->readAt(at, into));
        at += got;
        if (at == size) {  // the vault keeps what it has once the last byte came
            LIUHEN_TRY(const std::uint64_t now, source.file->size());
            if (now != size) {
                return changing(source);
            }
        }
        if (got == 0) {
            return changing(source);
        }
        const core::ByteView came(piece.data(), got);
        hash.update(came);
        LIUHEN_CHECK(client.send(came));
        progress.sent(at);
    }
    LIUHEN_TRY(vault::ImportAnswer answer, client.end());
    if (answer.object != hash.finish()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("{}: the vault tells of other bytes, object {}, than were sent",
                                source.path,
                                core::toHex(answer.object)));
    }
    return answer;
}

/// What went wrong with a file, and what is to be done with it and with those behind it.
core::Error stoppedAt(const ImportOptions& options, std::size_t kept, const core::Error& error) {
    const std::string& path = options.files.at(kept);
    core::Error told = error;
    if (!told.message.starts_with(path)) {
        told.message = fmt::format("{}: {}", path, told.message);
    }
    if (error.kind == ErrorKind::ResourceExhausted) {
        told.message += "; make room on the vault's disk, then import it again";
    }
    if (options.files.size() > 1) {
        told.message += fmt::format("; {} of {} files are kept, this one and those behind it not",
                                    kept,
                                    options.files.size());
    }
    return told;
}

json jsonOf(const Source& source, const vault::ImportAnswer& answer) {
    json path = json::array();
    for (const core::Digest& hash : answer.path) {
        path.push_back(core::toHex(hash));
    }
    return {{"file", source.path},
            {"size", source.request.sizeBytes},
            {"object", core::toHex(answer.object)},
            {"origin", "import"},
            {"verdict", "unproven"},
            {"media", source.request.declaration.media},
            {"known", answer.known},
            {"index", answer.leaf},
            {"leaf", core::toHex(answer.bytes)},
            {"path", std::move(path)},
            {"checkpoint", answer.note}};
}

}  // namespace

Result<int> importFiles(core::Files& files, const Config& config, const ImportOptions& options) {
    LIUHEN_TRY(const vault::ImportDeclaration declaration, declarationOf(options));
    for (const std::string& path : options.files) {  // all are looked at before one is sent
        LIUHEN_TRY(const Source source, sourceOf(files, path, declaration));
    }
    json all = json::array();
    std::optional<core::Error> failed;
    for (const std::string& path : options.files) {
        auto source = sourceOf(files, path, declaration);
        auto answer = source ? importOne(config, *source)
                             : Result<vault::ImportAnswer>(tl::make_unexpected(source.error()));
        if (!answer) {
            failed = stoppedAt(options, all.size(), answer.error());
            break;
        }
        all.push_back(jsonOf(*source, *answer));
        if (!options.json) {
            fmt::print("{}: kept as {}, object {}{} (leaf {}), unproven\n",
                       path,
                       source->request.declaration.media,
                       core::toHex(answer->object),
                       answer->known ? ", which the vault had before" : "",
                       answer->leaf);
            std::fflush(stdout);
        }
    }
    if (options.json) {
        fmt::print(
            "{}\n",
            json{{"imports", std::move(all)}}.dump(2, ' ', false, json::error_handler_t::replace));
    }
    return failed ? Result<int>(tl::make_unexpected(*std::move(failed))) : Result<int>(0);
}

}  // namespace liuhen::dock
