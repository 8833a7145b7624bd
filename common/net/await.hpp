// SPDX-License-Identifier: Apache-2.0
// How this folder uses Asio: errors as values, no swallowed exception, deadlines, blocking work.
// For the .cpp files of this folder alone.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace liuhen::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;

/// Every asynchronous call of this folder: co_await f(..., kAwait) gives (error, values...).
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<>> kAwait{};

/// The end of a spawned coroutine: an exception is a bug and goes on into run().
struct Rethrow {
    void operator()(const std::exception_ptr& exception) const {
        if (exception) {
            std::rethrow_exception(exception);
        }
    }
};

/// Closes a stream of any kind, at once and without farewell; pending operations end with an error.
template <class Stream>
void closeNow(Stream& stream) {
    if constexpr (requires { stream.next_layer(); }) {
        closeNow(stream.next_layer());
    } else {
        ErrorCode ignored;
        stream.close(ignored);
    }
}

/// Whether nobody has closed it; of streams that cannot tell, true.
template <class Stream>
bool isOpen(Stream& stream) {
    if constexpr (requires { stream.next_layer(); }) {
        return isOpen(stream.next_layer());
    } else if constexpr (requires { stream.is_open(); }) {
        return stream.is_open();
    } else {
        return true;
    }
}

/// Cuts a stream when a span of time is over. One thread: that of the executor.
///
/// Moving the deadline costs an assignment; the timer is armed only if it would fire too late.
class Watchdog {
public:
    /// `cut` is called at most once, and never after this object is gone.
    Watchdog(const asio::any_io_executor& executor, std::function<void()> cut)
        : state_(std::make_shared<State>(executor, std::move(cut))) {}
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog() {
        state_->cut = nullptr;
        state_->deadline.reset();
        state_->timer.cancel();
    }

    /// The stream is cut unless allow() or rest() is called within `span`.
    void allow(Milliseconds span) {
        state_->deadline = std::chrono::steady_clock::now() + span;
        if (!state_->armed || state_->timer.expiry() > *state_->deadline) {
            arm(state_);
        }
    }
    /// No deadline for now.
    void rest() { state_->deadline.reset(); }
    [[nodiscard]] bool fired() const { return state_->fired; }

private:
    struct State {
        State(const asio::any_io_executor& executor, std::function<void()> whenLate)
            : timer(executor), cut(std::move(whenLate)) {}
        asio::steady_timer timer;
        std::function<void()> cut;
        std::optional<std::chrono::steady_clock::time_point> deadline;
        unsigned round = 0;  // of arming; an older wait that ends late is told by it
        bool armed = false;
        bool fired = false;
    };

    static void arm(const std::shared_ptr<State>& state) {
        const unsigned round = ++state->round;
        state->armed = true;
        state->timer.expires_at(*state->deadline);
        state->timer.async_wait([state, round](ErrorCode) {
            if (round == state->round) {
                state->armed = false;
                onTimer(state);
            }
        });
    }
    static void onTimer(const std::shared_ptr<State>& state) {
        if (!state->deadline || !state->cut) {
            return;
        }
        if (std::chrono::steady_clock::now() < *state->deadline) {
            arm(state);
            return;
        }
        state->fired = true;
        state->deadline.reset();
        std::exchange(state->cut, nullptr)();
    }

    std::shared_ptr<State> state_;
};

/// Runs `work`, which may block, on `workers`; the coroutine goes on where it was.
template <class Work>
asio::awaitable<std::invoke_result_t<Work&>> runOn(asio::any_io_executor workers, Work work) {
    using Value = std::invoke_result_t<Work&>;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Value)>(
        [workers, &work](auto handler) {
            auto back = asio::get_associated_executor(handler);
            asio::post(workers, [&work, back, handler = std::move(handler)]() mutable {
                asio::post(back, [value = work(), handler = std::move(handler)]() mutable {
                    std::move(handler)(std::move(value));
                });
            });
        },
        asio::use_awaitable);
}

/// Runs a coroutine to its end on the calling thread, which blocks meanwhile.
template <class Value>
Value runToEnd(asio::io_context& context, asio::awaitable<Value> work) {
    std::optional<Value> answer;
    asio::co_spawn(
        context, std::move(work), [&answer](const std::exception_ptr& exception, Value value) {
            Rethrow{}(exception);
            answer.emplace(std::move(value));
        });
    context.restart();
    while (!answer) {
        context.run_one();
    }
    return std::move(*answer);
}

}  // namespace liuhen::net
