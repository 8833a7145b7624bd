// SPDX-License-Identifier: Apache-2.0
// The segments' way into the vault.
#include "dock/ingest/footage_intake.hpp"

#include "common/evidence/bodies.hpp"

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kBatch = 4096;
/// A file may go on behind what its entries tell of: a part whose entry was lost with the power.
constexpr std::uint64_t kTailBytes = evidence::kMaxPartBytes + evidence::kMaxInitBytes;

vault::Place placeOf(const std::string& device, const SegmentPlace& segment) {
    vault::Place place;
    place.device = device;
    place.generation = segment.generation;
    place.type = vault::ObjectType::Segment;
    place.recording = segment.recording;
    place.segment = segment.segment;
    return place;
}

}  // namespace

Result<Flow> FootageIntake::run(const std::vector<std::uint64_t>& generations) {
    for (const std::uint64_t generation : generations) {
        LIUHEN_TRY(const Flow missing, takeMissing(generation));
        if (missing == Flow::End) {
            return missing;
        }
        LIUHEN_TRY(const Flow entered, takeNotEntered(generation));
        if (entered == Flow::End) {
            return entered;
        }
    }
    return Flow::GoOn;
}

Result<Flow> FootageIntake::takeMissing(std::uint64_t generation) {
    std::optional<std::uint64_t> after;
    do {
        LIUHEN_TRY(vault::Client * vault, session_.feed.client());
        LIUHEN_TRY(const vault::Held held, vault->held(session_.device(), generation, after));
        std::vector<Wanted> batch;
        for (const vault::SegmentName& name : held.missing) {
            LIUHEN_TRY(auto row,
                       session_.catalogue.segment(
                           session_.device(), generation, name.recording, name.segment));
            want(batch, {generation, name.recording, name.segment}, std::move(row));
        }
        LIUHEN_TRY(const Flow flow, takeAll(batch));
        if (flow == Flow::End) {
            return flow;
        }
        after = held.more;
    } while (after);
    return Flow::GoOn;
}

Result<Flow> FootageIntake::takeNotEntered(std::uint64_t generation) {
    std::optional<Name> after;
    for (;;) {
        LIUHEN_TRY(
            const auto rows,
            session_.catalogue.segmentsWithoutObject(session_.device(), generation, kBatch, after));
        std::vector<Wanted> batch;
        for (const catalogue::SegmentRow& row : rows) {
            want(batch, {generation, row.recording, row.segment}, row);
            after = Name{row.recording, row.segment};
        }
        LIUHEN_TRY(const Flow flow, takeAll(batch));
        if (flow == Flow::End || rows.size() < kBatch) {
            return flow;
        }
    }
}

void FootageIntake::want(std::vector<Wanted>& batch,
                         const SegmentPlace& place,
                         std::optional<catalogue::SegmentRow> row) {
    if (tried_.insert({place.generation, {place.recording, place.segment}}).second) {
        total_ += row ? row->sizeBytes : 0;
        batch.push_back(Wanted{place, std::move(row)});
    }
}

Result<Flow> FootageIntake::takeAll(const std::vector<Wanted>& batch) {
    session_.progress.setTotal(total_);
    for (const Wanted& wanted : batch) {
        auto flow = take(wanted);
        if (!flow) {
            // What was fetched before may still get its receipt.
            static_cast<void>(finishCommit());
        }
        if (!flow || *flow == Flow::End) {
            return flow;
        }
    }
    return finishCommit();
}

Result<Flow> FootageIntake::take(const Wanted& wanted) {
    vault::Offer offer;
    offer.place = placeOf(session_.device(), wanted.place);
    auto head = session_.link.segmentHead(wanted.place);
    if (!head && head.error().kind == ErrorKind::NotFound) {
        LIUHEN_CHECK(noteAbsent(wanted, offer.place));
        return Flow::GoOn;
    }
    if (!head) {
        return tl::make_unexpected(std::move(head).error());
    }
    const std::uint64_t most =
        wanted.row ? wanted.row->sizeBytes + kTailBytes : evidence::kMaxSegmentBytes;
    if (head->sizeBytes > most) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("fetch {}: the recorder has {} bytes, its entries tell of {}",
                                vault::describe(offer.place),
                                head->sizeBytes,
                                most));
    }
    offer.sizeBytes = head->sizeBytes;
    if (wanted.row) {
        offer.entry = wanted.row->entry;
    }
    return fetch(wanted, std::move(offer), *std::move(head));
}

Result<Flow> FootageIntake::fetch(const Wanted& wanted, vault::Offer offer, SegmentHead head) {
    ByteSource source = [this, place = wanted.place, head = std::move(head)](
                            std::uint64_t from, const net::Sink& sink) {
        net::FetchPlan plan;
        plan.attempts = patience_.attempts;
        plan.firstPause = patience_.firstPause;
        plan.longestPause = patience_.longestPause;
        net::FetchSeams seams;
        seams.pause = [this](std::chrono::milliseconds span) { return session_.stop.wait(span); };
        seams.clock = &clock_;
        return session_.link.fetchSegment(place, head, from, plan, seams, sink);
    };
    LIUHEN_TRY(const auto settled, session_.feed.upload(offer, source, true));
    LIUHEN_TRY(const Flow before, finishCommit());
    if (before == Flow::End) {
        return before;
    }
    if (settled) {
        return conclude(offer, *settled);
    }
    session_.feed.startCommit();
    committing_ = Committing{std::move(offer), std::move(source)};
    return Flow::GoOn;
}

Result<Flow> FootageIntake::finishCommit() {
    if (!committing_) {
        return Flow::GoOn;
    }
    const Committing done = *std::exchange(committing_, std::nullopt);
    LIUHEN_TRY(const Taken taken, session_.feed.finish(done.offer, done.source));
    return conclude(done.offer, taken);
}

Result<Flow> FootageIntake::conclude(const vault::Offer& offer, const Taken& taken) {
    return session_.conclude(offer, taken, [this](const catalogue::LoggedObject& object) {
        return session_.catalogue.project(std::span(&object, 1));
    });
}

Result<void> FootageIntake::noteAbsent(const Wanted& wanted, const vault::Place& place) {
    if (wanted.row && wanted.row->parts == wanted.row->partsLost) {
        return {};  // no part of it was ever written
    }
    ObjectOutcome object;
    object.place = place;
    object.state = ObjectState::Absent;
    object.reason = "the recorder has no such file; what its entries tell of it is missing";
    session_.outcome.add(std::move(object));
    return {};
}

}  // namespace liuhen::ingest
