// SPDX-License-Identifier: Apache-2.0
// Keeping of views.
#include "dock/web/api/open_views.hpp"

#include <algorithm>

namespace liuhen::web {

namespace {

constexpr std::size_t kMost = 1024;  // as many as the vault keeps open

}  // namespace

bool OpenView::has(std::uint64_t segment) const {
    return std::any_of(
        segments.begin(), segments.end(), [segment](const vault::OpenedSegment& each) {
            return each.segment == segment;
        });
}

void OpenViews::add(std::shared_ptr<OpenView> view) {
    const std::lock_guard guard(mutex_);
    if (views_.size() >= kMost) {
        const std::int64_t now = clock_->utc().count();
        std::erase_if(views_, [now](const auto& item) { return item.second->untilUs <= now; });
    }
    if (views_.size() >= kMost) {
        const auto first =
            std::min_element(views_.begin(), views_.end(), [](const auto& a, const auto& b) {
                return a.second->untilUs < b.second->untilUs;
            });
        views_.erase(first);
    }
    const core::Digest id = view->id;
    views_.insert_or_assign(id, std::move(view));
}

std::shared_ptr<OpenView> OpenViews::find(const core::Digest& id, const evidence::Person& person) {
    const std::lock_guard guard(mutex_);
    const auto found = views_.find(id);
    if (found == views_.end() || found->second->person != person ||
        found->second->untilUs <= clock_->utc().count()) {
        return nullptr;
    }
    return found->second;
}

}  // namespace liuhen::web
