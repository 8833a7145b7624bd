// SPDX-License-Identifier: Apache-2.0
// The ledger's way into the vault.
#include "dock/ingest/ledger_intake.hpp"

#include "common/core/log.hpp"
#include "common/evidence/bodies.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;
using core::fail;
using evidence::Entry;

namespace {

/// Kinds that come by themselves, or from docking itself.
constexpr std::array<std::string_view, 10> kQuietKinds = {"checkpoint",
                                                          "clock",
                                                          "receipt",
                                                          "release",
                                                          "heartbeat",
                                                          "epoch",
                                                          "fork",
                                                          "selfcheck",
                                                          "boot",
                                                          "assignment"};

bool isQuiet(std::string_view kind) {
    return std::find(kQuietKinds.begin(), kQuietKinds.end(), kind) != kQuietKinds.end();
}

}  // namespace

Result<LedgerIntake::Join> LedgerIntake::findJoin() {
    LIUHEN_TRY(vault::Client * vault, session_.feed.client());
    LIUHEN_TRY(const vault::Held held, vault->held(session_.device(), generation_));
    LIUHEN_TRY(const auto known, session_.catalogue.lastChapter(session_.device(), generation_));
    const std::uint64_t entered = known ? known->seq + 1 : 0;
    if (entered >= held.next) {
        return Join{held.next, held.last};
    }
    // The catalogue missed chapters, as after a crash: they are offered again and entered then.
    return Join{entered, known ? std::optional(known->entry) : std::nullopt};
}

Result<Flow> LedgerIntake::run() {
    LIUHEN_TRY(const Join join, findJoin());
    bool joined = true;
    LIUHEN_TRY(const Flow flow, pass(join, joined));
    if (joined || flow == Flow::End) {
        return flow;
    }
    // The recorder tells another story than what is stored, or less: all it has is offered, and the
    // vault finds where the two part.
    core::log(core::LogLevel::Warning,
              "ingest",
              fmt::format("{}: generation {} does not go on at {}; its whole ledger is compared",
                          session_.device(),
                          generation_,
                          join.next));
    return pass(Join{}, joined);
}

Result<Flow> LedgerIntake::pass(const Join& join, bool& joined) {
    LIUHEN_CHECK(spool_.clear());
    first_.reset();
    next_ = join.next;
    bool begun = false;
    for (;;) {
        const std::uint64_t from = begun || join.next == 0 ? next_ : join.next - 1;
        LIUHEN_TRY(const core::Buffer answer, session_.link.ledger(generation_, from));
        if (answer.empty()) {
            joined = begun || join.next == 0;
            return Flow::GoOn;
        }
        received_ += answer.size();
        if (received_ > kMaxLedgerBytes) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("read the ledger of generation {}: more than {} bytes",
                                    generation_,
                                    kMaxLedgerBytes));
        }
        core::ByteView bytes(answer);
        if (!begun) {
            if (!goesOn(join, bytes)) {
                joined = false;
                return Flow::GoOn;
            }
            begun = true;
            if (bytes.empty()) {
                continue;
            }
        }
        LIUHEN_TRY(const Flow flow, takeEntries(bytes));
        if (flow == Flow::End || ended_) {
            return flow;
        }
    }
}

bool LedgerIntake::goesOn(const Join& join, core::ByteView& bytes) {
    if (join.next == 0) {
        return true;
    }
    const evidence::Frame frame = evidence::frameEntry(bytes);
    if (frame.framing != evidence::Framing::Whole) {
        return false;
    }
    const auto entry = evidence::parseEntry(bytes.first(frame.sizeBytes));
    if (!entry) {
        return false;
    }
    if (entry->seq + 1 == join.next && join.last == entry->hash) {
        bytes = bytes.subspan(frame.sizeBytes);
        return true;
    }
    return entry->seq == join.next && join.last == entry->previous;
}

Result<Flow> LedgerIntake::takeEntries(core::ByteView bytes) {
    while (!bytes.empty()) {
        const evidence::Frame frame = evidence::frameEntry(bytes);
        const core::ByteView whole = bytes.first(frame.sizeBytes);
        auto entry = frame.framing == evidence::Framing::Whole
                         ? evidence::parseEntry(whole)
                         : Result<Entry>(fail(ErrorKind::DataLoss, "the bytes are no entry"));
        // Before the first entry any seq will do: what came earlier may have been released.
        const bool due = entry && (entry->seq == next_ || (!first_ && next_ == 0));
        if (!due) {
            // The vault keeps what came, with the reason why it is no evidence.
            first_ = first_.value_or(next_);
            LIUHEN_CHECK(spool_.append(bytes));
            LIUHEN_TRY(const Flow flow, closeChapter(std::nullopt));
            ended_ = true;  // nothing after it can be cut
            return flow;
        }
        LIUHEN_CHECK(lookAtGenesis(*entry));
        first_ = first_.value_or(entry->seq);
        next_ = entry->seq + 1;
        LIUHEN_CHECK(spool_.append(whole));
        bytes = bytes.subspan(whole.size());
        if (entry->kind == "docking") {
            tailMatters_ = false;
            LIUHEN_TRY(const Flow flow, closeChapter(entry->hash));
            if (flow == Flow::End || ended_) {
                return flow;
            }
        } else if (!isQuiet(entry->kind)) {
            tailMatters_ = true;
        }
    }
    return Flow::GoOn;
}

Result<Flow> LedgerIntake::closeChapter(const std::optional<core::Digest>& docking) {
    vault::Offer offer;
    offer.place.device = session_.device();
    offer.place.generation = generation_;
    offer.place.type = vault::ObjectType::Chapter;
    offer.place.first = *first_;
    offer.sizeBytes = spool_.size();
    offer.entry = docking;
    const ByteSource source = [this](std::uint64_t from, const net::Sink& sink) {
        return spool_.pump(from, sink);
    };
    LIUHEN_TRY(const Taken taken, session_.feed.take(offer, source, false));
    const auto project = [this](const catalogue::LoggedObject& object) {
        Spool::Reader reader(spool_);
        return session_.catalogue.project([&reader] { return reader.next(); }, object);
    };
    LIUHEN_TRY(const Flow flow, session_.conclude(offer, taken, project));
    LIUHEN_CHECK(spool_.clear());
    first_.reset();
    ended_ = taken.state != vault::State::Receipted;
    return flow;
}

Result<void> LedgerIntake::lookAtGenesis(const Entry& genesis) {
    if (genesis.kind != "genesis" || genesis.seq != 0 || generation_ == 0) {
        return {};
    }
    const auto body = evidence::GenesisBody::fromCbor(genesis.body, false);
    if (!body || !body->docking || body->docking->generation >= generation_) {
        return {};  // whether that is well is the vault's to judge
    }
    return session_.deliverFormer(*body->docking);
}

}  // namespace liuhen::ingest
