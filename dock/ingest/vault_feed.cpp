// SPDX-License-Identifier: Apache-2.0
// Offers, bytes and commits, with the pauses between attempts.
#include "dock/ingest/vault_feed.hpp"

#include "common/core/clock.hpp"

#include <algorithm>

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

Result<VaultFeed::Attempt> VaultFeed::attempt(const vault::Offer& offer,
                                              const ByteSource& source,
                                              bool counted) {
    Attempt attempt;
    const auto fromVault = [&](const Error& error) {
        attempt.vaultError = error;
        if (closesConnection(error.kind)) {
            client_.reset();
        }
        return attempt;
    };
    const auto count = [&](std::uint64_t reached, bool fresh) {
        attempt.reached = reached;
        if (counted && reached > countedTo_) {
            progress_.add(reached - countedTo_, fresh);
            countedTo_ = reached;
        }
    };
    LIUHEN_TRY(vault::Client * vault, client());
    auto answer = vault->offer(offer);
    if (!answer) {
        return fromVault(answer.error());
    }
    if (answer->state == vault::State::Receipted) {
        count(offer.sizeBytes, false);
        LIUHEN_TRY(attempt.taken, receipted(std::move(answer->receipt)));
        return attempt;
    }
    if (answer->state != vault::State::Receiving) {
        attempt.taken = notTaken(answer->state, answer->verdict, answer->reason);
        return attempt;
    }
    std::uint64_t offset = answer->offset;
    count(offset, false);
    if (offset < offer.sizeBytes) {
        const net::Sink sink = [&](core::ByteView bytes) -> Result<void> {
            if (stop_.asked()) {
                return fail(ErrorKind::Unavailable, "hand bytes to the vault: stopped");
            }
            auto reached = vault->bytes(answer->upload, offset, bytes, false);
            if (!reached) {
                attempt.vaultError = reached.error();
                return tl::make_unexpected(reached.error());
            }
            offset = *reached;
            count(offset, true);
            return {};
        };
        auto fed = source(offset, sink);
        if (attempt.vaultError) {
            return fromVault(Error(*attempt.vaultError));
        }
        if (!fed) {
            return tl::make_unexpected(std::move(fed).error());
        }
    }
    auto commit = vault->commit(answer->upload);
    if (!commit) {
        return fromVault(commit.error());
    }
    if (commit->state == vault::State::Receipted) {
        LIUHEN_TRY(attempt.taken, receipted(std::move(commit->receipt)));
    } else if (commit->resend) {
        attempt.vaultError = Error{ErrorKind::FailedPrecondition, commit->reason};
    } else {
        attempt.taken = notTaken(commit->state, commit->verdict, commit->reason);
    }
    return attempt;
}

Result<Taken> VaultFeed::take(const vault::Offer& offer, const ByteSource& source, bool counted) {
    countedTo_ = 0;
    waitedForRoom_ = {};
    std::uint64_t reached = 0;
    milliseconds pause = settings_.patience.firstPause;
    const Phase phase = progress_.snapshot().phase;
    for (unsigned poor = 0;;) {
        LIUHEN_TRY(Attempt tried, attempt(offer, source, counted));
        progress_.enter(phase);
        if (tried.taken) {
            return *std::move(tried.taken);
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
