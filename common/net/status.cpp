// SPDX-License-Identifier: Apache-2.0
// Error kinds as HTTP statuses and back.
#include "common/net/status.hpp"

#include "common/core/utf8.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::net {

using core::Error;
using core::ErrorKind;

namespace {

struct KindRow {
    ErrorKind kind;
    unsigned status;
};
constexpr std::array<KindRow, 12> kKinds = {{
    {ErrorKind::InvalidArgument, 400},
    {ErrorKind::NotFound, 404},
    {ErrorKind::AlreadyExists, 409},
    {ErrorKind::Unauthenticated, 401},
    {ErrorKind::PermissionDenied, 403},
    {ErrorKind::FailedPrecondition, 412},
    {ErrorKind::ResourceExhausted, 429},
    {ErrorKind::Unavailable, 503},
    {ErrorKind::DeadlineExceeded, 504},
    {ErrorKind::DataLoss, 500},
    {ErrorKind::Unimplemented, 501},
    {ErrorKind::Internal, 500},
}};

struct StatusRow {
    unsigned status;
    ErrorKind kind;  // for a peer's answer; Internal where the status is no error
    std::string_view reason;
};
constexpr std::array<StatusRow, 29> kStatuses = {{
    {100, ErrorKind::Internal, "Continue"},
    {200, ErrorKind::Internal, "OK"},
    {201, ErrorKind::Internal, "Created"},
    {202, ErrorKind::Internal, "Accepted"},
    {204, ErrorKind::Internal, "No Content"},
    {206, ErrorKind::Internal, "Partial Content"},
    {302, ErrorKind::Internal, "Found"},
    {303, ErrorKind::Internal, "See Other"},
    {304, ErrorKind::Internal, "Not Modified"},
    {400, ErrorKind::InvalidArgument, "Bad Request"},
    {401, ErrorKind::Unauthenticated, "Unauthorized"},
    {403, ErrorKind::PermissionDenied, "Forbidden"},
    {404, ErrorKind::NotFound, "Not Found"},
    {405, ErrorKind::Unimplemented, "Method Not Allowed"},
    {408, ErrorKind::DeadlineExceeded, "Request Timeout"},
    {409, ErrorKind::AlreadyExists, "Conflict"},
    {412, ErrorKind::FailedPrecondition, "Precondition Failed"},
    {413, ErrorKind::ResourceExhausted, "Content Too Large"},
    {414, ErrorKind::InvalidArgument, "URI Too Long"},
    {415, ErrorKind::InvalidArgument, "Unsupported Media Type"},
    {416, ErrorKind::InvalidArgument, "Range Not Satisfiable"},
    {422, ErrorKind::InvalidArgument, "Unprocessable Content"},
    {429, ErrorKind::ResourceExhausted, "Too Many Requests"},
    {431, ErrorKind::ResourceExhausted, "Request Header Fields Too Large"},
    {500, ErrorKind::Internal, "Internal Server Error"},
    {501, ErrorKind::Unimplemented, "Not Implemented"},
    {503, ErrorKind::Unavailable, "Service Unavailable"},
    {504, ErrorKind::DeadlineExceeded, "Gateway Timeout"},
    {507, ErrorKind::ResourceExhausted, "Insufficient Storage"},
}};

constexpr std::size_t kPeerTextBytes = 200;

}  // namespace

unsigned statusOf(ErrorKind kind) {
    for (const KindRow& row : kKinds) {
        if (row.kind == kind) {
            return row.status;
        }
    }
    return 500;
}

ErrorKind kindOf(unsigned status) {
    for (const StatusRow& row : kStatuses) {
        if (row.status == status) {
            return row.kind;
        }
    }
    return status >= 400 && status < 500 ? ErrorKind::InvalidArgument : ErrorKind::Internal;
}

std::string_view reasonOf(unsigned status) {
    for (const StatusRow& row : kStatuses) {
        if (row.status == status) {
            return row.reason;
        }
    }
    return "Unknown";
}

Response refusal(unsigned status, ErrorKind kind, std::string_view message) {
    const nlohmann::json text = {{"error", std::string(message)},
                                 {"kind", std::string(core::name(kind))}};
    Response response;
    response.status = status;
    response.contentType = "application/json";
    response.body = core::toBuffer(
        core::viewOf(text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
    return response;
}

Response errorResponse(const Error& error) {
    return refusal(statusOf(error.kind), error.kind, error.message);
}

Error errorOf(const Response& response, std::string_view what) {
    Error error{kindOf(response.status), {}};
    std::string text(reasonOf(response.status));
    const auto json =
        nlohmann::json::parse(response.body.begin(), response.body.end(), nullptr, false);
    if (json.is_object()) {
        const auto message = json.find("error");
        if (message != json.end() && message->is_string()) {
            text = core::utf8Prefix(message->get_ref<const std::string&>(), kPeerTextBytes);
        }
        const auto kindName = json.find("kind");
        for (const KindRow& row : kKinds) {
            if (kindName != json.end() && kindName->is_string() && row.status == response.status &&
                kindName->get<std::string>() == core::name(row.kind)) {
                error.kind = row.kind;
            }
        }
    }
    error.message = fmt::format("{}: peer answered {}: {}", what, response.status, text);
    return error;
}

}  // namespace liuhen::net
