// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a client whose server answers a request and a download with any bytes.
#include "common/core/log.hpp"
#include "tests/common/net/memory_session.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

constexpr std::uint64_t kMaxBytes = 300;
constexpr std::uint64_t kFrom = 4;

void download(const net::Script& script, std::uint64_t from) {
    net::DownloadRequest wanted;
    wanted.target = "/f";
    wanted.from = from;
    wanted.maxBytes = kMaxBytes;
    wanted.etag = from == 0 ? "" : "\"a\"";
    std::uint64_t taken = 0;
    const auto end = net::downloadOver(
        script,
        wanted,
        [&taken, from](core::ByteView bytes) {
            taken += bytes.size();
            LIUHEN_ASSERT(from + taken <= kMaxBytes);
            return core::Result<void>{};
        },
        net::ClientLimits{});
    LIUHEN_ASSERT(!end || (end->received == taken && end->total == from + taken));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    core::setLogLevel(core::LogLevel::Error);  // a refusal's line would be most of the work
    // The first byte says into what pieces the rest is cut.
    const net::Script script{core::textOf(core::ByteView(data + 1, size - 1)),
                             static_cast<std::size_t>(data[0]) + 1};
    net::ClientLimits limits;
    limits.headerBytes = 512;
    limits.bodyBytes = 256;
    net::Request request;
    request.target = "/";
    const auto response = net::requestOver(script, request, limits);
    LIUHEN_ASSERT(!response || response->body.size() <= limits.bodyBytes);
    download(script, 0);
    download(script, kFrom);
    return 0;
}
