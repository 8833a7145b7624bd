// SPDX-License-Identifier: Apache-2.0
// What the handlers work with, and the seam by which rooms add to 今日待办.
#pragma once

#include "dock/access/log_in.hpp"
#include "dock/bay/fleet.hpp"
#include "dock/catalogue/browse.hpp"
#include "dock/register/register.hpp"
#include "dock/web/api/router.hpp"
#include "dock/web/api/vault_view.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::web {

/// A line of 今日待办.
struct TodoItem {
    std::string kind;   // "quarantine"
    std::string level;  // "alarm", "due", "info"
    std::string zh;
    std::string en;
    std::uint64_t count = 1;
    std::string link;  // a place of the page
};

/// Adds what is to be done by somebody with these roles; called often, so it should not wait.
using TodoSource = std::function<void(const access::Session& session, std::vector<TodoItem>& to)>;

/// Where recorders are handed out and taken back.
struct Desk {
    registry::Register& records;
    registry::Signer signer;  // of assignments
    std::string folder;       // of the catalogue
};

struct AccessRoom;
struct TerminalRoom;

/// What all handlers share. Everything outlives the server.
struct Parts {
    access::People& people;
    access::Sessions& sessions;
    access::LogIn& logIn;
    catalogue::Browser& browser;
    VaultView& vault;
    const bay::Fleet& fleet;
    const core::Clock& clock;
    std::string issuer;  // in an authenticator, before the work number
    Desk desk;
    std::vector<TodoSource> todo;
    AccessRoom& access;
    TerminalRoom& terminal;
};

// One function a file; each answers the routes of its part of openapi.yaml.
[[nodiscard]] std::vector<Route> sessionRoutes();
[[nodiscard]] std::vector<Route> accountRoutes();
[[nodiscard]] std::vector<Route> intakeRoutes();
[[nodiscard]] std::vector<Route> recordingRoutes();
[[nodiscard]] std::vector<Route> registerRoutes();
[[nodiscard]] std::vector<Route> logRoutes();
[[nodiscard]] std::vector<Route> requestRoutes();
[[nodiscard]] std::vector<Route> letterRoutes();
[[nodiscard]] std::vector<Route> decisionRoutes();
[[nodiscard]] std::vector<Route> replayRoutes();
[[nodiscard]] std::vector<Route> explanationRoutes();
[[nodiscard]] std::vector<Route> reviewRoutes();
[[nodiscard]] std::vector<Route> terminalRoutes();
[[nodiscard]] std::vector<Route> importRoutes();

/// What the dock itself knows to be done.
[[nodiscard]] TodoSource ownTodo(Parts& parts);
/// What the register knows: recorders that are overdue, hand-overs that nobody confirmed.
[[nodiscard]] TodoSource deskTodo(Parts& parts);
/// Interruptions of which nobody said or wrote why.
[[nodiscard]] TodoSource explanationTodo(Parts& parts);

/// Whether somebody sees only what they recorded themselves: who is an officer and nothing more.
[[nodiscard]] bool seesOwnOnly(const access::Session& session);
/// Whether the session's person may know of a recording. Errors: those of the register.
[[nodiscard]] Result<bool> maySee(Parts& parts,
                                  const access::Session& session,
                                  const catalogue::RecordingRow& row);

/// A person as JSON: 64 hex digits.
[[nodiscard]] std::string hexOf(const access::Person& person);
/// Nothing unless it is 64 hex digits.
[[nodiscard]] std::optional<access::Person> personOf(std::string_view hex);
/// Schema PersonName.
[[nodiscard]] json personJson(const access::Account& account);
[[nodiscard]] json rolesJson(access::Roles roles);
/// A number as a string, as the contract has those that a recorder signed.
[[nodiscard]] json numberJson(std::uint64_t number);
template <class T>
[[nodiscard]] json orNull(const std::optional<T>& value) {
    return value ? json(*value) : json();
}

}  // namespace liuhen::web
