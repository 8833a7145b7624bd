// SPDX-License-Identifier: Apache-2.0
// Reads a body's next piece on a worker thread while the last one is sent. For this folder alone.
#pragma once

#include "common/net/await.hpp"
#include "common/net/http_types.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace liuhen::net {

/// Part of a BodySource, `length` bytes from `first`, in pieces of at most `pieceBytes`.
/// May be dropped at any time; a read under way then ends unheard.
class ReadAhead {
public:
    struct Place {
        asio::any_io_executor home;     // of the coroutine that calls next()
        asio::any_io_executor workers;  // where the source is read
    };
    struct Part {
        std::uint64_t first = 0;
        std::uint64_t length = 0;
    };

    /// Begins to read at once.
    ReadAhead(BodySource source, Part part, Place place, std::size_t pieceBytes)
        : state_(std::make_shared<State>(std::move(source), part, std::move(place), pieceBytes)) {
        start(state_);
    }

    /// The next piece, empty at the end; its bytes stay until the next call.
    /// Errors: those of the source; DataLoss if it gives fewer bytes than asked for.
    asio::awaitable<Result<ByteView>> next() {
        State& state = *state_;
        while (state.running) {
            co_await state.wake.async_wait(kAwait);
        }
        if (!state.count) {
            co_return ByteView{};
        }
        const Result<std::size_t> count = *std::exchange(state.count, std::nullopt);
        LIUHEN_CO_CHECK(count);
        const ByteView piece = ByteView(state.buffers[state.filling]).first(*count);
        state.filling = 1 - state.filling;
        start(state_);
        co_return piece;
    }

private:
    struct State {
        State(BodySource from, Part part, Place where, std::size_t bytes)
            : source(std::move(from)),
              left(part),
              place(std::move(where)),
              pieceBytes(bytes),
              wake(place.home, asio::steady_timer::time_point::max()) {}
        BodySource source;
        Part left;  // not yet begun to read
        Place place;
        std::size_t pieceBytes;
        asio::steady_timer wake;
        std::array<Buffer, 2> buffers;
        std::size_t filling = 0;
        bool running = false;
        std::optional<Result<std::size_t>> count;  // of the piece that was read; none at the end
    };

    static void start(const std::shared_ptr<State>& state) {
        const auto size = static_cast<std::size_t>(
            std::min<std::uint64_t>(state->left.length, state->pieceBytes));
        if (size == 0) {
            return;
        }
        const std::uint64_t offset = state->left.first;
        state->left.first += size;
        state->left.length -= size;
        state->running = true;
        asio::post(state->place.workers, [state, offset, size] {
            Result<std::size_t> count = readPiece(*state, offset, size);
            asio::post(state->place.home, [state, count = std::move(count)]() mutable {
                state->count = std::move(count);
                state->running = false;
                state->wake.cancel();
            });
        });
    }

    static Result<std::size_t> readPiece(State& state, std::uint64_t offset, std::size_t size) {
        Buffer& buffer = state.buffers[state.filling];
        buffer.resize(size);
        LIUHEN_TRY(const std::size_t count, state.source.readAt(offset, buffer));
        if (count != size) {
            return core::fail(core::ErrorKind::DataLoss,
                              fmt::format("read body at {}: {} of {} bytes", offset, count, size));
        }
        return count;
    }

    std::shared_ptr<State> state_;
};

}  // namespace liuhen::net
