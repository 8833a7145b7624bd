// SPDX-License-Identifier: Apache-2.0
// What the commands of the register share: the open register, who acts, and how they are told.
#pragma once

#include "common/core/clock.hpp"
#include "dock/app/config.hpp"
#include "dock/register/register.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace liuhen::dock {

/// One command at work.
class Desk {
public:
    /// Opens the register of a dock. `by` is a work number; empty if nothing is entered.
    /// Errors: those of the register; InvalidArgument if nobody has this work number.
    [[nodiscard]] static core::Result<Desk> open(const Config& config, const std::string& by);

    [[nodiscard]] registry::Register& records() { return *records_; }
    [[nodiscard]] const registry::Person& by() const { return by_; }

    /// Errors: InvalidArgument if nobody has this work number.
    [[nodiscard]] core::Result<registry::Person> person(const std::string& workNumber);
    /// A local time; "" is now. Errors: InvalidArgument.
    [[nodiscard]] core::Result<std::int64_t> time(std::string_view text) const;
    /// Prints `done`, or the refusal to standard error; answers the exit code.
    [[nodiscard]] int tell(const registry::Entered& entered, std::string_view done) const;

private:
    Desk() = default;
    std::unique_ptr<core::SystemClock> clock_ = std::make_unique<core::SystemClock>();
    std::unique_ptr<registry::Register> records_;
    registry::Person by_{};
};

}  // namespace liuhen::dock
