// SPDX-License-Identifier: Apache-2.0
// What the register refuses, with the sentence that the person in front of it reads.
#pragma once

#include "dock/register/view.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::registry {

/// A "no" that is no error: nothing was entered.
struct Refusal {
    std::string code;  // for machines; docs/format/register.md lists them
    std::string zh;    // an exact sentence
    std::string en;
    std::string action;  // what to do, in Chinese
};
using Judgement = std::optional<Refusal>;  // nothing: it may be entered

/// Who asks, and when by the dock's clock.
struct Asked {
    Person by{};
    std::int64_t nowUs = 0;
};

/// What a hand-out shall be; the number and the signed assignment come with entering it.
struct HandoutOrder {
    std::string device;
    Person wearer{};
    std::vector<Person> companions;    // at least one
    std::vector<std::string> matters;  // numbers in the list in force, at least one
    std::string place;
    std::int64_t fromUs = 0;
    std::int64_t untilUs = 0;  // at most kLongestHandoutUs later, and not passed
};
inline constexpr std::int64_t kLongestHandoutUs = std::int64_t{31} * 24 * 3600 * 1'000'000;
inline constexpr std::size_t kMostCompanions = 15;
inline constexpr std::size_t kMostMatters = 16;

[[nodiscard]] Judgement judge(const View& view, const Unit& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Officer& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Credential& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const WrongPin& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const DeviceBody& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Enrolment& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Loss& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Finding& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Revocation& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Seen& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const MattersList& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const HandoutOrder& order, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Delivery& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const DeliveryRefused& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Return& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Handover& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const HandoverConfirmed& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Act& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Case& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Link& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Unlink& body, const Asked& asked);
[[nodiscard]] Judgement judge(const View& view, const Explanation& body, const Asked& asked);
/// Whether it was an emergency view, and who asked and signed, the log says and not the register.
[[nodiscard]] Judgement judge(const View& view, const EmergencyReview& body, const Asked& asked);

/// Why what this recorder last said of itself keeps it in: no self check, or one that failed.
[[nodiscard]] Judgement judgeSelfCheck(const Device& device);
/// Why this recorder goes out with nobody: it is not known, out, not enrolled, or kept in by its
/// self check. Of one that is out, the sentence names who has it.
[[nodiscard]] Judgement judgeGoingOut(const View& view, const std::string& device);

}  // namespace liuhen::registry
