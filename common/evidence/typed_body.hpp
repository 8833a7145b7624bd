// SPDX-License-Identifier: Apache-2.0
// The body of an entry, read once into the type of its kind.
#pragma once

#include "common/evidence/bodies.hpp"

#include <variant>
#include <vector>

namespace liuhen::evidence {

/// `boot` and `epoch`.
struct NamingBody {
    NextKeys next;
};

struct DockingBody {
    NextKeys next;
    Buffer nonce;
    Buffer statement;
};

struct EndBody {
    std::uint64_t recording = 0;
};

/// `start` and `handover`: the counters of their private values.
struct PrivateBody {
    std::vector<std::uint64_t> counters;
};

/// A kind of which the check reads nothing but that it is there.
using OtherBody = std::monostate;

using Body = std::variant<OtherBody,
                          GenesisBody,
                          NamingBody,
                          DockingBody,
                          EndBody,
                          PrivateBody,
                          SegmentBody,
                          PartBody,
                          SegmentEndBody,
                          PartLostBody,
                          RecoveryBody,
                          ReleaseBody,
                          TracksBody>;

/// Reads what docs/format/ledger.md section 5 marks. Errors: DataLoss if a field that the check
/// reads is absent or of another type or beyond its bounds.
[[nodiscard]] Result<Body> readBody(const Entry& entry);

/// The keys that a body names; nullptr if its kind names none.
[[nodiscard]] const NextKeys* nextKeysOf(const Body& body);

}  // namespace liuhen::evidence
