// SPDX-License-Identifier: Apache-2.0
// Fuzz target: requests to a witness and its answers, read and made again.
#include "common/tlog/add_checkpoint.hpp"
#include "common/tlog/witness.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

void readRequest(std::string_view text) {
    const auto read = tlog::parseAddCheckpoint(text);
    if (!read) {
        return;
    }
    // One request, one text.
    const auto again = tlog::toText(read->request);
    LIUHEN_ASSERT(again && *again == text);
    LIUHEN_ASSERT(read->request.oldSize <= read->shown.checkpoint.size);
    LIUHEN_ASSERT(read->request.path.size() <= tlog::kProofLines);
    // A path from outside never makes a smaller tree, nor another one of the same size, acceptable.
    const tlog::SeenTree seen{read->shown.checkpoint.size, core::Digest{0xFF}};
    LIUHEN_ASSERT(tlog::judgeCheckpoint(seen, read->shown.checkpoint, read->request.path) !=
                  tlog::WitnessVerdict::Accept);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = core::textOf(core::ByteView(data, size));
    readRequest(text);
    if (const auto lines = tlog::parseCosignatures(text)) {
        std::string again;
        for (const std::string& line : *lines) {
            again += line;
        }
        LIUHEN_ASSERT(again == text && lines->size() <= tlog::kNoteSignatures);
        LIUHEN_ASSERT(!tlog::parseTreeSize(text));
    }
    if (const auto number = tlog::parseTreeSize(text)) {
        LIUHEN_ASSERT(std::to_string(*number) + "\n" == text);
    }
    return 0;
}
