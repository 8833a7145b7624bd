// SPDX-License-Identifier: Apache-2.0
// From the vault's answer to the recorder's acknowledgement.
#include "dock/ingest/session.hpp"

#include "common/core/log.hpp"

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;

namespace {

constexpr std::size_t kBatch = 256;
constexpr std::uint64_t kBothCopies = 2;

/// The vault's receipt must be for what was offered, or its answers got mixed up.
bool fits(const evidence::Receipt& receipt, const vault::Place& place) {
    const bool chapter = place.type == vault::ObjectType::Chapter;
    return receipt.device == place.device && receipt.generation == place.generation &&
           receipt.type == vault::name(place.type) &&
           (chapter || (receipt.recording == place.recording && receipt.segment == place.segment));
}

vault::Offer offerOf(const std::string& device, const catalogue::StoredObject& stored) {
    vault::Offer offer;
    offer.place.device = device;
    offer.place.generation = stored.generation;
    offer.place.type = stored.first ? vault::ObjectType::Chapter : vault::ObjectType::Segment;
    offer.place.first = stored.first.value_or(0);
    offer.place.recording = stored.recording.value_or(0);
    offer.place.segment = stored.segment.value_or(0);
    offer.sizeBytes = stored.sizeBytes;
    offer.entry = stored.entry;
    return offer;
}

ObjectState stateOf(vault::State state) {
    switch (state) {
        case vault::State::Receipted:
            return ObjectState::Receipted;
        case vault::State::Forked:
            return ObjectState::Forked;
        case vault::State::Quarantined:
            return ObjectState::Quarantined;
        case vault::State::Again:
            return ObjectState::Waiting;
        default:
            return ObjectState::Received;
    }
}

}  // namespace

Result<bool> Session::give(core::ByteView receipt) {
    const auto given = link.giveReceipt(receipt);
    if (given) {
        return true;
    }
    const ErrorKind kind = given.error().kind;
    if (kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded) {
        return tl::make_unexpected(given.error());
    }
    core::log(core::LogLevel::Warning,
              "ingest",
              fmt::format("{}: refused a receipt: {}", device(), given.error().message));
    return false;
}

Result<bool> Session::deliver(const Taken& taken) {
    LIUHEN_TRY(const bool given, give(taken.message));
    if (given) {
        LIUHEN_CHECK(catalogue.noteDelivered(taken.receipt->object, taken.receipt->copies));
    }
    return given;
}

Result<void> Session::deliverFormer(const evidence::Head& docking) {
    LIUHEN_TRY(vault::Client * vault, feed.client());
    LIUHEN_TRY(const vault::Held held, vault->held(device(), docking.generation));
    if (held.last != docking.hash || held.receipt.empty()) {
        return {};
    }
    LIUHEN_TRY(const bool given, give(held.receipt));
    if (given) {
        core::log(
            core::LogLevel::Info,
            "ingest",
            fmt::format(
                "{}: has the receipt for the end of generation {}", device(), docking.generation));
    }
    return {};
}

Result<Flow> Session::conclude(
    const vault::Offer& offer,
    const Taken& taken,
    const std::function<Result<void>(const catalogue::LoggedObject&)>& project) {
    ObjectOutcome object;
    object.place = offer.place;
    object.sizeBytes = offer.sizeBytes;
    object.state = stateOf(taken.state);
    object.verdict = taken.verdict;
    object.reason = taken.reason;
    if (taken.receipt) {
        if (!fits(*taken.receipt, offer.place)) {
            return core::fail(
                ErrorKind::Internal,
                "check the vault's receipt: it is not for " + vault::describe(offer.place));
        }
        object.object = core::toHex(taken.receipt->object);
        LIUHEN_TRY(auto leaf, evidence::ObjectLeaf::decode(taken.receipt->leaf));
        LIUHEN_CHECK(project(catalogue::LoggedObject{taken.receipt->index, std::move(leaf)}));
        const auto given = deliver(taken);
        if (!given) {
            outcome.add(std::move(object));
            return tl::make_unexpected(given.error());
        }
        object.delivered = *given;
        if (!object.delivered) {
            object.reason = "the recorder refused the receipt";
        }
    } else {
        core::log(
            object.state == ObjectState::Waiting ? core::LogLevel::Warning : core::LogLevel::Error,
            "ingest",
            fmt::format(
                "{}: {}: {}", vault::describe(offer.place), name(object.state), object.reason));
    }
    const Flow flow = taken.state == vault::State::Forked ? Flow::End : Flow::GoOn;
    outcome.add(std::move(object));
    return flow;
}

Result<void> Session::deliverEarlier() {
    std::optional<std::uint64_t> after;
    for (;;) {
        LIUHEN_TRY(const auto rows, catalogue.undelivered(device(), kBatch, after));
        for (const catalogue::StoredObject& row : rows) {
            after = row.leaf;
            LIUHEN_TRY(const auto taken, feed.find(offerOf(device(), row)));
            if (!taken) {
                continue;
            }
            LIUHEN_TRY(const bool given, deliver(*taken));
            if (given) {
                outcome.earlierReceipts.push_back(core::toHex(row.object));
            }
        }
        if (rows.size() < kBatch) {
            return {};
        }
    }
}

Result<void> Session::deliverSecond(const std::vector<std::uint64_t>& generations) {
    LIUHEN_TRY(vault::Client * vault, feed.client());
    LIUHEN_TRY(const vault::Hello hello, vault->hello());
    if (!hello.twoCopies) {
        return {};
    }
    for (const std::uint64_t generation : generations) {
        const auto done = deliverSecondOf(generation);
        if (done) {
            continue;
        }
        const ErrorKind kind = done.error().kind;
        if (kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded) {
            return done;
        }
        core::log(
            core::LogLevel::Warning,
            "ingest",
            fmt::format("{}: receipts of two copies wait: {}", device(), done.error().message));
    }
    return {};
}

Result<void> Session::deliverSecondOf(std::uint64_t generation) {
    std::optional<std::uint64_t> after;
    for (;;) {
        LIUHEN_TRY(const auto rows, catalogue.singleCopies(device(), generation, kBatch, after));
        for (const catalogue::StoredObject& row : rows) {
            after = row.leaf;
            LIUHEN_TRY(const auto taken, feed.find(offerOf(device(), row)));
            if (!taken || taken->receipt->copies < kBothCopies) {
                continue;  // the vault has not copied it yet
            }
            LIUHEN_TRY(const bool given, deliver(*taken));
            outcome.secondReceipts += given ? 1 : 0;
        }
        if (rows.size() < kBatch) {
            return {};
        }
    }
}

}  // namespace liuhen::ingest
