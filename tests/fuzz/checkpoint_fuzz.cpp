// SPDX-License-Identifier: Apache-2.0
// Fuzz target: checkpoints, verifier keys and tile files from outside, read and made again.
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tile_path.hpp"
#include "common/tlog/witness.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

void readCheckpoint(std::string_view text) {
    const auto parsed = tlog::parseCheckpoint(text);
    if (!parsed) {
        return;
    }
    // What was accepted has one text, and all of it was read.
    LIUHEN_ASSERT(tlog::toText(parsed->checkpoint) == parsed->note.text);
    LIUHEN_ASSERT(text.substr(0, parsed->note.text.size()) == parsed->note.text);
    for (const tlog::NoteSignature& signature : parsed->note.signatures) {
        LIUHEN_ASSERT(tlog::isKeyName(signature.name));
        // A key of nobody: whatever stands there, it has not signed.
        LIUHEN_ASSERT(
            !tlog::verifySignature(parsed->note, signature.name, tlog::NotePublicKey{0xFF}));
        LIUHEN_ASSERT(
            !tlog::verifyCosignature(parsed->note, signature.name, tlog::NotePublicKey{0xFF}));
    }
    const tlog::SeenTree seen{parsed->checkpoint.size / 2, parsed->checkpoint.root};
    const std::vector<tlog::Digest> path(parsed->note.signatures.size(), parsed->checkpoint.root);
    LIUHEN_ASSERT(tlog::judgeCheckpoint(seen, parsed->checkpoint, path) !=
                  tlog::WitnessVerdict::Stale);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    const std::string_view text = core::textOf(bytes);
    readCheckpoint(text);
    if (const auto key = tlog::parseVerifierKey(text)) {
        LIUHEN_ASSERT(tlog::toText(*key) == text);
    }
    if (const auto name = tlog::parseTilePath(text)) {
        LIUHEN_ASSERT(tlog::toPath(*name) == text);
    }
    const unsigned width = size > 0 ? 1U + data[0] : 1U;
    if (const auto entries = tlog::parseBundle(bytes, width)) {
        core::Buffer again;
        for (const core::Buffer& entry : *entries) {
            tlog::appendEntry(again, entry);
        }
        LIUHEN_ASSERT(core::equal(again, bytes));
    }
    if (const auto hashes = tlog::parseTile(bytes, width)) {
        LIUHEN_ASSERT(core::equal(tlog::encodeTile(*hashes), bytes));
    }
    return 0;
}
