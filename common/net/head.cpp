// SPDX-License-Identifier: Apache-2.0
// Message heads written by hand, so that head and small body go out as one write.
#include "common/net/head.hpp"

#include "common/net/status.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace liuhen::net {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::array<std::string_view, 7> kOwnFields = {"content-length",
                                                        "content-range",
                                                        "content-type",
                                                        "connection",
                                                        "transfer-encoding",
                                                        "accept-ranges",
                                                        "host"};

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2

bool isOwn(std::string_view name) {
    return std::any_of(kOwnFields.begin(), kOwnFields.end(), [name](std::string_view own) {
        return sameText(own, name);
    });
}

bool isToken(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kTokenMarks.find(c) != std::string_view::npos;
    });
}

void appendField(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char c : value) {
        const auto code = static_cast<unsigned char>(c);
        head += code < 0x20 || code == 0x7F ? ' ' : c;
    }
    head += "\r\n";
}

void appendFields(std::string& head, const Headers& headers) {
    for (const Header& field : headers.all()) {
        if (isToken(field.name) && !isOwn(field.name)) {
            appendField(head, field.name, field.value);
        }
    }
}

}  // namespace

std::string responseHead(const Response& response, const BodyPlan& plan, bool keepAlive) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", plan.status, reasonOf(plan.status));
    appendFields(head, response.headers);
    if (!response.contentType.empty()) {
        appendField(head, "Content-Type", response.contentType);
    }
    if (!plan.contentRange.empty()) {
        appendField(head, "Content-Range", plan.contentRange);
    }
    if (plan.status == 200 || plan.status == 206) {
        appendField(head, "Accept-Ranges", "bytes");
    }
    if (plan.status != 204 && plan.status != 304) {
        appendField(head, "Content-Length", fmt::to_string(plan.length));
    }
    appendField(head, "Connection", keepAlive ? "keep-alive" : "close");
    head += "\r\n";
    return head;
}

std::string streamHead(const Response& response, bool chunked, bool keepAlive) {
    std::string head =
        fmt::format("HTTP/1.1 {} {}\r\n", response.status, reasonOf(response.status));
    appendFields(head, response.headers);
    if (!response.contentType.empty()) {
        appendField(head, "Content-Type", response.contentType);
    }
    if (chunked) {
        appendField(head, "Transfer-Encoding", "chunked");
    }
    appendField(head, "Connection", keepAlive ? "keep-alive" : "close");
    head += "\r\n";
    return head;
}

std::string chunkHead(std::size_t bytes) {
    return fmt::format("{:x}\r\n", bytes);
}

Result<std::string> requestHead(const Request& request, std::string_view host) {
    const bool plain = std::all_of(request.target.begin(), request.target.end(), [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code > 0x20 && code < 0x7F;
    });
    if (!isToken(request.method) || !plain || request.target.empty()) {
        return fail(ErrorKind::InvalidArgument,
                    "write request: method or target cannot stand in a request line");
    }
    std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    appendField(head, "Host", host);
    appendFields(head, request.headers);
    if (request.headers.has("content-type")) {
        appendField(head, "Content-Type", request.headers.get("content-type"));
    }
    if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
        appendField(head, "Content-Length", fmt::to_string(request.body.size()));
    }
    head += "\r\n";
    return head;
}

}  // namespace liuhen::net
