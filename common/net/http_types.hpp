// SPDX-License-Identifier: Apache-2.0
// Requests and responses as both ends of the cable see them; no third-party type.
#pragma once

#include "common/core/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::net {

using core::Buffer;
using core::ByteView;
using core::Result;

struct Header {
    std::string name;
    std::string value;
};

/// Header fields in the order of arrival. Names are compared without regard to ASCII case.
class Headers {
public:
    /// The value of the first field `name`; empty if there is none. Lives as long as the field.
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
    /// Replaces all fields `name` by one.
    void set(std::string_view name, std::string_view value);
    void add(std::string_view name, std::string_view value);
    [[nodiscard]] const std::vector<Header>& all() const { return fields_; }

private:
    std::vector<Header> fields_;
};

/// Whether two ASCII texts are the same but for case.
[[nodiscard]] bool sameText(std::string_view a, std::string_view b);

/// What a client asks. `target` is as sent, not decoded and not cleaned: it is data from outside.
struct Request {
    std::string method = "GET";
    std::string target;
    Headers headers;
    Buffer body;
    std::string peerSubject;    // of the verified certificate; empty without one
    Buffer peerCertificateDer;  // likewise
    std::string peerAddress;    // numeric, without port; empty if the stream has none
};

/// A body that is read piece by piece while it is sent.
///
/// `readAt` fills `to` from `offset` and answers how many bytes it wrote: all of `to`, which never
/// reaches past `size`. Fewer count as an error and cut the connection. It may block; it is called
/// on a worker thread, one call at a time.
struct BodySource {
    std::uint64_t size = 0;
    std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> to)> readAt;
};

/// A body whose end is not known when it begins, such as a stream of events.
///
/// `next` answers the next bytes, no bytes if there are none just now, or nothing at the end. It is
/// called on a worker thread, one call at a time, the first one at once and each other one `pace`
/// after the one before ended; it should not wait. An error cuts the connection. A peer that is
/// gone is found only by sending: who has long silences sends something now and then.
struct BodyStream {
    std::chrono::milliseconds pace{1000};
    std::function<Result<std::optional<Buffer>>()> next;
};

/// What a server answers. The body is `stream` or `source` if there is one, else `body`. A stream
/// goes out in chunks (RFC 9112 section 7.1), has no ranges, and is for GET and HEAD alone.
/// Content-Length, Content-Range, Connection and Content-Type are set by the server itself; an
/// ETag among `headers` is what If-Range is compared with.
struct Response {
    unsigned status = 200;
    std::string contentType;
    Headers headers;
    Buffer body;
    std::optional<BodySource> source;
    std::optional<BodyStream> stream;
};

/// Answers one request. Called on a worker thread, by several at once; it may block.
using Handler = std::function<Response(const Request&)>;

/// Takes a piece of a body. An error ends the transfer and is handed to the caller as it is.
using Sink = std::function<Result<void>(ByteView)>;

}  // namespace liuhen::net
