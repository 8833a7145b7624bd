// SPDX-License-Identifier: Apache-2.0
// Which witnesses must have cosigned a checkpoint before it counts (C2SP tlog-policy).
#pragma once

#include "common/tlog/note.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace liuhen::tlog {

/// The longest policy that is read, and the most logs, the most witnesses and the most groups.
inline constexpr std::size_t kPolicyBytes = 65'536;
inline constexpr std::size_t kPolicyNames = 64;

/// A witness policy. Names are bytes: nothing is known of what they mean.
class WitnessPolicy {
public:
    /// Reads a policy file. Errors: InvalidArgument with the number of the line that is wrong, or
    /// that there is no quorum; also for a key of a type that is not known here.
    [[nodiscard]] static Result<WitnessPolicy> parse(std::string_view text);

    /// The keys of all witnesses (cosignature/v1), in the order of the file.
    [[nodiscard]] const std::vector<VerifierKey>& witnesses() const { return witnesses_; }

    /// Whether the quorum cosigned the note, and, where the policy lists logs, one of them signed
    /// it. Never with the quorum `none`: nobody then saw it.
    [[nodiscard]] bool isWitnessed(const Note& note) const;

private:
    /// A witness, or a group over what stands before it.
    struct Member {
        std::size_t witness = 0;           // index of witnesses_, where `members` is empty
        std::size_t least = 1;             // of `members`
        std::vector<std::size_t> members;  // indices of members_, all smaller than its own
        bool used = false;                 // a member of some group
    };
    class Reader;

    std::vector<VerifierKey> logs_;
    std::vector<VerifierKey> witnesses_;
    std::vector<Member> members_;
    std::size_t quorum_ = kNone;  // index of members_
    static constexpr std::size_t kNone = SIZE_MAX;
};

}  // namespace liuhen::tlog
