// SPDX-License-Identifier: Apache-2.0
// Reading and serving the page.
#include "dock/web/api/static_files.hpp"

#include "common/crypto/digest.hpp"
#include "dock/web/api/input.hpp"
#include "dock/web/api/problem.hpp"

#include <algorithm>
#include <array>

namespace liuhen::web {

using core::Result;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20U;
constexpr std::size_t kMostFiles = 2000;
constexpr unsigned kDepth = 6;
constexpr std::string_view kPacked = ".gz";
constexpr std::string_view kFirst = "/index.html";
/// Below this Vite gives every file a name that changes with its content.
constexpr std::string_view kForGood = "/assets/";

struct Type {
    std::string_view ending;
    std::string_view type;
};
constexpr std::array kTypes = {Type{".html", "text/html; charset=utf-8"},
                               Type{".js", "text/javascript; charset=utf-8"},
                               Type{".css", "text/css; charset=utf-8"},
                               Type{".svg", "image/svg+xml"},
                               Type{".png", "image/png"},
                               Type{".ico", "image/x-icon"},
                               Type{".woff2", "font/woff2"},
                               Type{".json", "application/json"},
                               Type{".txt", "text/plain; charset=utf-8"}};

std::string typeOf(std::string_view path) {
    for (const Type& type : kTypes) {
        if (path.ends_with(type.ending)) {
            return std::string(type.type);
        }
    }
    return "application/octet-stream";
}

bool takesGzip(const net::Request& request) {
    const std::string_view accepted = request.headers.get("accept-encoding");
    const std::size_t at = accepted.find("gzip");
    return at != std::string_view::npos && accepted.substr(at).find("gzip;q=0") != 0;
}

}  // namespace

Result<StaticFiles> StaticFiles::read(core::Files& files, const std::string& folder) {
    StaticFiles made;
    LIUHEN_CHECK(made.readFolder(files, folder, "", 0));
    for (auto at = made.contents_.begin(); at != made.contents_.end();) {
        const bool packed = at->first.ends_with(kPacked);
        const auto plain =
            packed ? made.contents_.find(at->first.substr(0, at->first.size() - kPacked.size()))
                   : made.contents_.end();
        if (plain == made.contents_.end()) {
            ++at;
            continue;
        }
        plain->second.packed = std::move(at->second.bytes);
        at = made.contents_.erase(at);
    }
    if (!made.contents_.contains(kFirst)) {
        return core::fail(core::ErrorKind::NotFound,
                          "read the page in " + folder +
                              ": there is no index.html; build it with 'npm ci && npm run build' "
                              "in dock/web/ui, or name its folder in [web] ui");
    }
    return made;
}

Result<void> StaticFiles::readFolder(core::Files& files,
                                     const std::string& folder,
                                     const std::string& below,
                                     unsigned depth) {
    LIUHEN_TRY(const auto items, files.list(folder));
    for (const core::FolderItem& item : items) {
        const std::string path = core::joinPath(folder, item.name);
        const std::string name = below + "/" + item.name;
        if (item.isFolder) {
            if (depth < kDepth) {
                LIUHEN_CHECK(readFolder(files, path, name, depth + 1));
            }
            continue;
        }
        LIUHEN_TRY(core::Buffer bytes, core::readFile(files, path, kMostBytes - totalBytes_));
        totalBytes_ += bytes.size();
        if (contents_.size() >= kMostFiles) {
            return core::fail(core::ErrorKind::ResourceExhausted,
                              "read the page in " + folder + ": too many files");
        }
        Content content;
        content.type = typeOf(name);
        content.etag = "\"" + core::toHex(crypto::sha256(bytes)).substr(0, 32) + "\"";
        content.bytes = std::move(bytes);
        contents_[name] = std::move(content);
    }
    return {};
}

const StaticFiles::Content* StaticFiles::find(std::string_view path) const {
    const std::string_view last = path.substr(path.rfind('/') + 1);
    const auto found = contents_.find(last.find('.') == std::string_view::npos ? kFirst : path);
    return found == contents_.end() ? nullptr : &found->second;
}

net::Response StaticFiles::answer(const net::Request& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        return refusal(Problem::WrongMethod);
    }
    const std::string_view path = pathOf(request.target);
    if (path.empty() || path.front() != '/') {
        return refusal(Problem::NoSuchPath);
    }
    const Content* content = find(path);
    if (content == nullptr) {
        return refusal(Problem::NoSuchPath);
    }
    net::Response response;
    response.contentType = content->type;
    const bool forGood = path.starts_with(kForGood);
    response.headers.set("Cache-Control",
                         forGood ? "public, max-age=31536000, immutable" : "no-cache");
    const bool packed = !content->packed.empty() && takesGzip(request);
    // The two encodings are two representations (RFC 9110 section 8.8.3).
    const std::string etag =
        packed ? content->etag.substr(0, content->etag.size() - 1) + "-gz\"" : content->etag;
    response.headers.set("ETag", etag);
    if (!content->packed.empty()) {
        response.headers.set("Vary", "Accept-Encoding");
    }
    if (request.headers.get("if-none-match") == etag) {
        response.status = 304;
        return response;
    }
    if (packed) {
        response.headers.set("Content-Encoding", "gzip");
    }
    response.body = packed ? content->packed : content->bytes;
    return response;
}

}  // namespace liuhen::web
