// SPDX-License-Identifier: Apache-2.0
// Names, texts and the usual classes.
#include "common/core/utf8.hpp"
#include "dock/vault/retention.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr std::uint64_t kTenYears = 120;     // months
constexpr std::uint64_t kThirtyYears = 360;  // months

/// U+0000 to U+001F, U+007F to U+009F.
bool hasControl(std::string_view text) {
    const auto isControl = [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20U || letter == '\x7f';
    };
    if (std::any_of(text.begin(), text.end(), isControl)) {
        return true;
    }
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0U) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string describe(const Subject& subject) {
    return fmt::format("{} of {}, generation {}",
                       subject.recording
                           ? fmt::format("recording {}", *subject.recording)
                           : "object " + core::toHex(subject.object.value_or(Digest{})),
                       subject.device,
                       subject.generation);
}

bool isClassName(std::string_view text) {
    return !text.empty() && text.size() <= kClassNameBytes &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") ==
               std::string_view::npos;
}

std::vector<RetentionClass> archiveClasses() {
    return {{"years-10", "定期10年", kTenYears},
            {"years-30", "定期30年", kThirtyYears},
            {"permanent", "永久", std::nullopt}};
}

std::string wrongText(std::string_view text) {
    if (text.empty()) {
        return "empty";
    }
    if (text.size() > evidence::kMaxCommittedBytes) {
        return fmt::format("longer than {} bytes", evidence::kMaxCommittedBytes);
    }
    if (!core::isUtf8(core::viewOf(text))) {
        return "no UTF-8";
    }
    return hasControl(text) ? "holds a line end or another control character" : "";
}

}  // namespace liuhen::vault
