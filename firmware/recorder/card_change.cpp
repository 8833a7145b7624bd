// SPDX-License-Identifier: Apache-2.0
// Another card in the slot while the recorder runs (F12, docs/format/ledger.md section 4).
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"
#include "firmware/storage/chain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr Nanoseconds kCardRetry = std::chrono::seconds(1);
/// A sample's media time may be a little before its BOOTTIME.
constexpr Nanoseconds kSlack = std::chrono::milliseconds(100);
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void Recorder::takeCardReturned() {
    cardCame_ = !closed_;
    cardDue_ = {};
}

/// Looks at a card that was put in until it can be read: the one from before, another recorder's,
/// or one for a new generation.
void Recorder::keepCard() {
    const Nanoseconds now = clock_->boottime();
    if (!cardCame_ || now < cardDue_) {
        return;
    }
    cardDue_ = now + kCardRetry;
    const auto chain =
        storage::readChain(*files_, config_.cardFolder, keychain_->device(), ledger_.syncedHead());
    if (!chain && chain.error().kind == ErrorKind::FailedPrecondition) {
        cardCame_ = false;
        core::log(core::LogLevel::Error, "recorder", chain.error().message);
        ledger_.append("fault",
                       Cbor::map({{"what", "foreign_card"}, {"measurements", Cbor::map({})}}));
        return;
    }
    const bool same = chain && !chain->entries.empty() && chain->holdsKeystoreHead &&
                      chain->generation == ledger_.head().generation;
    if (same) {
        cardCame_ = false;
        if (session_ != nullptr) {
            session_->retryAt = {};
        }
        (void)ledger_.sync();  // told by trouble()
        return;
    }
    const auto changed = chain ? changeCard() : core::failWith(chain.error(), "read the card");
    cardCame_ = !changed.has_value();
    if (!changed) {
        core::log(core::LogLevel::Error, "recorder", "use this card: " + changed.error().message);
    }
}

Result<void> Recorder::changeCard() {
    // Nothing of a ledger that is already there is mended: none of its keys is ours now.
    evidence::KeystoreState stranger = keychain_->state();
    stranger.resumeKeys.clear();
    LIUHEN_TRY(const storage::CardStand stand,
               storage::recoverCard(*files_, config_.cardFolder, stranger));
    std::optional<evidence::NamesKey> names;
    Cbor described;
    if (!config_.recipients.empty()) {
        names = evidence::NamesKey::generate();
        LIUHEN_TRY(described, names->describe(config_.recipients));
    }
    std::unique_ptr<Session> session;
    if (session_ != nullptr) {
        LIUHEN_TRY(session, makeSession(0, session_->tracks));
    }
    const std::uint64_t before = ledger_.head().generation;
    LIUHEN_CHECK(ledger_.changeCard(stand.ledger, std::move(described)));
    core::log(core::LogLevel::Warning,
              "recorder",
              fmt::format("another card: generation {}", ledger_.head().generation));
    names_ = std::move(names);
    // What these know is of the card before.
    dirty_.clear();
    receipts_.reset();
    releaser_.forget();
    reserve_.forget();
    (void)reserve_.make();  // start() tells
    roomDue_ = {};
    cardNoted_ = false;
    if (session != nullptr) {
        carryOver(std::move(session), before);
    } else {
        ledger_.endLink();
    }
    (void)ledger_.sync();  // told by trouble()
    return {};
}

namespace {

/// Media time up to which nothing is carried over, in steps that every timescale has whole.
Nanoseconds shiftOf(Nanoseconds mediaTime) {
    constexpr Nanoseconds kStep = std::chrono::milliseconds(10);
    return std::max(Nanoseconds::zero(), mediaTime / kStep * kStep);
}

Nanoseconds beginOf(const PartSamples& samples, std::uint64_t soundScale) {
    const auto timeOf = [](const std::vector<media::Sample>& some, std::uint64_t scale) {
        return some.empty() || scale == 0
                   ? Nanoseconds::max()
                   : Nanoseconds(std::chrono::seconds(some.front().start / scale)) +
                         Nanoseconds(some.front().start % scale * kNsPerSecond / scale);
    };
    return std::min(timeOf(samples.picture, media::kPictureTimescale),
                    timeOf(samples.sound, soundScale));
}

/// A note's body for another recording.
Cbor withRecording(const Cbor& body, std::uint64_t start) {
    Cbor copy = Cbor::map({});
    for (const auto& [key, value] : *body.pairs()) {
        const bool names = key.text() != nullptr && *key.text() == "recording";
        copy.set(key, names ? Cbor(start) : value);
    }
    return copy;
}

void shift(std::vector<media::Sample>& samples, std::uint64_t ticks) {
    for (media::Sample& sample : samples) {
        sample.start -= std::min(sample.start, ticks);
    }
}

}  // namespace

/// The recording goes on as one of the new generation. What waited for the old card goes to the
/// new one, from the first key frame on; what cannot is told.
void Recorder::carryOver(std::unique_ptr<Session> session, std::uint64_t generation) {
    const std::unique_ptr<Session> old = std::exchange(session_, std::move(session));
    Session& now = *session_;
    Cbor body = startBody(old->manner, "card", clock_->boottime());
    body.set("continues", Cbor::map({{"generation", generation}, {"recording", old->start}}));
    now.start = ledger_.appendAsHead("start", std::move(body)).seq;
    now.manner = old->manner;
    now.tracks = old->tracks;
    now.early = std::move(old->early);
    now.earlySince = old->earlySince;
    now.paused = old->paused;
    now.waitsForKey = now.tracks.hasPicture();
    noteLost();
    if (now.paused) {
        queue(Note{"interruption", interruption(trackIds(), "pause", Cbor::map({}), "officer")});
    }
    const std::uint64_t soundScale = now.tracks.audio ? now.tracks.audio->sampleRate : 0;
    Nanoseconds by{};
    if (old->builder) {
        const auto first =
            std::find_if(old->outbox.begin(), old->outbox.end(), [](const Item& item) {
                const Part* part = std::get_if<Part>(&item);
                return part != nullptr && (part->startsWithKey || part->samples.picture.empty());
            });
        by =
            shiftOf(first != old->outbox.end()
                        ? beginOf(std::get<Part>(*first).samples, soundScale)
                        : old->builder->oldest().value_or(clock_->boottime()) - old->zero - kSlack);
        now.builder = std::move(old->builder);
        now.builder->shift(by);
        now.zero = old->zero + by;
    }
    if (old->ring) {
        // It joined footage that the other card has.
        Dropped ring{{}, "pre_event"};
        for (const Item& item : old->ring->queue) {
            const Part* part = std::get_if<Part>(&item);
            ring.length += part == nullptr ? Nanoseconds::zero() : lengthOf(*part, now.tracks);
        }
        if (ring.length > Nanoseconds::zero()) {
            queue(Item(ring));
        }
    }
    for (Item& item : old->outbox) {
        if (Part* part = std::get_if<Part>(&item)) {
            shift(part->samples.picture, PartBuilder::ticksIn(by, media::kPictureTimescale));
            shift(part->samples.sound, PartBuilder::ticksIn(by, soundScale));
        } else if (Note* note = std::get_if<Note>(&item)) {
            note->body = withRecording(note->body, now.start);
        }
        queue(std::move(item));
    }
}

}  // namespace liuhen::recorder
