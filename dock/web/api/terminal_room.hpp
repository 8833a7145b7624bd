// SPDX-License-Identifier: Apache-2.0
// What the screen at the bays works with: a caller of its own, which is no person's session.
#pragma once

#include "dock/access/attempts.hpp"
#include "dock/access/terminals.hpp"
#include "dock/register/bay_desk.hpp"
#include "dock/web/api/parts.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace liuhen::web {

/// The name of a terminal's cookie.
inline constexpr const char* kTerminalCookie = "__Host-liuhen-terminal";

/// Outlives the server's handlers. Thread-safe.
struct TerminalRoom {
    /// `records`, what `signer` names and `clock` must outlive it.
    TerminalRoom(std::unique_ptr<access::Terminals> opened,
                 registry::Register& records,
                 registry::Signer signer,
                 const core::Clock& clock);

    std::unique_ptr<access::Terminals> terminals;
    registry::BayDesk desk;
    access::Attempts byAddress;  // codes, cards and PINs, together, as log-ins are counted
};

/// The terminal that asks; nothing if the request bears no cookie of an open one. Errors: of the
/// database.
[[nodiscard]] Result<std::optional<TerminalCaller>> terminalOf(Parts& parts,
                                                               const net::Request& request);

}  // namespace liuhen::web
