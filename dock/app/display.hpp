// SPDX-License-Identifier: Apache-2.0
// Shows the bays: redrawn on a terminal, a line per change on a pipe.
#pragma once

#include "dock/bay/fleet.hpp"

#include <string>
#include <vector>

namespace liuhen::dock {

/// "bay-1  LH-000001  footage  42 %  38.1 MB/s  0:12 left"; without a line end.
[[nodiscard]] std::string lineOf(const std::string& bay, const ingest::Snapshot& snapshot);

/// Writes to standard output. Used by one thread.
class Display {
public:
    Display();
    /// Brings what is shown up to date.
    void show(const bay::Fleet& fleet);

private:
    bool terminal_;
    std::size_t drawn_ = 0;                // lines on the terminal
    std::vector<std::string> last_;        // per bay, what was written last
    std::vector<std::string> lastStages_;  // per bay, what makes another line due
};

}  // namespace liuhen::dock
