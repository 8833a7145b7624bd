// SPDX-License-Identifier: Apache-2.0
// A byte stream in memory: what the peer says is fixed, what is written is kept.
#pragma once

#include "common/net/await.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace liuhen::net {

/// Gives `input` in pieces of at most `pieceBytes`, then the end, or nothing until it is closed.
class MemoryStream {
public:
    enum class End { Eof, Silence };
    using executor_type = asio::any_io_executor;  // NOLINT(readability-identifier-naming): Asio's

    MemoryStream(const executor_type& executor,
                 std::string_view input,
                 std::size_t pieceBytes,
                 End end)
        : executor_(executor),
          closed_(executor, asio::steady_timer::time_point::max()),
          input_(input),
          pieceBytes_(pieceBytes),
          end_(end) {}

    [[nodiscard]] executor_type get_executor() const { return executor_; }  // NOLINT: Asio's name
    [[nodiscard]] const std::string& written() const { return written_; }

    void close(ErrorCode& error) {
        error = {};
        open_ = false;
        closed_.cancel();
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {  // NOLINT: Asio's name
        return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [this](auto handler, Buffers to) {
                if (open_ && input_.empty() && end_ == End::Silence) {
                    closed_.async_wait([handler = std::move(handler)](ErrorCode) mutable {
                        std::move(handler)(ErrorCode(asio::error::operation_aborted), 0);
                    });
                    return;
                }
                const auto piece = input_.substr(0, open_ ? pieceBytes_ : 0);
                const std::size_t count =
                    asio::buffer_copy(to, asio::buffer(piece.data(), piece.size()));
                input_.remove_prefix(count);
                finish(std::move(handler), count > 0 ? ErrorCode{} : asio::error::eof, count);
            },
            token,
            buffers);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {  // NOLINT: Asio's name
        return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [this](auto handler, Buffers from) {
                std::string text(open_ ? asio::buffer_size(from) : 0, '\0');
                asio::buffer_copy(asio::buffer(text), from);
                written_ += text;
                finish(std::move(handler),
                       open_ ? ErrorCode{} : asio::error::broken_pipe,
                       text.size());
            },
            token,
            buffers);
    }

private:
    template <class Handler>
    void finish(Handler handler, ErrorCode error, std::size_t count) {
        asio::post(executor_, [handler = std::move(handler), error, count]() mutable {
            std::move(handler)(error, count);
        });
    }

    executor_type executor_;
    asio::steady_timer closed_;
    std::string_view input_;
    std::size_t pieceBytes_;
    End end_;
    std::string written_;
    bool open_ = true;
};

}  // namespace liuhen::net
