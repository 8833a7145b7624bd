// SPDX-License-Identifier: Apache-2.0
// The first of two signatures, until the second comes (docs/format/access.md section 3).
#pragma once

#include "common/evidence/access_approval.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::access {

using core::Result;

struct FirstSignature {
    evidence::SignedApproval approval;  // with one signature
    std::int64_t timeUs = 0;            // when it was handed in
};

/// first_signatures.db in a folder, readable by its owner alone. Nothing is decided by a row here:
/// the vault judges both signatures when they come together, and if a row is lost somebody signs
/// once more. Thread-safe.
///
/// Errors of all calls: those of the database. Power loss: a call that answered is durable.
class FirstSignatures {
public:
    /// Opens, making the database if there is none.
    /// Errors besides: FailedPrecondition if it is of another version.
    [[nodiscard]] static Result<std::unique_ptr<FirstSignatures>> open(const std::string& folder);

    /// Keeps it in place of one before for the same request.
    [[nodiscard]] Result<void> keep(const core::Digest& request, const FirstSignature& first);
    /// The newest of a request. Errors besides: DataLoss if it is no approval with one signature.
    [[nodiscard]] Result<std::optional<FirstSignature>> find(const core::Digest& request);

private:
    explicit FirstSignatures(catalogue::Connection connection)
        : connection_(std::move(connection)) {}

    std::mutex mutex_;
    catalogue::Connection connection_;  // under mutex_
};

}  // namespace liuhen::access
