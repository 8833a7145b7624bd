// SPDX-License-Identifier: Apache-2.0
// Child processes, and what they cost.
#pragma once

#include "common/core/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace liuhen::bench {

/// What a child used until it ended, its own children that it waited for included.
struct Cost {
    double wallSeconds = 0;
    double cpuSeconds = 0;  // user and system
    double peakBytes = 0;   // the most memory that it held at once
};

struct RunOptions {
    bool oneCore = false;    // the child may use one core alone
    bool showOutput = true;  // else standard output goes to /dev/null
};

/// Runs a program until it ends; argv[0] is found along PATH.
/// Errors: NotFound if it cannot be started; Internal with its exit code if that is not 0.
[[nodiscard]] core::Result<Cost> run(const std::vector<std::string>& argv, RunOptions options);

/// A program that runs beside us; ended by SIGTERM at the latest when this goes.
class Background {
public:
    [[nodiscard]] static core::Result<Background> start(const std::vector<std::string>& argv);
    Background(Background&& other) noexcept;
    Background& operator=(Background&& other) noexcept;
    ~Background();

    /// Whether it has ended by itself.
    [[nodiscard]] bool ended();
    /// Ends it and answers what it cost.
    [[nodiscard]] Cost stop();
    /// Ends it as a loss of power would, without a word.
    void kill();

private:
    explicit Background(pid_t pid) : pid_(pid) {}
    void end(int signal);
    pid_t pid_;
    Cost cost_;
};

/// The program of that name in the folder of this one; nothing if there is none.
[[nodiscard]] std::optional<std::string> sibling(const std::string& name);

/// Whether a program of that name is on PATH.
[[nodiscard]] bool onPath(const std::string& name);

}  // namespace liuhen::bench
