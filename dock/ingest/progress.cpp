// SPDX-License-Identifier: Apache-2.0
// Progress of one bay.
#include "dock/ingest/progress.hpp"

#include "common/core/clock.hpp"

#include <array>
#include <utility>

namespace liuhen::ingest {

namespace {

constexpr std::int64_t kWindowNs = 3'000'000'000;
constexpr std::int64_t kShortestNs = 200'000'000;  // a rate over less says little
constexpr double kNsPerSecond = 1e9;
constexpr std::array<std::string_view, 13> kNames = {"empty",
                                                     "connecting",
                                                     "witnessing",
                                                     "docking",
                                                     "ledger",
                                                     "footage",
                                                     "paused",
                                                     "done",
                                                     "flawed",
                                                     "waiting",
                                                     "quarantined",
                                                     "forked",
                                                     "failed"};

std::int64_t nowNs() {
    return core::SystemClock().boottime().count();
}

}  // namespace

std::string_view name(Phase phase) {
    return kNames.at(static_cast<std::size_t>(phase));
}

bool isEnd(Phase phase) {
    return phase >= Phase::Done;
}

void Progress::enter(Phase phase, std::string note) {
    const std::scoped_lock guard(mutex_);
    state_.phase = phase;
    state_.note = std::move(note);
}

void Progress::setDevice(std::string device) {
    const std::scoped_lock guard(mutex_);
    state_.device = std::move(device);
}

void Progress::setTotal(std::uint64_t bytes) {
    const std::scoped_lock guard(mutex_);
    state_.totalBytes = bytes;
}

void Progress::add(std::uint64_t bytes, bool fresh) {
    const std::int64_t now = nowNs();
    const std::scoped_lock guard(mutex_);
    state_.doneBytes += bytes;
    if (!fresh) {
        return;
    }
    if (windowBeganNs_ == 0) {
        windowBeganNs_ = now;
    }
    windowBytes_ += bytes;
    const std::int64_t span = now - windowBeganNs_;
    if (span >= kShortestNs) {
        state_.bytesPerSecond =
            static_cast<double>(windowBytes_) * kNsPerSecond / static_cast<double>(span);
    }
    if (span >= kWindowNs) {
        windowBeganNs_ = now;
        windowBytes_ = 0;
    }
}

void Progress::reset() {
    const std::scoped_lock guard(mutex_);
    state_ = Snapshot{};
    windowBeganNs_ = 0;
    windowBytes_ = 0;
}

Snapshot Progress::snapshot() const {
    const std::scoped_lock guard(mutex_);
    return state_;
}

}  // namespace liuhen::ingest
