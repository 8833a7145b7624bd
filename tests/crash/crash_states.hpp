// SPDX-License-Identifier: Apache-2.0
// The states that a power cut may leave, made from what was recorded until then.
#pragma once

#include "tests/crash/crash_disk.hpp"

#include <string>
#include <vector>

namespace liuhen::test {

struct CrashState {
    Tree tree;
    std::string how;  // for people: what became of the pending changes
};

/// Different states of one moment, at most `most`: all that is pending lost; all kept; the last
/// write torn at a sector, or zeros in its place; then, in an order that `seed` makes, each change
/// lost alone, each kept alone, each write torn behind what came before, and as many random choices
/// as there are pending changes.
[[nodiscard]] std::vector<CrashState> statesOf(const CrashDisk& disk,
                                               std::uint64_t seed,
                                               std::size_t most);

}  // namespace liuhen::test
