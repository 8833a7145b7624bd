// SPDX-License-Identifier: Apache-2.0
// The words of requests, of which the custody log has commitments alone (docs/format/access.md
// section 2).
#pragma once

#include "common/evidence/commitment.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::access {

using core::Result;

/// words.db in a folder: salt and text of commitments, readable by its owner alone. Thread-safe.
///
/// Errors of all calls: those of the database. Power loss: a call that answered is durable. A row
/// that is erased by hand, when the law says so, leaves a commitment that tells nothing.
class Words {
public:
    /// Opens, making the database if there is none.
    /// Errors besides: FailedPrecondition if it is of another version.
    [[nodiscard]] static Result<std::unique_ptr<Words>> open(const std::string& folder);

    /// Keeps a text; its commitment may go into the log from then on.
    [[nodiscard]] Result<void> keep(const evidence::CommittedText& text);
    /// The text of a commitment; nothing if it is not here, was erased, or is another than what
    /// was committed to.
    [[nodiscard]] Result<std::optional<std::string>> opened(const core::Digest& commitment);

private:
    explicit Words(catalogue::Connection connection) : connection_(std::move(connection)) {}

    std::mutex mutex_;
    catalogue::Connection connection_;  // under mutex_
};

}  // namespace liuhen::access
