// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what a browser sends besides HTTP itself. The first byte chooses the parser.
#include "dock/web/api/input.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

void readQuery(std::string_view text) {
    auto query = web::Query::parse(text);
    if (!query) {
        return;
    }
    const std::size_t limit = query->limit();
    LIUHEN_ASSERT(limit >= 1 && limit <= 200);
    const auto device = query->shaped("device", &web::isDevice);
    const auto part = query->text("q", 1, 64);
    const bool open = query->boolean("open").has_value();
    if (query->wrong().empty()) {
        LIUHEN_ASSERT(!device || web::isDevice(*device));
        LIUHEN_ASSERT(!part || web::isText(*part, 1, 64));
    }
    static_cast<void>(open);
}

void readBody(core::ByteView bytes) {
    auto body = web::Body::parse(bytes);
    if (!body) {
        return;
    }
    const std::string reason = body->text("reason", 1, 256);
    const auto licence = body->optionalText("licence", 1, 64);
    const auto roles = body->texts("roles", 8);
    if (body->wrong().empty()) {
        LIUHEN_ASSERT(web::isText(reason, 1, 256));
        LIUHEN_ASSERT(!licence || web::isText(*licence, 1, 64));
        LIUHEN_ASSERT(roles.size() <= 8);
    }
}

void readCookie(std::string_view text) {
    const std::string_view value = web::cookieOf(text, "__Host-liuhen");
    LIUHEN_ASSERT(value.size() <= text.size());
    LIUHEN_ASSERT(value.find(';') == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const core::ByteView rest(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            readQuery(core::textOf(rest));
            break;
        case 1:
            readBody(rest);
            break;
        default:
            readCookie(core::textOf(rest));
    }
    return 0;
}
