// SPDX-License-Identifier: Apache-2.0
// Fuzz target: requests and answers on the vault's socket, read and made again.
#include "dock/vault/messages.hpp"

#include <cstdint>

namespace {

using namespace liuhen;

void readAnswer(core::ByteView bytes) {
    const auto map = vault::parseAnswer(bytes);
    if (!map) {
        return;
    }
    if (const auto held = vault::readHeld(*map)) {
        LIUHEN_ASSERT(vault::readHeld(vault::toCbor(*held))->missing == held->missing);
    }
    if (const auto answer = vault::readOfferAnswer(*map)) {
        LIUHEN_ASSERT(vault::readOfferAnswer(vault::toCbor(*answer))->receipt == answer->receipt);
    }
    if (const auto answer = vault::readCommitAnswer(*map)) {
        LIUHEN_ASSERT(vault::readCommitAnswer(vault::toCbor(*answer))->state == answer->state);
    }
    if (const auto answer = vault::readCheckpointAnswer(*map)) {
        LIUHEN_ASSERT(vault::readCheckpointAnswer(vault::toCbor(*answer))->path == answer->path);
    }
    if (const auto answer = vault::readListedParts(*map)) {
        LIUHEN_ASSERT(vault::readListedParts(vault::toCbor(*answer))->parts == answer->parts);
    }
    if (const auto answer = vault::readReadBytes(*map)) {
        LIUHEN_ASSERT(vault::readReadBytes(vault::toCbor(*answer))->bytes == answer->bytes);
    }
    if (const auto answer = vault::readImportAnswer(*map)) {
        LIUHEN_ASSERT(vault::readImportAnswer(vault::toCbor(*answer))->path == answer->path);
    }
    if (const auto list = vault::readImports(*map)) {
        const auto again = vault::readImports(vault::toCbor(*list));
        LIUHEN_ASSERT(again && again->imports.size() == list->imports.size());
    }
    static_cast<void>(vault::readAsked(*map));
    static_cast<void>(vault::readOpened(*map));
    if (const auto list = vault::readHolds(*map)) {
        const auto again = vault::readHolds(vault::toCbor(*list));
        LIUHEN_ASSERT(again && again->holds.size() == list->holds.size());
    }
    if (const auto list = vault::readRetentions(*map)) {
        LIUHEN_ASSERT(vault::readRetentions(vault::toCbor(*list))->classes == list->classes);
    }
    static_cast<void>(vault::readHoldAnswer(*map));
    static_cast<void>(vault::readHello(*map));
    static_cast<void>(vault::readCosignedAnswer(*map));
    static_cast<void>(vault::readStatus(*map));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    if (const auto request = vault::parseRequest(bytes)) {
        // One request, one encoding: what was accepted is what would have been written.
        LIUHEN_ASSERT(core::equal(vault::encode(*request), bytes));
        if (const auto* offer = std::get_if<vault::OfferRequest>(&*request)) {
            LIUHEN_ASSERT(offer->offer.place.device.find('/') == std::string::npos);
        }
        if (const auto* place = std::get_if<vault::HoldPlaceRequest>(&*request)) {
            LIUHEN_ASSERT(place->subject.recording.has_value() !=
                          place->subject.object.has_value());
            LIUHEN_ASSERT(vault::wrongText(place->by).empty());
        }
        if (const auto* commit = std::get_if<vault::CommitRequest>(&*request)) {
            LIUHEN_ASSERT(vault::isUploadName(commit->upload));
        }
    }
    readAnswer(bytes);
    return 0;
}
