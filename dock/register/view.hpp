// SPDX-License-Identifier: Apache-2.0
// What the events come to: the register as it stands. Made from them alone, thrown away at will.
#pragma once

#include "dock/register/bodies.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace liuhen::registry {

enum class DeviceState { Registered, Enrolled, Lost, Found, Revoked };
/// "registered" and so on.
[[nodiscard]] std::string_view name(DeviceState state);
/// 已登记, 可领用, 已挂失, 已找回, 已注销.
[[nodiscard]] std::string_view nameZh(DeviceState state);

/// Who did something, and when by the dock's clock.
struct Done {
    std::int64_t us = 0;
    Person by{};
};

struct Device {
    DeviceBody body;
    DeviceState state = DeviceState::Registered;
    std::optional<Enrolment> enrolment;  // the newest
    std::optional<Loss> loss;            // the newest
    Done changed;                        // into this state
    std::optional<Seen> seen;
    std::int64_t seenUs = 0;
    std::optional<std::size_t> handout;  // the open one's place in View::handouts()
    std::vector<std::size_t> handouts;   // the places of all, in order
};

struct NotedHandover {
    Handover body;
    Done noted;
    std::optional<Done> confirmed;
};

struct NotedHandout {
    Handout body;
    Done handedOut;
    bool clockBehind = false;  // the dock's clock was behind an event before
    std::optional<Delivery> delivered;
    std::optional<std::string> refused;  // the recorder's newest reason, if not delivered
    std::vector<NotedHandover> handovers;
    std::optional<Done> returned;
    std::optional<Return> back;
    std::optional<Done> lost;

    [[nodiscard]] bool open() const { return !returned && !lost; }
    /// Who has it now, or had it last: the last one it was handed over to.
    [[nodiscard]] const Person& holder() const;
    /// Whether it was out at that time, as far as the times of its events tell.
    [[nodiscard]] bool openAt(std::int64_t us) const;
};

struct NotedLink {
    Link body;
    Done linked;
    std::uint64_t event = 0;
};

/// Device, generation and entry of an interruption.
using InterruptionName = std::tuple<std::string, std::uint64_t, std::uint64_t>;

struct NotedExplanation {
    std::string words;
    Done explained;
};

struct NotedReview {
    EmergencyReview body;
    Done reviewed;
};

/// Not thread-safe.
class View {
public:
    /// Takes the next event in. Errors: DataLoss if the events before do not allow it, or it cannot
    /// be read: register.db was changed by other hands, or by a newer program.
    [[nodiscard]] Result<void> apply(const Event& event);

    [[nodiscard]] std::uint64_t events() const { return events_; }
    /// The latest time that any event has.
    [[nodiscard]] std::int64_t latestUs() const { return latestUs_; }

    [[nodiscard]] const std::map<std::string, Unit>& units() const { return units_; }
    [[nodiscard]] const std::map<Person, Officer>& officers() const { return officers_; }
    [[nodiscard]] const std::map<std::string, Device>& devices() const { return devices_; }
    [[nodiscard]] const std::vector<MattersList>& matters() const { return matters_; }
    [[nodiscard]] const std::vector<NotedHandout>& handouts() const { return handouts_; }
    [[nodiscard]] const std::map<std::string, Act>& acts() const { return acts_; }
    [[nodiscard]] const std::map<std::string, Case>& cases() const { return cases_; }
    /// Those that stand, by their ends.
    [[nodiscard]] const std::map<std::pair<LinkEnd, LinkEnd>, NotedLink>& links() const {
        return links_;
    }

    /// Written explanations of interruptions, each in order.
    [[nodiscard]] const std::map<InterruptionName, std::vector<NotedExplanation>>& explanations()
        const {
        return explanations_;
    }

    /// Reviews of emergency views, by grant.
    [[nodiscard]] const std::map<core::Digest, NotedReview>& reviews() const { return reviews_; }

    [[nodiscard]] const Unit* unit(const std::string& id) const;
    [[nodiscard]] const Officer* officer(const Person& person) const;
    /// An officer who has not left, by work number.
    [[nodiscard]] const Officer* officerByWorkNumber(std::string_view number) const;
    [[nodiscard]] const Credential* credential(const Person& person) const;
    [[nodiscard]] const std::map<Person, Credential>& credentials() const { return credentials_; }
    /// How many wrong PINs were shown for an officer from that time on.
    [[nodiscard]] std::size_t wrongPins(const Person& person, std::int64_t fromUs) const;
    [[nodiscard]] const Device* device(const std::string& name) const;
    [[nodiscard]] const NotedHandout* handout(std::string_view number) const;
    /// The open one of a device.
    [[nodiscard]] const NotedHandout* openHandout(const std::string& device) const;
    /// The list in force at that time: of those that had begun, the one entered last.
    [[nodiscard]] const MattersList* listAt(std::int64_t us) const;
    [[nodiscard]] const MattersList* list(std::string_view version) const;
    /// A row of a list; nothing if it has none of this number.
    [[nodiscard]] static const Matter* matter(const MattersList& list, std::string_view number);
    /// "王芳", or the beginning of the person's number if the register does not know them.
    [[nodiscard]] std::string nameOf(const Person& person) const;

private:
    friend struct Applying;

    std::uint64_t events_ = 0;
    std::int64_t latestUs_ = INT64_MIN;
    std::map<std::string, Unit> units_;
    std::map<Person, Officer> officers_;
    std::map<Person, Credential> credentials_;
    std::map<Person, std::vector<std::int64_t>> wrongPins_;
    std::map<std::string, Device> devices_;
    std::vector<MattersList> matters_;
    std::vector<NotedHandout> handouts_;
    std::map<std::string, std::size_t, std::less<>> byNumber_;
    std::map<std::string, Act> acts_;
    std::map<std::string, Case> cases_;
    std::map<std::pair<LinkEnd, LinkEnd>, NotedLink> links_;
    std::map<InterruptionName, std::vector<NotedExplanation>> explanations_;
    std::map<core::Digest, NotedReview> reviews_;
};

}  // namespace liuhen::registry
