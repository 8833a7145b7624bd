// SPDX-License-Identifier: Apache-2.0
// What a check trusts: the agency's root, its registrations of generations, its witnesses.
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/certificate.hpp"
#include "common/evidence/witnesses.hpp"

#include <optional>
#include <string>

namespace liuhen::evidence {

/// An agency folder as a checker reads it: root.pem, registered/, witnesses/.
class Trust {
public:
    /// Reads `rootPem`; registrations and witnesses are looked for beside it when they are asked
    /// for. Errors: NotFound, InvalidArgument if it is no root certificate.
    [[nodiscard]] static core::Result<Trust> open(core::Files& files, const std::string& rootPem);

    [[nodiscard]] const crypto::Certificate& root() const { return root_; }
    /// The registration's message for a generation, unread; nothing if there is no regular file of
    /// that name.
    [[nodiscard]] std::optional<core::Buffer> registration(const std::string& device,
                                                           std::uint64_t generation) const;
    /// The agency's witnesses, read now. Errors: as Witnesses::open.
    [[nodiscard]] core::Result<Witnesses> witnesses() const;

private:
    Trust(core::Files& files, crypto::Certificate root) : files_(&files), root_(std::move(root)) {}
    core::Files* files_;
    crypto::Certificate root_;
    std::string folder_;
};

}  // namespace liuhen::evidence
