// SPDX-License-Identifier: Apache-2.0
// Choosing what a power cut kept.
#include "tests/crash/crash_states.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <fmt/format.h>

namespace liuhen::test {

namespace {

constexpr std::size_t kSector = 512;

/// What became of one change.
enum class Fate { Kept, Lost, Torn, Zeros };

struct Plan {
    std::vector<Fate> fates;
    std::string how;
};

bool tears(const Change& change) {
    return change.what == Change::What::Write && change.data->size() > 1;
}

/// Half of it in whole sectors; of what fits into one, half.
std::size_t tornBytes(const Change& change) {
    const std::size_t half = change.data->size() / 2;
    return half < kSector ? half : half / kSector * kSector;
}

std::vector<Plan> plansFor(const std::vector<Change>& pending, std::mt19937_64& random) {
    const std::size_t count = pending.size();
    const auto all = [count](Fate fate) { return std::vector<Fate>(count, fate); };
    const auto torn = [&](std::size_t at, Fate fate, std::string how) {
        Plan plan{all(Fate::Lost), std::move(how)};
        std::fill_n(plan.fates.begin(), at, Fate::Kept);
        plan.fates[at] = fate;
        return plan;
    };
    std::vector<Plan> plans = {{all(Fate::Lost), "all lost"}, {all(Fate::Kept), "all kept"}};
    for (std::size_t at = count; at-- > 0;) {
        if (tears(pending[at])) {
            plans.push_back(torn(at, Fate::Torn, "the last write torn"));
            plans.push_back(torn(at, Fate::Zeros, "zeros in place of the last write"));
            break;
        }
    }
    const auto fixed = static_cast<std::ptrdiff_t>(plans.size());
    for (std::size_t i = 0; i < count; ++i) {
        Plan without{all(Fate::Kept), fmt::format("change {} lost, all others kept", i)};
        without.fates[i] = Fate::Lost;
        Plan alone{all(Fate::Lost), fmt::format("change {} kept, all others lost", i)};
        alone.fates[i] = Fate::Kept;
        plans.push_back(std::move(without));
        plans.push_back(std::move(alone));
        plans.push_back(
            tears(pending[i])
                ? torn(i, Fate::Torn, fmt::format("write {} torn, those before kept", i))
                : torn(i, Fate::Kept, fmt::format("changes to {} kept", i)));
        Plan any{all(Fate::Lost), "a random choice"};
        for (std::size_t each = 0; each < count; ++each) {
            any.fates[each] = static_cast<Fate>(random() % (tears(pending[each]) ? 4 : 2));
        }
        plans.push_back(std::move(any));
    }
    std::shuffle(plans.begin() + fixed, plans.end(), random);
    return plans;
}

Tree treeOf(const CrashDisk& disk, const Plan& plan) {
    Tree tree = disk.durable();
    for (std::size_t i = 0; i < plan.fates.size(); ++i) {
        const Change& change = disk.pending()[i];
        if (plan.fates[i] != Fate::Lost) {
            change.applyTo(tree,
                           plan.fates[i] == Fate::Torn ? tornBytes(change) : SIZE_MAX,
                           plan.fates[i] == Fate::Zeros);
        }
    }
    return tree;
}

}  // namespace

std::vector<CrashState> statesOf(const CrashDisk& disk, std::uint64_t seed, std::size_t most) {
    std::mt19937_64 random(seed);
    std::vector<CrashState> states;
    std::set<core::Digest> known;
    for (const Plan& plan : plansFor(disk.pending(), random)) {
        if (states.size() >= most) {
            break;
        }
        CrashState state{treeOf(disk, plan), plan.how};
        if (known.insert(state.tree.digest()).second) {
            states.push_back(std::move(state));
        }
    }
    return states;
}

}  // namespace liuhen::test
