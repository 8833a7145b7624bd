// SPDX-License-Identifier: Apache-2.0
// Views that were begun through the page, while they are open.
#pragma once

#include "common/core/clock.hpp"
#include "common/evidence/access_leaves.hpp"
#include "dock/vault/access_types.hpp"
#include "dock/web/api/playlist.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace liuhen::web {

/// A view that the vault has opened. Immutable but for `playlist`.
struct OpenView {
    core::Digest id{};
    core::Digest grant{};
    evidence::Person person{};
    evidence::AccessSubject subject;
    std::int64_t untilUs = 0;
    std::uint64_t leaf = 0;
    std::vector<vault::OpenedSegment> segments;  // by number

    std::mutex mutex;
    std::optional<Playlist> playlist;  // under mutex; once it was asked for

    [[nodiscard]] bool has(std::uint64_t segment) const;
};

/// In memory alone: a restart of the dock ends them for the page, and whoever goes on begins
/// another. Thread-safe.
class OpenViews {
public:
    /// `clock` must outlive it.
    explicit OpenViews(const core::Clock& clock) : clock_(&clock) {}

    /// Keeps one; the one that ends first makes room if there are too many.
    void add(std::shared_ptr<OpenView> view);
    /// nullptr if there is none of this name that this person began and whose time is not over.
    [[nodiscard]] std::shared_ptr<OpenView> find(const core::Digest& id,
                                                 const evidence::Person& person);

private:
    const core::Clock* clock_;
    std::mutex mutex_;
    std::map<core::Digest, std::shared_ptr<OpenView>> views_;  // under mutex_
};

}  // namespace liuhen::web
