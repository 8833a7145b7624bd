// SPDX-License-Identifier: Apache-2.0
// Pieces of scans, put together.
#include "dock/web/api/letter_uploads.hpp"

#include "common/crypto/digest.hpp"

namespace liuhen::web {

namespace {

constexpr std::size_t kMostOpen = 8;  // so much memory, times kLetterBytes, and no more
constexpr core::Nanoseconds kSilence = std::chrono::minutes(2);

}  // namespace

std::variant<LetterPart, Problem> LetterUploads::append(const access::Person& person,
                                                        std::uint64_t offset,
                                                        core::ByteView bytes) {
    const std::lock_guard guard(mutex_);
    const core::Nanoseconds now = clock_->boottime();
    std::erase_if(open_, [&](const auto& each) {
        return now - each.second.usedAt > kSilence || (offset == 0 && each.first == person);
    });
    if (offset == 0) {
        if (!access::letterTypeOf(bytes)) {
            return Problem::LetterType;
        }
        if (open_.size() >= kMostOpen) {
            return Problem::TooManyLetters;
        }
        open_[person] = {};
    }
    const auto found = open_.find(person);
    if (found == open_.end() || offset != found->second.content.size()) {
        return Problem::LetterOver;
    }
    core::Buffer& content = found->second.content;
    if (bytes.size() > access::kLetterBytes - content.size()) {
        open_.erase(found);
        return Problem::LetterTooLarge;
    }
    core::append(content, bytes);
    found->second.usedAt = now;
    return LetterPart{content.size(), crypto::sha256(content)};
}

std::optional<core::Buffer> LetterUploads::take(const access::Person& person,
                                                const core::Digest& scan) {
    const std::lock_guard guard(mutex_);
    const auto found = open_.find(person);
    if (found == open_.end() || crypto::sha256(found->second.content) != scan) {
        return std::nullopt;
    }
    core::Buffer content = std::move(found->second.content);
    open_.erase(found);
    return content;
}

}  // namespace liuhen::web
