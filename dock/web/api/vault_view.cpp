// SPDX-License-Identifier: Apache-2.0
// The vault asked on behalf of the page.
#include "dock/web/api/vault_view.hpp"

#include "common/core/log.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using core::Nanoseconds;

namespace {

constexpr std::chrono::milliseconds kPatience{3'000};
constexpr Nanoseconds kFresh = std::chrono::seconds(3);
constexpr Nanoseconds kIncidentPause = std::chrono::hours(1);
constexpr std::uint64_t kPage = 1024;

}  // namespace

template <class Ask>
auto VaultView::ask(const Ask& what) -> decltype(what(std::declval<vault::Client&>())) {
    for (bool again = client_.has_value();; again = false) {
        if (!client_) {
            LIUHEN_TRY(client_, vault::Client::connect(socket_, kPatience));
        }
        auto answer = what(*client_);
        if (answer) {
            return answer;
        }
        client_.reset();
        if (!again || answer.error().kind != core::ErrorKind::Unavailable) {
            return answer;
        }
    }
}

Result<vault::Status> VaultView::status() {
    const std::scoped_lock guard(mutex_);
    const Nanoseconds now = clock_->boottime();
    if (status_ && now - statusAt_ < kFresh) {
        return *status_;
    }
    LIUHEN_TRY(status_, ask([](vault::Client& vault) { return vault.status(); }));
    statusAt_ = now;
    return *status_;
}

Result<void> VaultView::catchUp() {
    for (;;) {
        LIUHEN_TRY(const vault::LeavesAnswer page,
                   ask([this](vault::Client& vault) { return vault.leaves(size_, kPage); }));
        if (page.leaves.empty()) {
            return {};
        }
        for (const core::Buffer& bytes : page.leaves) {
            const auto leaf = evidence::Leaf::decode(bytes);
            byKind_[leaf ? leaf->kind : std::string()].push_back(size_++);
        }
    }
}

Result<core::Buffer> VaultView::leaf(std::uint64_t index) {
    LIUHEN_TRY(vault::LeavesAnswer page,
               ask([index](vault::Client& vault) { return vault.leaves(index, 1); }));
    if (page.leaves.size() != 1) {
        return core::fail(core::ErrorKind::DataLoss,
                          fmt::format("read leaf {} of the custody log: it is gone", index));
    }
    return std::move(page.leaves.front());
}

Result<LogPage> VaultView::log(const std::string& kind, std::uint64_t before, std::size_t limit) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_CHECK(catchUp());
    LogPage page;
    page.size = size_;
    std::vector<std::uint64_t> wanted;
    if (kind.empty()) {
        for (std::uint64_t i = std::min(before, size_); i > 0 && wanted.size() <= limit; --i) {
            wanted.push_back(i - 1);
        }
    } else if (const auto found = byKind_.find(kind); found != byKind_.end()) {
        const auto& all = found->second;
        auto end = std::lower_bound(all.begin(), all.end(), before);
        while (end != all.begin() && wanted.size() <= limit) {
            wanted.push_back(*--end);
        }
    }
    page.more = wanted.size() > limit;
    wanted.resize(std::min(wanted.size(), limit));
    for (const std::uint64_t index : wanted) {
        LIUHEN_TRY(core::Buffer bytes, leaf(index));
        page.leaves.push_back(LogLeaf{index, std::move(bytes)});
    }
    return page;
}

void VaultView::incident(const std::string& what, const std::string& detail) {
    core::log(core::LogLevel::Warning, "web", fmt::format("{}: {}", what, detail));
    const std::scoped_lock guard(mutex_);
    Written& kind = written_[what];
    const Nanoseconds now = clock_->boottime();
    if (kind.at && now - *kind.at < kIncidentPause) {
        ++kind.leftOut;
        return;
    }
    std::string text = detail;
    if (kind.leftOut > 0) {
        text += fmt::format(" ({} more since the one before)", kind.leftOut);
    }
    const auto written = ask([&](vault::Client& vault) {
        return vault.incident({what, "", text});
    });
    if (!written) {
        ++kind.leftOut;
        core::log(core::LogLevel::Error, "web", written.error().message);
        return;
    }
    kind = Written{now, 0};
}

}  // namespace liuhen::web
