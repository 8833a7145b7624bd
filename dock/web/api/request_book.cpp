// SPDX-License-Identifier: Apache-2.0
// Replaying the log.
#include "dock/web/api/request_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace liuhen::web {

namespace {

constexpr std::uint64_t kPage = 1024;
constexpr std::array<std::pair<RequestState, std::string_view>, 4> kStates = {{
    {RequestState::Open, "open"},
    {RequestState::Granted, "granted"},
    {RequestState::Refused, "refused"},
    {RequestState::Ended, "ended"},
}};

}  // namespace

std::string_view name(RequestState state) {
    return kStates.at(static_cast<std::size_t>(state)).second;
}

std::optional<RequestState> requestStateOf(std::string_view name) {
    for (const auto& [state, text] : kStates) {
        if (text == name) {
            return state;
        }
    }
    return std::nullopt;
}

Result<void> RequestBook::catchUp() {
    for (;;) {
        LIUHEN_TRY(const vault::LeavesAnswer page, vault_->read([this](vault::Client& vault) {
            return vault.leaves(size_, kPage);
        }));
        if (page.leaves.empty()) {
            return {};
        }
        for (const core::Buffer& bytes : page.leaves) {
            take(size_++, bytes);
        }
    }
}

void RequestBook::take(std::uint64_t index, core::ByteView bytes) {
    const auto leaf = evidence::Leaf::decode(bytes);
    if (!leaf || book_.take(*leaf, bytes)) {
        return;
    }
    if (leaf->kind == "request") {
        const auto body = evidence::RequestBody::fromCbor(leaf->body);
        LIUHEN_ASSERT(body);  // the book has read it
        byName_[body->request] = requests_.size();
        RequestEntry entry;
        entry.body = *body;
        entry.leaf = index;
        entry.leafHash = book_.request(body->request)->leaf;
        entry.timeUs = leaf->timeUs;
        requests_.push_back(std::move(entry));
    } else if (leaf->kind == "approval") {
        const auto whole = evidence::SignedApproval::fromCbor(leaf->body);
        LIUHEN_ASSERT(whole);
        const auto content = evidence::Approval::decode(whole->approval);
        LIUHEN_ASSERT(content);
        Decision decision;
        decision.leaf = index;
        decision.timeUs = leaf->timeUs;
        for (const evidence::ApprovalSignature& each : whole->signatures) {
            decision.by.push_back(each.person);
        }
        decision.granted = content->granted;
        decision.manner = content->manner;
        requests_.at(byName_.at(content->request)).decision = std::move(decision);
    }
}

/// The entry as it stands now.
RequestEntry RequestBook::seen(const RequestEntry& entry) const {
    RequestEntry now = entry;
    if (!now.decision) {
        return now;
    }
    if (!now.decision->granted) {
        now.state = RequestState::Refused;
        return now;
    }
    const Digest& grant = now.decision->granted->grant;
    const evidence::BookedGrant* held = book_.grant(grant);
    LIUHEN_ASSERT(held != nullptr);
    now.decision->used = held->used;
    const auto closed = book_.closed(grant, clock_->utc().count());
    const bool ended =
        (closed && *closed != evidence::AccessReason::NotYet) || held->used >= held->terms.uses;
    now.state = ended ? RequestState::Ended : RequestState::Granted;
    return now;
}

Result<std::optional<RequestEntry>> RequestBook::find(const Digest& request) {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    const auto found = byName_.find(request);
    return found == byName_.end() ? std::nullopt : std::optional(seen(requests_[found->second]));
}

Result<RequestPage> RequestBook::list(const RequestFilter& filter,
                                      std::uint64_t before,
                                      std::size_t limit) {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    RequestPage page;
    for (auto each = requests_.rbegin(); each != requests_.rend(); ++each) {
        if (each->leaf >= before || (filter.by && each->body.by != *filter.by)) {
            continue;
        }
        RequestEntry entry = seen(*each);
        if (filter.state && entry.state != *filter.state) {
            continue;
        }
        if (page.entries.size() == limit) {
            page.more = true;
            return page;
        }
        page.entries.push_back(std::move(entry));
    }
    return page;
}

Result<std::uint64_t> RequestBook::countOpen(const evidence::Person& person) {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    return static_cast<std::uint64_t>(
        std::count_if(requests_.begin(), requests_.end(), [&person](const RequestEntry& each) {
            return !each.decision && each.body.by != person;
        }));
}

Result<std::vector<RequestEntry>> RequestBook::emergencies() {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    std::vector<RequestEntry> found;
    for (const RequestEntry& each : requests_) {
        if (each.isEmergency()) {
            found.push_back(seen(each));
        }
    }
    return found;
}

Result<std::vector<evidence::Appointment>> RequestBook::appointmentsOf(
    const evidence::Person& person) {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    return book_.appointmentsOf(person, clock_->utc().count());
}

Result<std::optional<evidence::AccessReason>> RequestBook::wrongSoFar(
    const evidence::SignedApproval& approval) {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    return book_.wrongSoFar(approval, clock_->utc().count());
}

Result<std::string> RequestBook::origin() {
    const std::lock_guard guard(mutex_);
    LIUHEN_CHECK(catchUp());
    return book_.origin();
}

}  // namespace liuhen::web
