// SPDX-License-Identifier: Apache-2.0
// What a function answers that can fail: a value or an Error; the only file that names
// tl::expected.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace liuhen::core {

/// What went wrong, as far as a caller must tell cases apart; the text says the rest.
enum class ErrorKind {
    InvalidArgument,
    NotFound,
    AlreadyExists,
    Unauthenticated,
    PermissionDenied,
    FailedPrecondition,
    ResourceExhausted,
    Unavailable,
    DeadlineExceeded,
    DataLoss,
    Unimplemented,
    Internal,
};

/// The kind's name as it stands in logs and JSON, such as "data_loss".
[[nodiscard]] std::string_view name(ErrorKind kind);

/// Why something could not be done. `message` says what was attempted, on what, and the cause.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string message;

    /// The same error with `what` put before its message: "what: message".
    [[nodiscard]] Error withContext(std::string_view what) const;
};

/// A value, or the reason why there is none. Check it before `*`; `.value()` is not used here.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using tl::expected<T, Error>::expected;
};

/// The failing half of a Result, to be returned.
[[nodiscard]] tl::unexpected<Error> fail(ErrorKind kind, std::string message);

/// An errno value as the failing half of a Result; `what` names attempt and object.
[[nodiscard]] tl::unexpected<Error> failErrno(int errorNumber, std::string_view what);

/// Hands an error on, with `what` before its message.
[[nodiscard]] tl::unexpected<Error> failWith(const Error& error, std::string_view what);

/// Ends the process with the place and the broken invariant. For bugs, never for input.
[[noreturn]] void assertionFailed(const char* expression, const char* file, int line);

}  // namespace liuhen::core

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration and a keyword cannot be parenthesised.
#define LIUHEN_JOIN_INNER(a, b) a##b
#define LIUHEN_JOIN(a, b) LIUHEN_JOIN_INNER(a, b)
#define LIUHEN_TRY_AS(leave, name, target, expr)            \
    auto name = (expr);                                     \
    if (!name) {                                            \
        leave tl::make_unexpected(std::move(name).error()); \
    }                                                       \
    target = *std::move(name)
#define LIUHEN_CHECK_AS(leave, name, expr)                      \
    do {                                                        \
        auto name = (expr);                                     \
        if (!name) {                                            \
            leave tl::make_unexpected(std::move(name).error()); \
        }                                                       \
    } while (false)
/// LIUHEN_TRY(auto x, f()): takes f's value or returns its error. The CO_ forms serve coroutines.
#define LIUHEN_TRY(target, expr) \
    LIUHEN_TRY_AS(return, LIUHEN_JOIN(liuhenTry, __LINE__), target, expr)
#define LIUHEN_CO_TRY(target, expr) \
    LIUHEN_TRY_AS(co_return, LIUHEN_JOIN(liuhenTry, __LINE__), target, expr)
#define LIUHEN_CHECK(expr) LIUHEN_CHECK_AS(return, LIUHEN_JOIN(liuhenTry, __LINE__), expr)
#define LIUHEN_CO_CHECK(expr) LIUHEN_CHECK_AS(co_return, LIUHEN_JOIN(liuhenTry, __LINE__), expr)
#define LIUHEN_ASSERT(condition)                                             \
    do {                                                                     \
        if (!(condition)) {                                                  \
            ::liuhen::core::assertionFailed(#condition, __FILE__, __LINE__); \
        }                                                                    \
    } while (false)
// NOLINTEND(bugprone-macro-parentheses)
