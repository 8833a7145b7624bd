// SPDX-License-Identifier: Apache-2.0
// One reading for two purposes: what is judged is what is hashed.
#include "dock/vault/medium.hpp"

#include <algorithm>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kPieceBytes = std::size_t{128} << 10U;

}  // namespace

/// Hands reads on to the hashing one.
class HashedReading::View final : public core::File {
public:
    explicit View(HashedReading& reading) : reading_(reading) {}
    [[nodiscard]] Result<std::uint64_t> size() const override { return reading_.file_->size(); }
    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override {
        return reading_.readAt(offset, into);
    }
    [[nodiscard]] Result<void> append(std::span<const ByteView> /*pieces*/) override {
        return readOnly();
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t /*size*/) override { return readOnly(); }
    [[nodiscard]] Result<void> sync() override { return readOnly(); }

private:
    [[nodiscard]] static Result<void> readOnly() {
        return fail(ErrorKind::FailedPrecondition, "change a file that is being read back");
    }
    HashedReading& reading_;
};

HashedReading::HashedReading(std::unique_ptr<core::File> file, ByteView key)
    : file_(std::move(file)) {
    if (!key.empty()) {
        code_.emplace(key);
    }
}
HashedReading::~HashedReading() = default;

std::unique_ptr<core::File> HashedReading::view() {
    return std::make_unique<View>(*this);
}

Result<std::size_t> HashedReading::readAt(std::uint64_t offset, std::span<std::uint8_t> into) {
    LIUHEN_CHECK(hashUpTo(offset));
    LIUHEN_TRY(const std::size_t got, readFile(offset, into));
    if (offset <= hashed_ && offset + got > hashed_) {
        take(into.first(got).subspan(static_cast<std::size_t>(hashed_ - offset)));
    }
    return got;
}

Result<std::size_t> HashedReading::readFile(std::uint64_t offset, std::span<std::uint8_t> into) {
    auto got = file_->readAt(offset, into);
    failed_ = failed_ || !got;
    return got;
}

Result<void> HashedReading::hashUpTo(std::uint64_t offset) {
    Buffer piece;
    while (hashed_ < offset) {
        piece.resize(kPieceBytes);
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(offset - hashed_, kPieceBytes));
        LIUHEN_TRY(const std::size_t got, readFile(hashed_, std::span(piece).first(want)));
        if (got == 0) {
            return {};
        }
        take(ByteView(piece).first(got));
    }
    return {};
}

void HashedReading::take(ByteView bytes) {
    hash_.update(bytes);
    if (code_) {
        code_->update(bytes);
    }
    hashed_ += bytes.size();
}

crypto::GmacCode HashedReading::code() {
    LIUHEN_ASSERT(code_);
    return code_->finish();
}

Result<Digest> HashedReading::finish() {
    LIUHEN_CHECK(hashUpTo(UINT64_MAX));
    return hash_.finish();
}

Result<Digest> readBack(Medium& medium, const std::string& path) {
    LIUHEN_TRY(auto file, medium.open(path));
    return HashedReading(std::move(file)).finish();
}

}  // namespace liuhen::vault
