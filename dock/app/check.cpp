// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock check`: the catalogue held against the vault.
#include "common/core/clock.hpp"
#include "dock/app/commands.hpp"
#include "dock/vault/client.hpp"

#include <set>

#include <fmt/format.h>

namespace liuhen::dock {

using core::Result;

namespace {

constexpr std::size_t kListed = 4096;
constexpr const char* kRebuilt =
    "invariant 7 (the catalogue is a projection of the vault) is broken";
constexpr const char* kUnchanged = "invariant 4 (no object is ever changed or removed) is broken";
constexpr double kGigabyte = 1e9;
constexpr const char* kShorter =
    "invariant 10 (the custody log never gets shorter, what was stored stays) is broken";

/// Prints what is broken and counts it.
class Findings {
public:
    void add(const char* invariant, const std::string& what) {
        ++count_;
        fmt::print("{}: {}\n", invariant, what);
    }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    std::size_t count_ = 0;
};

Result<void> checkChapters(catalogue::Catalogue& catalogue,
                           const vault::Held& held,
                           const std::pair<std::string, std::uint64_t>& where,
                           Findings& findings) {
    LIUHEN_TRY(const auto known, catalogue.lastChapter(where.first, where.second));
    const std::uint64_t next = known ? known->seq + 1 : 0;
    const std::string ledger = fmt::format("{}, generation {}", where.first, where.second);
    if (next < held.next) {
        findings.add(
            kRebuilt,
            fmt::format("{}: the vault holds entries up to {}, the catalogue up to {}; the "
                        "next intake of this recorder enters them",
                        ledger,
                        held.next - 1,
                        next == 0 ? "none" : std::to_string(next - 1)));
    } else if (next > held.next) {
        findings.add(
            kShorter,
            fmt::format("{}: chapters up to entry {} were receipted, the vault holds {}",
                        ledger,
                        next - 1,
                        held.next == 0 ? "none" : "up to " + std::to_string(held.next - 1)));
    } else if (known && held.last != known->entry) {
        findings.add(kRebuilt, ledger + ": the last entry is another than in the vault");
    }
    return {};
}

Result<void> checkSegments(catalogue::Catalogue& catalogue,
                           const vault::Held& held,
                           const std::pair<std::string, std::uint64_t>& where,
                           Findings& findings) {
    LIUHEN_TRY(const auto rows,
               catalogue.segmentsWithoutObject(where.first, where.second, kListed));
    std::set<std::pair<std::uint64_t, std::uint64_t>> open;
    for (const catalogue::SegmentRow& row : rows) {
        open.emplace(row.recording, row.segment);
    }
    std::size_t missing = 0;
    for (const vault::SegmentName& name : held.missing) {
        missing += open.erase({name.recording, name.segment});
    }
    const std::string ledger = fmt::format("{}, generation {}", where.first, where.second);
    if (missing > 0) {
        fmt::print("{}: {} segments are not in the vault yet\n", ledger, missing);
    }
    if (missing < held.missing.size() && rows.size() < kListed) {
        findings.add(kShorter,
                     fmt::format("{}: the vault misses {} segments that were receipted, or that "
                                 "the catalogue does not know",
                                 ledger,
                                 held.missing.size() - missing));
    }
    if (!open.empty() && !held.more) {
        findings.add(kRebuilt,
                     fmt::format("{}: {} segments in the vault are not entered; the next intake of "
                                 "this recorder enters them",
                                 ledger,
                                 open.size()));
    }
    return {};
}

/// What the vault says of its copies.
void checkCopies(const vault::Status& status, Findings& findings) {
    if (!status.second) {
        fmt::print("copies: one; no second copy is configured\n");
    } else if (status.second->empty()) {
        fmt::print("copies: two; the second lacks {} objects\n", status.uncopied);
    } else {
        fmt::print("copies: the second cannot be used, and lacks {} objects: {}\n",
                   status.uncopied,
                   *status.second);
    }
    fmt::print("policy: {}\n",
               !status.singleCopy ? "no receipt for less than two copies"
               : status.minimumAgeHours
                   ? fmt::format("receipts of one copy, to free footage after {} hours",
                                 *status.minimumAgeHours)
                   : "receipts of one copy, by which nothing is to be freed");
    const vault::Scrubbed& scrub = status.scrub;
    fmt::print("all copies were last read: {}{}\n",
               scrub.finishedUs ? core::formatUtc(core::Microseconds(*scrub.finishedUs))
                                : "never to the end",
               scrub.readBytes > 0 ? fmt::format("; a pass is under way, {:.1f} GB so far",
                                                 static_cast<double>(scrub.readBytes) / kGigabyte)
                                   : "");
    for (const vault::Damage& damage : scrub.damaged) {
        findings.add(kUnchanged,
                     fmt::format("object {} of the {} copy is {}; stop the vault and run "
                                 "'liuhen-vault restore'",
                                 core::toHex(damage.object),
                                 damage.copy,
                                 damage.what));
    }
    if (scrub.damagedCount > scrub.damaged.size()) {
        findings.add(
            kUnchanged,
            fmt::format("{} more objects are damaged", scrub.damagedCount - scrub.damaged.size()));
    }
}

Result<void> checkCounts(catalogue::Catalogue& catalogue,
                         vault::Client& vault,
                         Findings& findings) {
    LIUHEN_TRY(const vault::Status status, vault.status());
    LIUHEN_TRY(const std::uint64_t objects, catalogue.objectCount());
    LIUHEN_TRY(const auto highest, catalogue.highestLeaf());
    if (highest && *highest >= status.logSize) {
        findings.add(
            kShorter,
            fmt::format(
                "leaf {} is in the catalogue, the log has {} leaves", *highest, status.logSize));
    }
    if (objects != status.stored) {
        findings.add(
            objects > status.stored ? kShorter : kRebuilt,
            fmt::format(
                "the vault stores {} objects, the catalogue knows {}", status.stored, objects));
    }
    if (status.absent > 0) {
        findings.add(
            kUnchanged,
            fmt::format("{} objects were not there when the vault started", status.absent));
    }
    fmt::print("vault {}: {} leaves, {} objects, {} quarantined, {} forks\n",
               status.origin,
               status.logSize,
               status.stored,
               status.quarantined,
               status.forks);
    fmt::print("its sandbox: {}; its objects are {}{}\n",
               status.sandbox,
               status.freezing,
               status.freezing == "immutable"
                   ? ""
                   : " by their mode alone ('freezer' in vault.toml makes them immutable)");
    checkCopies(status, findings);
    const core::SystemClock clock;
    fmt::print("{}",
               witnessLines(status, std::chrono::floor<std::chrono::seconds>(clock.utc()).count()));
    return {};
}

}  // namespace

Result<int> check(const Config& config) {
    LIUHEN_TRY(const auto catalogue, catalogue::Catalogue::openReading(config.folder));
    LIUHEN_TRY(vault::Client vault, vault::Client::connect(config.vaultSocket));
    Findings findings;
    LIUHEN_TRY(const auto generations, catalogue->generations());
    for (const auto& where : generations) {
        LIUHEN_TRY(const vault::Held held, vault.held(where.first, where.second));
        LIUHEN_CHECK(checkChapters(*catalogue, held, where, findings));
        LIUHEN_CHECK(checkSegments(*catalogue, held, where, findings));
    }
    LIUHEN_CHECK(checkCounts(*catalogue, vault, findings));
    if (findings.count() == 0) {
        fmt::print(
            "the catalogue agrees with the vault; for the bytes run 'liuhen verify' on the "
            "vault's folder\n");
    }
    return findings.count() == 0 ? 0 : 1;
}

}  // namespace liuhen::dock
