// SPDX-License-Identifier: Apache-2.0
// Both ends of HTTP run over bytes in memory, without sockets or threads.
#pragma once

#include "common/net/client.hpp"
#include "common/net/server.hpp"

#include <string>
#include <string_view>

namespace liuhen::net {

/// What the peer says and how.
struct Script {
    std::string_view input;
    std::size_t pieceBytes = 1UL << 20;
    bool staysSilent = false;  // after `input`, in place of closing
};

/// All that a server session writes to a peer that sends the script.
[[nodiscard]] std::string serveScript(const Script& script,
                                      const Handler& handler,
                                      const Limits& limits);

/// What a client makes of a server that answers with the script. `sent` gets what it wrote.
[[nodiscard]] Result<Response> requestOver(const Script& script,
                                           const Request& request,
                                           const ClientLimits& limits,
                                           std::string* sent = nullptr);
[[nodiscard]] Result<DownloadEnd> downloadOver(const Script& script,
                                               const DownloadRequest& wanted,
                                               const Sink& sink,
                                               const ClientLimits& limits,
                                               std::string* sent = nullptr);

}  // namespace liuhen::net
