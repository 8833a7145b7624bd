// SPDX-License-Identifier: Apache-2.0
// Shows the custody log's newest checkpoint to one witness and brings its cosignature to the vault.
#pragma once

#include "dock/ingest/incident_log.hpp"
#include "dock/ingest/vault_feed.hpp"
#include "dock/witness/answer.hpp"

#include <functional>
#include <string>

namespace liuhen::witnessing {

using core::Result;

/// Asks the witness once: the body of an add-checkpoint request, and its answer. Errors: it is
/// away.
using Ask = std::function<Result<Answer>(const std::string& body)>;

/// How an exchange ended.
enum class End {
    Published,  // the newest checkpoint carries its cosignature
    Cosigned,   // it cosigned, and the vault keeps that; the log has grown meanwhile
    Away,       // it does not answer
    Declined,   // it answers, and does not cosign
    Refused,    // alarm: it remembers a history that this log does not contain
    NoVault,    // the vault does not answer
};

struct Ended {
    End end = End::Away;
    std::uint64_t size = 0;  // of the tree that it cosigned
    std::string reason;      // why not
};

/// What is known of one witness between exchanges. Used by one thread.
class Exchange {
public:
    /// `name` is the dock's word for the witness. `feed` and `incidents` must outlive it.
    Exchange(std::string name, ingest::VaultFeed& feed, ingest::IncidentLog& incidents)
        : name_(std::move(name)), feed_(feed), incidents_(incidents) {}

    /// Shows the newest checkpoint, with a proof from what the witness remembers; asks again, a few
    /// times at most, where it remembers another size, and where the log grew meanwhile. A refusal
    /// that speaks of another history becomes an `incident` leaf `witness.refused` and is told
    /// loudly.
    [[nodiscard]] Ended run(const Ask& ask);

    /// What the witness is thought to remember; for who keeps it from run to run.
    [[nodiscard]] std::uint64_t remembered() const { return remembered_; }
    void setRemembered(std::uint64_t size) { remembered_ = size; }

    /// The request for the newest checkpoint, and what it shows. If the witness remembers more
    /// leaves than the log has, it proves nothing: the witness's own answer shall say so. Errors:
    /// of the vault.
    struct Request {
        std::string body;
        Shown shown;
    };
    [[nodiscard]] Result<Request> request();
    /// Draws the consequences of an answer to that request.
    [[nodiscard]] Ended take(const Answer& answer, const Shown& shown);

private:
    [[nodiscard]] Result<std::uint64_t> logSize();
    [[nodiscard]] Ended refused(const std::string& reason, std::uint64_t size);
    [[nodiscard]] Ended elsewhere(std::uint64_t remembered, const Shown& shown);
    [[nodiscard]] Ended handOver(const Judged& judged, const Shown& shown);

    std::string name_;
    ingest::VaultFeed& feed_;
    ingest::IncidentLog& incidents_;
    std::uint64_t remembered_ = 0;
    bool again_ = false;  // the last answer makes another request worth while
};

}  // namespace liuhen::witnessing
