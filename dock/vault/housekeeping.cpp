// SPDX-License-Identifier: Apache-2.0
// Slow on purpose: recorders that wait come first.
#include "dock/vault/housekeeping.hpp"

#include "common/core/log.hpp"

#include <algorithm>
#include <exception>

namespace liuhen::vault {

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds kIdle = std::chrono::seconds(5);
constexpr nanoseconds kLook = std::chrono::milliseconds(250);
/// A piece is read after so long even if bytes never cease to come in.
constexpr nanoseconds kGiveWay = std::chrono::seconds(10);
constexpr std::int64_t kPassPauseUs = std::int64_t{7} * 24 * 3600 * 1'000'000;
/// Reading rests at least so many times as long as it took.
constexpr int kRest = 3;

/// How long `bytes` may take at a rate.
nanoseconds spanOf(std::uint64_t bytes, std::uint64_t bytesPerSecond) {
    const double seconds = static_cast<double>(bytes) / static_cast<double>(bytesPerSecond);
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

Housekeeping::Housekeeping(Vault& vault, const HousekeepingLimits& limits)
    : vault_(vault), limits_(limits), thread_([this] {
          try {
              run();
          } catch (const std::exception& error) {
              core::log(core::LogLevel::Error, "vault", error.what());
              std::terminate();
          }
      }) {}

Housekeeping::~Housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

bool Housekeeping::wait(nanoseconds span) {
    std::unique_lock lock(mutex_);
    return !woken_.wait_for(lock, std::max(span, nanoseconds(0)), [this] { return stopping_; });
}

void Housekeeping::run() {
    while (wait(nanoseconds(0)) && !vault_.broken()) {
        if (!copy() && !scrub() && !wait(kIdle)) {
            return;
        }
    }
}

bool Housekeeping::copy() {
    auto begun = steady_clock::now();
    const auto more = vault_.catchUp([&](std::uint64_t bytes) {
        const auto took = steady_clock::now() - begun;
        const bool goesOn = wait(spanOf(bytes, limits_.copyBytesPerSecond) - took);
        begun = steady_clock::now();
        return goesOn;
    });
    return more.value_or(false);  // the vault tells what is wrong with its second copy
}

bool Housekeeping::giveWay() {
    for (auto waited = nanoseconds(0); waited < kGiveWay && vault_.isBusy(); waited += kLook) {
        if (!wait(kLook)) {
            return false;
        }
    }
    return true;
}

bool Housekeeping::scrubIsDue() {
    if (limits_.scrubBytesPerSecond == 0) {
        return false;
    }
    const Scrubbed state = vault_.scrubbed();
    const std::int64_t now = core::SystemClock().utc().count();
    return state.readBytes > 0 || !state.finishedUs || now - *state.finishedUs >= kPassPauseUs;
}

bool Housekeeping::scrub() {
    if (!scrubIsDue() || !giveWay()) {
        return false;
    }
    auto begun = steady_clock::now();
    const auto more = vault_.scrub([&](std::uint64_t bytes) {
        const auto took = steady_clock::now() - begun;
        const nanoseconds rest =
            std::max<nanoseconds>(spanOf(bytes, limits_.scrubBytesPerSecond) - took, kRest * took);
        const bool goesOn = wait(rest) && giveWay();
        begun = steady_clock::now();
        return goesOn;
    });
    const std::string trouble = more ? std::string() : more.error().message;
    if (trouble != told_ && !trouble.empty()) {
        core::log(core::LogLevel::Warning, "vault", "read the copies: " + trouble);
    }
    told_ = trouble;
    return more.value_or(false);
}

}  // namespace liuhen::vault
