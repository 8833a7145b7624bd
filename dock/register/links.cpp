// SPDX-License-Identifier: Apache-2.0
// Names of recordings and the order of a link's ends.
#include "dock/register/links.hpp"

#include <charconv>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

bool isNumber(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && wrong == std::errc() && end == text.data() + text.size() &&
           (text.size() == 1 || text.front() != '0');
}

}  // namespace

std::string recordingId(std::string_view device, std::uint64_t generation, std::uint64_t start) {
    return fmt::format("{}/{}/{}", device, generation, start);
}

bool isRecordingId(std::string_view id) {
    const std::size_t first = id.find('/');
    const std::size_t second = first == std::string_view::npos ? first : id.find('/', first + 1);
    if (second == std::string_view::npos) {
        return false;
    }
    return evidence::isDeviceName(std::string(id.substr(0, first))) &&
           isNumber(id.substr(first + 1, second - first - 1)) && isNumber(id.substr(second + 1));
}

Link linkOf(LinkEnd one, LinkEnd other) {
    const bool ordered = one < other;
    return ordered ? Link{std::move(one), std::move(other)}
                   : Link{std::move(other), std::move(one)};
}

std::vector<LinkEnd> linkedWith(const View& view, const LinkEnd& end) {
    std::vector<LinkEnd> others;
    for (const auto& [ends, link] : view.links()) {
        if (ends.first == end) {
            others.push_back(ends.second);
        } else if (ends.second == end) {
            others.push_back(ends.first);
        }
    }
    return others;
}

}  // namespace liuhen::registry
