// SPDX-License-Identifier: Apache-2.0
// Offers, bytes and commits, with the pauses between attempts.
#include "dock/ingest/vault_feed.hpp"

#include "common/core/clock.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace liuhen::ingest {

using core::Error;
using core::ErrorKind;
using core::fail;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kKnock{100};  // between two looks for the vault's socket
constexpr milliseconds kPatience = std::chrono::minutes(10);  // for the vault's answer

bool closesConnection(ErrorKind kind) {
    return kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded ||
           kind == ErrorKind::DataLoss;
}

/// Errors after which offering once more may help.
bool mayPass(ErrorKind kind) {
    return closesConnection(kind) || kind == ErrorKind::NotFound ||
           kind == ErrorKind::FailedPrecondition;
}

Taken notTaken(vault::State state, std::string verdict, std::string reason) {
    Taken taken;
    taken.state = state;
    taken.verdict = std::move(verdict);
    taken.reason = std::move(reason);
    return taken;
}

}  // namespace

Result<vault::Client*> VaultFeed::client() {
    if (!client_ && spare_) {
        client_ = std::exchange(spare_, std::nullopt);
    }
    if (client_) {
        return &*client_;
    }
    const core::SystemClock clock;
    const auto began = clock.boottime();
    for (;;) {
        auto connected =
            vault::Client::connect(settings_.socket, kPatience, [this] { return stop_.asked(); });
        if (connected) {
            client_.emplace(*std::move(connected));
            return &*client_;
        }
        if (clock.boottime() - began >= settings_.patience.vaultWait) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("reach the vault: {}; is liuhen-vault running?",
                                    connected.error().message));
        }
        progress_.enter(Phase::Paused, "waits for the vault");
        if (!stop_.wait(kKnock)) {
            return fail(ErrorKind::Unavailable, "reach the vault: stopped");
        }
    }
}

Result<Taken> VaultFeed::receipted(core::Buffer message) const {
    auto receipt = evidence::Receipt::verify(message, settings_.root);
    if (!receipt) {
        return core::failWith(receipt.error(), "check the vault's receipt");
    }
    LIUHEN_TRY(const auto leaf, evidence::ObjectLeaf::decode(receipt->leaf));
    Taken taken;
    taken.state = vault::State::Receipted;
    taken.message = std::move(message);
    taken.receipt = *std::move(receipt);
    taken.verdict = leaf.verdict;
    return taken;
}

void VaultFeed::count(Attempt& attempt, std::uint64_t reached, bool fresh, bool counted) {
    attempt.reached = reached;
    if (counted && reached > countedTo_) {
        progress_.add(reached - countedTo_, fresh);
        countedTo_ = reached;
    }
}

void VaultFeed::noteVaultError(Attempt& attempt, const Error& error) {
    attempt.vaultError = error;
    if (closesConnection(error.kind)) {
        client_.reset();
    }
}

Result<VaultFeed::Attempt> VaultFeed::attempt(const vault::Offer& offer,
                                              const ByteSource& source,
                                              bool counted) {
    Attempt attempt;
    LIUHEN_TRY(vault::Client * vault, client());
    auto answer = vault->offer(offer);
    if (!answer) {
        noteVaultError(attempt, answer.error());
    } else if (answer->state == vault::State::Receipted) {
        count(attempt, offer.sizeBytes, false, counted);
        LIUHEN_TRY(attempt.taken, receipted(std::move(answer->receipt)));
    } else if (answer->state != vault::State::Receiving) {
        attempt.taken = notTaken(answer->state, answer->verdict, answer->reason);
    } else {
        count(attempt, answer->offset, false, counted);
        if (answer->offset < offer.sizeBytes) {
            LIUHEN_CHECK(stream(offer, source, *answer, counted, attempt));
        }
        attempt.upload = answer->upload;
    }
    return attempt;
}

Result<void> VaultFeed::stream(const vault::Offer& offer,
                               const ByteSource& source,
                               const vault::OfferAnswer& answer,
                               bool counted,
                               Attempt& attempt) {
    std::uint64_t offset = answer.offset;
    const auto sent = [&](Result<void> done) {
        if (!done) {
            attempt.vaultError = done.error();
        }
        return done;
    };
    const net::Sink sink = [&](core::ByteView bytes) -> Result<void> {
        if (stop_.asked()) {
            return fail(ErrorKind::Unavailable, "hand bytes to the vault: stopped");
        }
        LIUHEN_CHECK(sent(client_->sendBytes(bytes)));
        offset += bytes.size();
        count(attempt, offset, true, counted);
        return {};
    };
    Result<void> fed = sent(client_->beginBytes(answer.upload, offset, offer.sizeBytes - offset));
    if (fed) {
        fed = source(offset, sink);
    }
    if (fed && offset == offer.sizeBytes) {
        const auto end = client_->endBytes();
        if (!end) {
            noteVaultError(attempt, end.error());
        }
        return {};
    }
    // The vault waits for the rest: only a new connection can ask it for anything.
    client_.reset();
    if (attempt.vaultError) {
        return {};
    }
    return fed ? Result<void>(fail(ErrorKind::DataLoss,
                                   fmt::format("hand over {}: {} bytes came, {} were promised",
                                               vault::describe(offer.place),
                                               offset,
                                               offer.sizeBytes)))
               : fed;
}

Result<void> VaultFeed::settle(Result<vault::CommitAnswer> commit, Attempt& attempt) {
    attempt.upload.clear();
    if (!commit) {
        noteVaultError(attempt, commit.error());
    } else if (commit->state == vault::State::Receipted) {
        LIUHEN_TRY(attempt.taken, receipted(std::move(commit->receipt)));
    } else if (commit->resend) {
        attempt.vaultError = Error{ErrorKind::FailedPrecondition, commit->reason};
    } else {
        attempt.taken = notTaken(commit->state, commit->verdict, commit->reason);
    }
    return {};
}

Result<VaultFeed::Attempt> VaultFeed::persist(const vault::Offer& offer,
                                              const ByteSource& source,
                                              bool counted,
                                              bool committed) {
    countedTo_ = 0;
    waitedForRoom_ = {};
    std::uint64_t reached = 0;
    milliseconds pause = settings_.patience.firstPause;
    const Phase phase = progress_.snapshot().phase;
    for (unsigned poor = 0;;) {
        LIUHEN_TRY(Attempt tried, attempt(offer, source, counted));
        progress_.enter(phase);
        if (!tried.taken && !tried.vaultError && committed) {
            LIUHEN_CHECK(settle(client_->commit(tried.upload), tried));
        }
        if (!tried.vaultError) {
            return tried;
        }
        const Error& error = *tried.vaultError;
        if (error.kind == ErrorKind::ResourceExhausted) {
            LIUHEN_CHECK(waitForRoom(error));
            continue;
        }
        if (tried.reached > reached) {
            reached = tried.reached;
            poor = 0;
            pause = settings_.patience.firstPause;
        }
        if (!mayPass(error.kind) || ++poor >= settings_.patience.attempts) {
            return core::failWith(error, "hand over " + vault::describe(offer.place));
        }
        if (!stop_.wait(pause)) {
            return fail(ErrorKind::Unavailable, "hand bytes to the vault: stopped");
        }
        pause = std::min(pause * 2, settings_.patience.longestPause);
    }
}

Result<Taken> VaultFeed::take(const vault::Offer& offer, const ByteSource& source, bool counted) {
    LIUHEN_TRY(Attempt done, persist(offer, source, counted, true));
    return *std::move(done.taken);
}

Result<std::optional<Taken>> VaultFeed::upload(const vault::Offer& offer,
                                               const ByteSource& source,
                                               bool counted) {
    LIUHEN_TRY(Attempt done, persist(offer, source, counted, false));
    uploaded_ = std::move(done.upload);
    return std::move(done.taken);
}

void VaultFeed::startCommit() {
    if (client_ && client_->beginCommit(uploaded_)) {
        committing_ = std::exchange(client_, std::nullopt);
    }
    // Else finish() finds nothing under way and begins anew.
}

Result<Taken> VaultFeed::finish(const vault::Offer& offer, const ByteSource& source) {
    if (committing_) {
        Attempt attempt;
        LIUHEN_CHECK(settle(committing_->endCommit(), attempt));
        // noteVaultError() gives up client_; here it is the other one that may be of no more use.
        if (attempt.taken) {
            spare_ = std::exchange(committing_, std::nullopt);
            return *std::move(attempt.taken);
        }
        committing_.reset();
    }
    return take(offer, source, false);
}

Result<void> VaultFeed::waitForRoom(const Error& error) {
    const milliseconds span = settings_.patience.longestPause;
    const auto& limit = settings_.patience.roomWait;
    if (limit && waitedForRoom_ >= *limit) {
        return tl::make_unexpected(error);
    }
    progress_.enter(Phase::Paused, "the vault's disk is full: " + error.message);
    if (!stop_.wait(span)) {
        return fail(ErrorKind::Unavailable, "wait for room in the vault: stopped");
    }
    waitedForRoom_ += span;
    return {};
}

Result<std::optional<Taken>> VaultFeed::find(const vault::Offer& offer) {
    LIUHEN_TRY(vault::Client * vault, client());
    auto answer = vault->offer(offer);
    if (!answer) {
        if (closesConnection(answer.error().kind)) {
            client_.reset();
        }
        return tl::make_unexpected(std::move(answer).error());
    }
    if (answer->state != vault::State::Receipted) {
        return std::optional<Taken>();
    }
    LIUHEN_TRY(Taken taken, receipted(std::move(answer->receipt)));
    return std::optional<Taken>(std::move(taken));
}

}  // namespace liuhen::ingest
