// SPDX-License-Identifier: Apache-2.0
// A figure beside its peer's: what was measured, the bar, and whether it holds.
#pragma once

#include <string>
#include <vector>

namespace liuhen::bench {

/// Which way a ratio must lie to the bar.
enum class Sense { AtMost, AtLeast };

/// One figure of the list. `ratio` is ours over the peer's in the sense of the bar: costs for
/// AtMost, throughputs for AtLeast.
struct Figure {
    std::string name;
    Sense sense = Sense::AtMost;
    double bar = 0;
    bool asserted = true;   // whether a bar that does not hold makes the run fail
    std::string what;       // one sentence: what is measured
    std::string peer;       // what it is held against
    std::string leavesOut;  // what the peer does not do
    std::string notRun;     // why there is no figure; "" if there is one
    std::string unit;       // of the samples and of what they cost
    std::vector<double> ours;
    std::vector<double> peers;
    double ourCpuSeconds = 0;  // of a round, median
    double peerCpuSeconds = 0;
    std::string note;  // what a reader should know of this run

    [[nodiscard]] bool ran() const { return notRun.empty(); }
    /// The median of the rounds' ratios: both halves of a round ran side by side, so a machine
    /// that is busy slows both. Needs as many of one as of the other, and at least one.
    [[nodiscard]] double ratio() const;
    /// Whether the bar holds. A figure that was not run holds nothing.
    [[nodiscard]] bool holds() const;
};

/// The middle value, or the mean of the two in the middle. At least one value.
[[nodiscard]] double median(std::vector<double> values);

/// A few lines for people.
[[nodiscard]] std::string toText(const Figure& figure);

/// The list as JSON: name, ratio, bar, holds and the rest; ratio and holds are null where nothing
/// was run.
[[nodiscard]] std::string toJson(const std::vector<Figure>& figures);

}  // namespace liuhen::bench
