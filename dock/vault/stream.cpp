// SPDX-License-Identifier: Apache-2.0
// Framing over a socket, with a time limit on every wait.
#include "dock/vault/stream.hpp"

#include "common/core/bytes.hpp"
#include "dock/vault/messages.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kLengthBytes = 4;
constexpr std::chrono::milliseconds kStopLook{200};  // between two looks whether to stop

bool wouldBlock(int errorNumber) {
    return errorNumber == EINTR || errorNumber == EAGAIN || errorNumber == EWOULDBLOCK;
}

}  // namespace

Stream::Stream(core::UniqueFd socket, std::chrono::milliseconds pace)
    : socket_(std::move(socket)), pace_(pace) {}

Result<Stream> Stream::connect(const std::string& path, std::chrono::milliseconds pace) {
    LIUHEN_TRY(const SocketAddress address, SocketAddress::of(path));
    core::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) {
        return core::failErrno(errno, "make a socket");
    }
    if (address.connect(socket.get()) != 0) {
        return core::failErrno(errno, "connect to the vault at " + path);
    }
    return Stream(std::move(socket), pace);
}

Result<void> Stream::wait(short events, std::chrono::milliseconds limit) const {
    pollfd item{socket_.get(), events, 0};
    const auto end = std::chrono::steady_clock::now() + limit;
    while (true) {
        const auto left = std::max(std::chrono::milliseconds(0),
                                   std::chrono::duration_cast<std::chrono::milliseconds>(
                                       end - std::chrono::steady_clock::now()));
        const auto span = stopped_ ? std::min(left, kStopLook) : left;
        const int ready = ::poll(&item, 1, static_cast<int>(span.count()));
        if (ready > 0) {
            return {};
        }
        if (ready == 0 && stopped_ && stopped_()) {
            return fail(ErrorKind::Unavailable, "wait for the other end of the socket: stopped");
        }
        if (ready == 0 && span < left) {
            continue;
        }
        if (ready == 0) {
            return fail(ErrorKind::DeadlineExceeded, "wait for the other end of the socket");
        }
        if (errno != EINTR) {
            return core::failErrno(errno, "wait for the other end of the socket");
        }
    }
}

Result<std::optional<std::size_t>> Stream::take(std::span<std::uint8_t> into) const {
    iovec piece{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    // No room for descriptors: the system drops them, and says so.
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (got < 0 && wouldBlock(errno)) {
        return std::optional<std::size_t>();
    }
    if (got < 0) {
        return fail(ErrorKind::Unavailable, fmt::format("read from the socket: error {}", errno));
    }
    if ((message.msg_flags & MSG_CTRUNC) != 0) {
        return fail(ErrorKind::DataLoss,
                    "read from the socket: descriptors came along; send bytes only");
    }
    return std::optional(static_cast<std::size_t>(got));
}

Result<void> Stream::receiveRaw(std::span<std::uint8_t> into, std::size_t* came) {
    std::size_t ignored = 0;
    std::size_t& filled = came != nullptr ? *came : ignored;
    filled = 0;
    while (!into.empty()) {
        LIUHEN_CHECK(wait(POLLIN, pace_));
        LIUHEN_TRY(const auto got, take(into));
        if (got == 0U) {
            return fail(ErrorKind::Unavailable, "read from the socket: the other end has closed");
        }
        into = into.subspan(got.value_or(0));
        filled += got.value_or(0);
    }
    return {};
}

Result<void> Stream::sendRaw(ByteView bytes) {
    while (!bytes.empty()) {
        LIUHEN_CHECK(wait(POLLOUT, pace_));
        const ssize_t sent =
            ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        } else if (sent < 0 && !wouldBlock(errno)) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("write to the socket: error {}", errno));
        }
    }
    return {};
}

Result<std::optional<Buffer>> Stream::receive(std::chrono::milliseconds idle) {
    std::array<std::uint8_t, kLengthBytes> head{};
    std::optional<std::size_t> first;
    while (!first) {
        LIUHEN_CHECK(wait(POLLIN, idle));
        LIUHEN_TRY(first, take(std::span(head).first(1)));
    }
    if (*first == 0) {
        return std::optional<Buffer>();
    }
    LIUHEN_CHECK(receiveRaw(std::span(head).subspan(1)));
    const std::uint32_t length = *core::ByteReader(head).u32();
    if (length == 0 || length > kMessageBytes) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("read a message of {} bytes: 1 to {} are allowed", length, kMessageBytes));
    }
    // Grown as bytes come, so that a lying length costs its sender more than us.
    constexpr std::size_t kPiece = std::size_t{64} << 10U;
    Buffer message;
    while (message.size() < length) {
        const std::size_t have = message.size();
        message.resize(std::min<std::size_t>(length, have + kPiece));
        LIUHEN_CHECK(receiveRaw(std::span(message).subspan(have)));
    }
    return std::optional(std::move(message));
}

Result<void> Stream::send(ByteView message) {
    LIUHEN_ASSERT(!message.empty());
    if (message.size() > kMessageBytes) {
        return fail(ErrorKind::ResourceExhausted,
                    fmt::format("send a message of {} bytes: at most {} are allowed",
                                message.size(),
                                kMessageBytes));
    }
    Buffer framed;
    framed.reserve(kLengthBytes + message.size());
    core::appendU32(framed, static_cast<std::uint32_t>(message.size()));
    core::append(framed, message);
    return sendRaw(framed);
}

Result<SocketAddress> SocketAddress::of(const std::string& path) {
    constexpr std::size_t kLimit = sizeof(sockaddr_un::sun_path);
    if (path.empty() || path.size() >= kLimit || path.find('\0') != std::string::npos) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("socket path '{}': must have 1 to {} bytes", path.c_str(), kLimit - 1));
    }
    SocketAddress address;
    address.path_ = path;
    return address;
}

namespace {

template <class Call>
int withAddress(const std::string& path, Call call) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    // The sockets API takes every kind of address through this one type.
    return call(reinterpret_cast<const sockaddr*>(&address), socklen_t{sizeof(address)});
}

}  // namespace

int SocketAddress::bind(int fd) const {
    return withAddress(
        path_, [fd](const sockaddr* address, socklen_t size) { return ::bind(fd, address, size); });
}

int SocketAddress::connect(int fd) const {
    return withAddress(path_, [fd](const sockaddr* address, socklen_t size) {
        return ::connect(fd, address, size);
    });
}

}  // namespace liuhen::vault
