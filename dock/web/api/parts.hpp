// SPDX-License-Identifier: Apache-2.0
// What the handlers work with, and the seams by which later rooms add to the page.
#pragma once

#include "dock/access/log_in.hpp"
#include "dock/bay/fleet.hpp"
#include "dock/catalogue/browse.hpp"
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

/// The register of hand-outs, once there is one. Thread-safe.
struct HandOuts {
    /// When which recorders were handed out to a person.
    std::function<Result<std::vector<catalogue::DeviceSpan>>(const access::Person& person)> spansOf;
    /// To whom a recorder was handed out at a time.
    std::function<Result<std::vector<access::Person>>(const std::string& device,
                                                      std::int64_t timeUs)>
        peopleOf;
};

struct AccessRoom;

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
    std::vector<TodoSource> todo;
    std::optional<HandOuts> handOuts;
    AccessRoom& access;
};

// One function a file; each answers the routes of its part of openapi.yaml.
[[nodiscard]] std::vector<Route> sessionRoutes();
[[nodiscard]] std::vector<Route> accountRoutes();
[[nodiscard]] std::vector<Route> intakeRoutes();
[[nodiscard]] std::vector<Route> recordingRoutes();
[[nodiscard]] std::vector<Route> logRoutes();
[[nodiscard]] std::vector<Route> requestRoutes();
[[nodiscard]] std::vector<Route> decisionRoutes();
[[nodiscard]] std::vector<Route> replayRoutes();

/// What the dock itself knows to be done.
[[nodiscard]] TodoSource ownTodo(Parts& parts);

/// Whether somebody sees only what they recorded themselves.
[[nodiscard]] bool seesOwnOnly(const access::Session& session);
/// Recorders handed out to a person; none if there is no register.
[[nodiscard]] Result<std::vector<catalogue::DeviceSpan>> spansOf(Parts& parts,
                                                                 const access::Person& person);
/// Whether the session's person may know of a recording.
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
