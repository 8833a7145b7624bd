// SPDX-License-Identifier: Apache-2.0
// liuhen-vault under tests/crash/record_files.cpp, and what it gave out at which call.
#pragma once

#include "tests/crash/file_calls.hpp"
#include "tests/crash/vault_promises.hpp"

#include <string>
#include <vector>

namespace liuhen::vault::test {

using liuhen::test::CallKind;
using liuhen::test::FileCall;

/// What makes the program write its calls down. `fault`: as kCallsFail, or none; it counts from
/// when `armed` is there, if that is a path.
[[nodiscard]] std::vector<std::string> recordingOf(const Site& site,
                                                   const std::string& fault = "",
                                                   const std::string& armed = "");
[[nodiscard]] std::vector<FileCall> callsOf(const Site& site);

/// For each call: how many of `given` had been sent before it, in the order of `given`.
class SentBefore {
public:
    /// Errors: Internal if something was given that no call sent.
    [[nodiscard]] static Result<SentBefore> of(const std::vector<FileCall>& calls,
                                               const Promises& given);
    /// Whether something was given out for the first time by the call of this number.
    [[nodiscard]] bool promisesAt(std::size_t call) const;
    /// What stood given out before the call of this number.
    [[nodiscard]] Promises before(std::size_t call) const;

private:
    std::vector<std::pair<std::size_t, Buffer>> receipts_;
    std::vector<std::pair<std::size_t, std::string>> notes_;
};

}  // namespace liuhen::vault::test
