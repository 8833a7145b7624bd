// SPDX-License-Identifier: Apache-2.0
// The screens that stand at a dock's bays: which there are, and by what they are known.
#pragma once

#include "common/core/clock.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::access {

using core::Result;

/// How long the one-time code of a terminal counts.
inline constexpr core::Microseconds kTerminalCodeLife = std::chrono::minutes(15);
/// How long a terminal stays open; browsers keep no cookie longer.
inline constexpr core::Microseconds kTerminalLife = std::chrono::hours(24 * 400);

/// A terminal that is open.
struct Terminal {
    std::uint64_t number = 0;  // order of creation, from 1
    std::string name;
};

struct OpenedTerminal {
    Terminal terminal;
    std::string cookie;  // 64 hex digits of 32 random bytes; its hash alone is kept
};

/// One terminal as `liuhen-dock terminal list` shows it; times are microseconds UTC.
struct TerminalLine {
    Terminal terminal;
    std::int64_t madeUs = 0;
    std::int64_t untilUs = 0;  // of the code; once it is open, of the terminal
    std::optional<std::int64_t> openedUs;
    std::optional<std::int64_t> endedUs;
};

/// terminals.db in a folder, readable by its owner alone. Thread-safe; other processes may use the
/// same file: the console makes and ends terminals while the dock runs.
///
/// Codes and cookies are random and kept as SHA-256 alone. Rows are added and never changed or
/// removed: a later row closes an earlier.
/// Errors of all calls: those of the database. Power loss: a call that answered is durable; one
/// that did not has left nothing behind.
class Terminals {
public:
    /// Opens, making the database if there is none.
    /// Errors besides: FailedPrecondition if it is of another version.
    [[nodiscard]] static Result<std::unique_ptr<Terminals>> open(const std::string& folder);

    /// Makes a terminal; answers its one-time code, "k7mq-2xwp-9hrt-ve3c".
    /// Errors besides: AlreadyExists while one of this name is open or waits for its code.
    [[nodiscard]] Result<std::string> make(const std::string& name, core::Microseconds now);
    /// Opens the terminal of a code, which counts no more then; nothing if it never was one, was
    /// used, is too old, or its terminal was ended. Case, spaces and dashes do not matter.
    [[nodiscard]] Result<std::optional<OpenedTerminal>> openWith(std::string_view code,
                                                                 core::Microseconds now);
    /// The open terminal of a cookie's value.
    [[nodiscard]] Result<std::optional<Terminal>> use(std::string_view cookie,
                                                      core::Microseconds now);
    /// Ends the terminals of this name; answers whether there was one that had not ended. Its
    /// cookie and its code count no more.
    [[nodiscard]] Result<bool> end(const std::string& name, core::Microseconds now);
    /// All that ever were, in order of creation.
    [[nodiscard]] Result<std::vector<TerminalLine>> list();

private:
    explicit Terminals(catalogue::Connection connection) : connection_(std::move(connection)) {}
    /// Those of a name that are open or wait for their code.
    [[nodiscard]] Result<std::vector<std::uint64_t>> live(const std::string& name,
                                                          core::Microseconds now);

    std::mutex mutex_;
    catalogue::Connection connection_;  // under mutex_
};

}  // namespace liuhen::access
