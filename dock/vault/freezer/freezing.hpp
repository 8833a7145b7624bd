// SPDX-License-Identifier: Apache-2.0
// The helper's one deed: make an object immutable, and never the other way round.
#pragma once

#include "common/core/unique_fd.hpp"
#include "dock/vault/freezer/flag_words.hpp"
#include "dock/vault/freezer/protocol.hpp"

#include <span>
#include <vector>

namespace liuhen::vault {

/// Gives the immutable flag to objects below some folders. Makes no call that the helper's filter
/// refuses.
class Freezing {
public:
    /// `folders`: each the place of a vault's objects. Errors: NotFound and others of the file
    /// system.
    [[nodiscard]] static Result<Freezing> open(std::span<const std::string> folders);

    /// Answers 0, or the system's error number. EINVAL: no request, or what has the object's name
    /// is no plain file; ENOENT: it is not there; EOPNOTSUPP: it has a flag that cannot be kept.
    [[nodiscard]] int freeze(std::span<const std::uint8_t> request) const;
    /// Answers requests on a connected socket until its other end is closed; false after an error.
    [[nodiscard]] bool serve(int socket) const;

    [[nodiscard]] const FlagWords& words() const { return words_; }

private:
    Freezing(FlagWords words, std::vector<core::UniqueFd> folders)
        : words_(words), folders_(std::move(folders)) {}
    FlagWords words_;
    std::vector<core::UniqueFd> folders_;
};

}  // namespace liuhen::vault
