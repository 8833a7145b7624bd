// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a server session that is sent any bytes, in pieces of any size.
#include "common/core/log.hpp"
#include "tests/common/net/memory_session.hpp"

#include <algorithm>
#include <cstdint>

namespace {

using namespace liuhen;

constexpr std::size_t kTargetBytes = 64;
constexpr std::size_t kBodyBytes = 256;
constexpr std::size_t kFileBytes = 1000;

net::Response answer(const net::Request& request) {
    LIUHEN_ASSERT(request.target.size() <= kTargetBytes);
    LIUHEN_ASSERT(request.body.size() <= kBodyBytes);
    net::Response response;
    response.headers.add("ETag", "\"f\"");
    response.headers.add("X-Target", request.target);
    if (request.target.size() % 2 == 0) {
        response.body = request.body;
        return response;
    }
    response.source =
        net::BodySource{kFileBytes, [](std::uint64_t offset, std::span<std::uint8_t> to) {
                            LIUHEN_ASSERT(offset < kFileBytes && to.size() <= kFileBytes - offset);
                            std::fill(to.begin(), to.end(), std::uint8_t{'x'});
                            return core::Result<std::size_t>(to.size());
                        }};
    return response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    core::setLogLevel(core::LogLevel::Error);  // a refusal's line would be most of the work
    net::Limits limits;
    limits.headerBytes = 512;
    limits.targetBytes = kTargetBytes;
    limits.bodyBytes = kBodyBytes;
    limits.chunkBytes = 300;
    // The first byte says into what pieces the rest is cut.
    const net::Script script{core::textOf(core::ByteView(data + 1, size - 1)),
                             static_cast<std::size_t>(data[0]) + 1};
    const std::string written = net::serveScript(script, answer, limits);
    LIUHEN_ASSERT(written.empty() || written.compare(0, 9, "HTTP/1.1 ") == 0);
    return 0;
}
