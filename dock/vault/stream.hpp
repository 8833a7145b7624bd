// SPDX-License-Identifier: Apache-2.0
// Messages over a Unix socket: four bytes of length, big-endian, then so many bytes.
#pragma once

#include "common/core/unique_fd.hpp"
#include "dock/vault/types.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>

namespace liuhen::vault {

/// One end of a connection. Not thread-safe; blocks.
///
/// Errors of all: Unavailable if the other end is gone; DeadlineExceeded if it does not move within
/// the time limit; DataLoss if descriptors came with the bytes, of which none is taken. After any
/// error the connection is of no more use.
class Stream {
public:
    /// `pace` is how long a single read or write may wait.
    Stream(core::UniqueFd socket, std::chrono::milliseconds pace);

    /// Connects to a listening socket. Errors: also NotFound, PermissionDenied.
    [[nodiscard]] static Result<Stream> connect(const std::string& path,
                                                std::chrono::milliseconds pace);

    /// Waits for the next message, at most `idle` for its first byte; nothing if the other end has
    /// closed before it. Errors: also DataLoss for a length of 0 or above kMessageBytes.
    [[nodiscard]] Result<std::optional<Buffer>> receive(std::chrono::milliseconds idle);
    [[nodiscard]] Result<void> send(ByteView message);
    /// Raw bytes: fills `into`, or sends all. `came`, if given, says also after an error how many
    /// bytes of `into` were filled.
    [[nodiscard]] Result<void> receiveRaw(std::span<std::uint8_t> into,
                                          std::size_t* came = nullptr);
    [[nodiscard]] Result<void> sendRaw(ByteView bytes);

    /// Every wait ends with Unavailable soon after `stopped` answers true; it may be empty.
    void endWhen(std::function<bool()> stopped) { stopped_ = std::move(stopped); }

    [[nodiscard]] int fd() const { return socket_.get(); }

private:
    [[nodiscard]] Result<void> wait(short events, std::chrono::milliseconds limit) const;
    /// What is there now, at least a byte; 0 if the other end has closed, nothing if it must be
    /// waited for.
    [[nodiscard]] Result<std::optional<std::size_t>> take(std::span<std::uint8_t> into) const;

    core::UniqueFd socket_;
    std::chrono::milliseconds pace_;
    std::function<bool()> stopped_;
};

/// The address of a socket, for bind and connect. Errors: InvalidArgument if the path is empty or
/// longer than the system takes.
class SocketAddress {
public:
    [[nodiscard]] static Result<SocketAddress> of(const std::string& path);
    [[nodiscard]] int bind(int fd) const;
    [[nodiscard]] int connect(int fd) const;

private:
    SocketAddress() = default;
    std::string path_;
};

}  // namespace liuhen::vault
