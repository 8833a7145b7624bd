// SPDX-License-Identifier: Apache-2.0
// Addresses of witnesses, read strictly.
#include "dock/witness/place.hpp"

#include "common/core/bytes.hpp"

#include <algorithm>

namespace liuhen::witnessing {

namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::size_t kHostBytes = 253;
constexpr std::size_t kPathBytes = 1024;

}  // namespace

core::Result<Url> parseUrl(std::string_view text) {
    const auto refused = [] {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "must be http://HOST[:PORT][/PATH]. Notes and cosignatures are signed, "
                          "so no TLS is spoken here; a witness behind https:// is reached through "
                          "a forwarder");
    };
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '?' && c != '#' && c != '@';
    });
    if (!text.starts_with(kScheme) || !plain) {
        return refused();
    }
    text.remove_prefix(kScheme.size());
    Url url;
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view host = text.substr(0, slash);
    url.path = text.substr(slash);
    while (url.path.ends_with('/')) {
        url.path.pop_back();
    }
    const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        const auto port = core::parseUnsigned(host.substr(colon + 1));
        if (!port || *port == 0 || *port > UINT16_MAX) {
            return refused();
        }
        url.port = static_cast<std::uint16_t>(*port);
        host = host.substr(0, colon);
    }
    if (bracket != std::string_view::npos) {
        if (bracket + 1 != host.size()) {
            return refused();
        }
        host = host.substr(1, bracket - 1);
    }
    if (host.empty() || host.size() > kHostBytes || host.find('[') != std::string_view::npos ||
        url.path.size() > kPathBytes) {
        return refused();
    }
    url.host = host;
    return url;
}

}  // namespace liuhen::witnessing
