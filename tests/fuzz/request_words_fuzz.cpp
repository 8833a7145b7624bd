// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the text that a request's reason commits to. What is read is written as it was.
#include "dock/access/request_words.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace liuhen;
    const std::string_view text = core::textOf(core::ByteView(data, size));
    const auto words = access::RequestWords::parse(text);
    LIUHEN_ASSERT(words.text() == text);
    if (words.outsider) {
        LIUHEN_ASSERT(access::isDate(words.outsider->letterDate));
        LIUHEN_ASSERT(words.reason.find('\n') == std::string::npos);
        LIUHEN_ASSERT(!words.outsider->name.empty() && !words.outsider->letterNumber.empty());
    }
    return 0;
}
