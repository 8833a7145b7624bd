// SPDX-License-Identifier: Apache-2.0
// What is an officer's own: who is an officer and nothing more sees and changes that alone.
#pragma once

#include "dock/web/api/parts.hpp"

namespace liuhen::web {

/// What a link's end means: DEVICE/GENERATION/START; nothing if it is none.
[[nodiscard]] std::optional<catalogue::RecordingName> recordingNamed(std::string_view id);
/// Whether a person has to do with a hand-out.
[[nodiscard]] bool isOf(const registry::NotedHandout& handout, const registry::Person& person);
/// An act is of its officers and of everybody of its unit.
[[nodiscard]] bool isOf(const registry::View& view,
                        const registry::Act& act,
                        const registry::Person& person);
/// A case is of everybody of its unit.
[[nodiscard]] bool isOf(const registry::View& view,
                        const registry::Case& lawsuit,
                        const registry::Person& person);

/// Who had the recorder when a recording began. Errors: those of the register.
[[nodiscard]] Result<std::vector<access::Person>> peopleOf(Parts& parts,
                                                           const catalogue::RecordingRow& row);
/// Whether the session's person may link this act, case or recording; not if there is none.
/// Errors: those of register and catalogue.
[[nodiscard]] Result<bool> mayLink(Parts& parts,
                                   const access::Session& session,
                                   const registry::LinkEnd& end);

/// Adds people to a list of the schema PersonName: by their accounts, or by the register for who
/// has none. Errors: those of both.
[[nodiscard]] Result<void> addPeople(Parts& parts,
                                     const std::vector<access::Person>& people,
                                     json& to);

}  // namespace liuhen::web
