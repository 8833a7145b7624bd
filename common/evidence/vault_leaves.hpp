// SPDX-License-Identifier: Apache-2.0
// A log's leaves by what they name: objects by device and place, quarantined bytes, forks.
#pragma once

#include "common/evidence/messages.hpp"
#include "common/evidence/verdict.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::evidence {

/// "objects/aa/<64 hex digits>": where an object lies below a vault's folder, or a copy's.
[[nodiscard]] std::string objectName(const Digest& hash);

/// One `object` leaf, in log order.
struct StoredObject {
    ObjectLeaf leaf;   // without its findings
    std::string name;  // objects/aa/hash
    bool present = false;
    bool told = false;  // a segment that a `segment` entry tells of
};

/// Generation, then (first, 0) of a chapter or (recording, segment).
using PlaceKey = std::pair<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>;

/// The objects of one device, as indexes into VaultLeaves::stored.
struct DeviceShelf {
    std::map<PlaceKey, std::vector<std::size_t>> chapters;
    std::map<PlaceKey, std::vector<std::size_t>> segments;
    std::vector<std::size_t> torn;
    std::vector<std::size_t> all;
};

/// Bytes that are no recorder's evidence: kept aside, or imported.
struct QuarantinedObject {
    Digest object{};
    std::optional<std::uint64_t> size;
    bool sizesDiffer = false;  // two leaves contradict each other
    bool imported = false;     // an `imported` leaf declares what they are
};

struct VaultLeaves {
    std::vector<StoredObject> stored;
    std::map<std::string, DeviceShelf> devices;
    std::map<std::string, QuarantinedObject> quarantined;       // by name; none that is stored too
    std::map<std::string, std::optional<std::uint64_t>> known;  // names; sizes of those found
    std::vector<Place> forks;
};

/// Sorts one more leaf; they come in the order of the log. `bytes` are the leaf as it was read.
void addLeaf(VaultLeaves& leaves, const Leaf& leaf, ByteView bytes);
/// After the last: what is stored too is not kept aside.
void finishLeaves(VaultLeaves& leaves);

}  // namespace liuhen::evidence
