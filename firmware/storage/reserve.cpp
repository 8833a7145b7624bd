// SPDX-License-Identifier: Apache-2.0
// Making and giving up of the reserve.
#include "firmware/storage/reserve.hpp"

#include <algorithm>

namespace liuhen::storage {

using core::ErrorKind;
using core::Result;

namespace {

constexpr std::uint64_t kPiece = std::uint64_t{256} << 10U;

}  // namespace

Reserve::Reserve(core::Files& files, const std::string& cardFolder, std::uint64_t sizeBytes)
    : files_(files),
      cardFolder_(cardFolder),
      path_(core::joinPath(cardFolder, "reserve")),
      sizeBytes_(sizeBytes) {}

Result<void> Reserve::make() {
    if (isThere()) {
        return {};
    }
    std::uint64_t has = 0;
    if (const auto held = files_.open(path_, core::OpenMode::Read)) {
        LIUHEN_TRY(has, (*held)->size());
    }
    if (has < sizeBytes_) {
        LIUHEN_TRY(const std::uint64_t free, files_.freeBytes(cardFolder_));
        if (free < 2 * sizeBytes_ - has) {
            return core::fail(ErrorKind::ResourceExhausted,
                              "make the card's reserve: the card is full");
        }
        if (auto filled = fill(sizeBytes_ - has); !filled) {
            (void)files_.remove(path_);
            return filled;
        }
    }
    there_ = true;
    return {};
}

Result<void> Reserve::fill(std::uint64_t missing) {
    auto file = files_.open(path_, core::OpenMode::AppendExisting);
    if (!file && file.error().kind == ErrorKind::NotFound) {
        file = files_.open(path_, core::OpenMode::CreateNew);
    }
    if (!file) {
        return core::failWith(file.error(), "make the card's reserve");
    }
    const core::Buffer zeros(std::min(missing, kPiece));
    while (missing > 0) {
        const core::ByteView piece =
            core::ByteView(zeros).first(std::min<std::uint64_t>(missing, zeros.size()));
        LIUHEN_CHECK((*file)->append(std::span<const core::ByteView>(&piece, 1)));
        missing -= piece.size();
    }
    LIUHEN_CHECK((*file)->sync());
    return files_.syncFolder(cardFolder_);
}

bool Reserve::release() {
    there_ = false;
    if (sizeBytes_ == 0 || !files_.remove(path_)) {
        return false;
    }
    // The room is ours once the name is durably gone; if that fails, it is at a later sync.
    (void)files_.syncFolder(cardFolder_);
    return true;
}

}  // namespace liuhen::storage
