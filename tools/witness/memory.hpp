// SPDX-License-Identifier: Apache-2.0
// What a witness remembers: the newest checkpoint of each log that it cosigned, and evidence of
// logs with two histories.
#pragma once

#include "common/core/files.hpp"
#include "common/core/unique_fd.hpp"
#include "common/tlog/checkpoint.hpp"

#include <optional>
#include <string>

namespace liuhen::witness {

using core::Result;

/// A folder with a note for each log. Thread-safe, and safe against other processes that use the
/// same folder: a log is held by one Turn at a time.
///
///     STATE/logs/<SHA-256 of the origin>.note      the newest note that was cosigned
///     STATE/evidence/<fork|unproved>-<...>.txt     two notes that do not belong together
///     LOCKS/<SHA-256 of the origin>.lock           empty
class Memory {
public:
    /// The most files of evidence; what comes later is told and not kept.
    static constexpr std::size_t kEvidenceFiles = 64;

    /// `state` must have been made by make(): a witness that lost its memory must not begin anew
    /// under its name. `locks` is a folder of the system's own files; it is made. Errors: NotFound.
    [[nodiscard]] static Result<Memory> open(core::Files& files,
                                             std::string state,
                                             std::string locks);
    /// Makes an empty memory. Errors: AlreadyExists.
    [[nodiscard]] static Result<void> make(core::Files& files, const std::string& state);

    /// One request's hold of a log's memory.
    class Turn {
    public:
        /// The note cosigned last; nothing for a log that was never seen.
        [[nodiscard]] const std::optional<std::string>& note() const { return note_; }
        /// Its content. Has a value if note() has.
        [[nodiscard]] const std::optional<tlog::Checkpoint>& seen() const { return seen_; }

        /// Remembers `note` from now on; durable before the answer. Power loss: the old note or the
        /// new one. Errors: ResourceExhausted, with nothing changed; after any other error it is
        /// not known which of them the medium holds.
        [[nodiscard]] Result<void> remember(const std::string& note);

        /// Keeps note() and `shown` as evidence; `kind` is "fork" or "unproved". Answers the file's
        /// path; empty if there are too many already. What was kept before is not kept twice.
        [[nodiscard]] Result<std::string> keepEvidence(const std::string& kind,
                                                       const tlog::Checkpoint& shown,
                                                       const std::string& shownNote);

    private:
        friend class Memory;
        Turn(core::Files& files, std::string state, std::string name, core::UniqueFd lock)
            : files_(&files),
              state_(std::move(state)),
              name_(std::move(name)),
              lock_(std::move(lock)) {}
        core::Files* files_;
        std::string state_;
        std::string name_;
        core::UniqueFd lock_;
        std::optional<std::string> note_;
        std::optional<tlog::Checkpoint> seen_;
    };
    /// Waits for its turn. Errors: DataLoss if what is remembered cannot be read or is of another
    /// log; those of the locks.
    [[nodiscard]] Result<Turn> turn(const std::string& origin);

private:
    Memory(core::Files& files, std::string state, std::string locks)
        : files_(&files), state_(std::move(state)), locks_(std::move(locks)) {}
    core::Files* files_;
    std::string state_;
    std::string locks_;
};

}  // namespace liuhen::witness
