// SPDX-License-Identifier: Apache-2.0
// Fuzz target: witness policies from outside.
#include "common/tlog/policy.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

/// A note that nobody signed who stands in any policy.
tlog::Note strangersNote() {
    tlog::Note note;
    note.text = "log.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    note.signatures.push_back(tlog::NoteSignature{"log.example", 1, core::Buffer(64)});
    return note;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = core::textOf(core::ByteView(data, size));
    const auto policy = tlog::WitnessPolicy::parse(text);
    if (!policy) {
        return 0;
    }
    LIUHEN_ASSERT(policy->witnesses().size() <= tlog::kPolicyNames);
    for (const tlog::VerifierKey& key : policy->witnesses()) {
        LIUHEN_ASSERT(key.type == tlog::NoteKeyType::CosignatureV1);
    }
    // Whatever it says, nobody's signature makes nothing witnessed.
    LIUHEN_ASSERT(!policy->isWitnessed(strangersNote()));
    return 0;
}
