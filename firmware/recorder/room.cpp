// SPDX-License-Identifier: Apache-2.0
// The card: how much room there is, whether it answers, and what is said of both.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::Nanoseconds;
using storage::StorageEvent;

namespace {

constexpr Nanoseconds kRoomEvery = std::chrono::seconds(1);

}  // namespace

/// Nothing without the ledger's card: an empty mount point has room of another medium.
std::optional<std::uint64_t> Recorder::freeOnCard() {
    const std::string ledger = core::joinPath(core::joinPath(config_.cardFolder, "ledger"),
                                              fmt::format("{}", ledger_.head().generation));
    if (!files_->exists(ledger)) {
        return std::nullopt;
    }
    const auto free = files_->freeBytes(config_.cardFolder);
    return free ? std::optional(*free) : std::nullopt;
}

std::optional<std::chrono::seconds> Recorder::remaining() {
    const auto free = freeOnCard();
    return free ? room_.remaining(*free, reserve_.isThere()) : std::nullopt;
}

/// An entry for each way down to another level; the way up is told to the listener alone.
void Recorder::noteRoom() {
    const Nanoseconds now = clock_->boottime();
    if (now < roomDue_) {
        return;
    }
    roomDue_ = now + kRoomEvery;
    const auto free = freeOnCard();
    const StorageEvent before = room_.level();
    const auto event = free ? room_.update(*free, reserve_.isThere()) : std::nullopt;
    if (!event) {
        return;
    }
    if (*event == StorageEvent::Full || before == StorageEvent::Back) {
        Cbor measurements = Cbor::map({{"free_bytes", *free}});
        if (const auto left = room_.remaining(*free, reserve_.isThere())) {
            measurements.set("remaining_s", left->count());
        }
        ledger_.append(
            "fault",
            Cbor::map({{"what", *event == StorageEvent::Full ? "storage_full" : "storage_low"},
                       {"measurements", std::move(measurements)}}));
    }
    if (config_.onStorage) {
        config_.onStorage(*event);
    }
}

void Recorder::takeCardPulled() {
    if (!closed_ && !std::exchange(cardNoted_, true)) {
        ledger_.append(
            "fault",
            Cbor::map({{"what", "card"}, {"measurements", Cbor::map({{"error", "pulled"}})}}));
    }
}

/// A full card is told by noteRoom().
void Recorder::noteCard() {
    const auto& trouble = ledger_.trouble();
    const bool refuses = trouble && trouble->kind != core::ErrorKind::ResourceExhausted;
    if (refuses && !cardNoted_) {
        ledger_.append(
            "fault",
            Cbor::map({{"what", "card"},
                       {"measurements", Cbor::map({{"error", core::name(trouble->kind)}})}}));
    }
    cardNoted_ = refuses;
}

}  // namespace liuhen::recorder
