// SPDX-License-Identifier: Apache-2.0
// The window over a file, and entries taken off it.
#include "common/evidence/entry_stream.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kHashChunk = std::size_t{128} << 10U;
constexpr std::size_t kWindowBytes = std::size_t{1} << 20U;

tl::unexpected<core::Error> readOnly() {
    return core::fail(core::ErrorKind::FailedPrecondition, "change bytes in memory: for reading");
}

}  // namespace

Result<ByteView> ByteWindow::at(std::uint64_t offset, std::size_t count) {
    const bool inside = offset >= start_ && offset - start_ <= filled_ &&
                        count <= filled_ - static_cast<std::size_t>(offset - start_);
    if (!inside) {
        LIUHEN_TRY(const std::uint64_t size, file_->size());
        const std::uint64_t left = size - std::min(size, offset);
        buffer_.resize(
            static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(kWindowBytes, count))));
        LIUHEN_TRY(filled_, file_->readAt(offset, buffer_));
        start_ = offset;
    }
    const ByteView rest =
        ByteView(buffer_).first(filled_).subspan(static_cast<std::size_t>(offset - start_));
    return rest.first(std::min(count, rest.size()));
}

Result<std::optional<EntryStream::Item>> EntryStream::next() {
    // A small piece first: most entries are shorter than the longest.
    constexpr std::size_t kUsualBytes = 4096;
    LIUHEN_TRY(ByteView bytes, window_.at(offset_, kUsualBytes));
    if (bytes.empty()) {
        return std::optional<Item>();
    }
    Frame frame = frameEntry(bytes);
    if (frame.framing == Framing::Torn && bytes.size() == kUsualBytes) {
        LIUHEN_TRY(bytes, window_.at(offset_, kMaxEntryBytes));
        frame = frameEntry(bytes);
    }
    Item item{frame.framing, offset_, bytes.first(frame.sizeBytes)};
    offset_ += frame.sizeBytes;
    return std::optional<Item>(item);
}

Result<FileHash> hashFile(const core::File& file) {
    Buffer buffer(kHashChunk);
    crypto::Sha256 hash;
    FileHash found;
    for (;;) {
        LIUHEN_TRY(const std::size_t got, file.readAt(found.size, buffer));
        if (got == 0) {
            found.hash = hash.finish();
            return found;
        }
        hash.update(ByteView(buffer).first(got));
        found.size += got;
    }
}

Result<std::size_t> MemoryFile::readAt(std::uint64_t offset, std::span<std::uint8_t> into) const {
    if (offset >= bytes_.size()) {
        return std::size_t{0};
    }
    const ByteView rest = ByteView(bytes_).subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), count, into.begin());
    return count;
}

Result<void> MemoryFile::append(std::span<const ByteView> /*pieces*/) {
    return readOnly();
}

Result<void> MemoryFile::truncate(std::uint64_t /*size*/) {
    return readOnly();
}

Result<void> MemoryFile::sync() {
    return readOnly();
}

}  // namespace liuhen::evidence
