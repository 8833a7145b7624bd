// SPDX-License-Identifier: Apache-2.0
// What events say: a struct for each kind (docs/format/register.md), written and read as JSON.
#pragma once

#include "common/evidence/entry.hpp"
#include "dock/register/event_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::registry {

/// `unit`: enters a unit, or says something new of it.
struct Unit {
    static constexpr std::string_view kKind = "unit";
    std::string id;
    std::string name;
    bool closed = false;
};

/// `officer`: a human being of the bureau as the register needs them.
struct Officer {
    static constexpr std::string_view kKind = "officer";
    Person person{};
    std::string name;
    std::string unit;
    std::string workNumber;
    std::string licence;  // 执法证号; "" if there is none
    bool closed = false;  // has left; never removed
};

/// `credential`: by what an officer is known at a bay. A later one replaces it.
struct Credential {
    static constexpr std::string_view kKind = "credential";
    Person person{};
    std::optional<std::string> card;  // SHA-256 of the card's number, hex
    std::optional<std::string> pin;   // Argon2id, in its usual text
};

/// `credential.failed`: a wrong PIN was shown for an officer.
struct WrongPin {
    static constexpr std::string_view kKind = "credential.failed";
    Person person{};
    std::string bay;
};

/// `device`: registers a recorder, or says something new of it.
struct DeviceBody {
    static constexpr std::string_view kKind = "device";
    std::string device;
    std::string model;
    std::string asset;  // number in the bureau's inventory
    std::string unit;
};

/// `device.enrolled`: it was certified by the agency, in front of two persons: `by` and `second`.
struct Enrolment {
    static constexpr std::string_view kKind = "device.enrolled";
    std::string device;
    Person second{};
};

/// What of one generation the vault had not given a receipt for when a recorder was lost.
struct Unreceipted {
    std::uint64_t generation = 0;
    std::uint64_t after = 0;     // the last entry that the vault holds
    std::int64_t sinceUs = 0;    // its time
    std::uint64_t segments = 0;  // known from entries, but their footage is not stored
};

/// `device.lost`: revokes it and ends its hand-out.
struct Loss {
    static constexpr std::string_view kKind = "device.lost";
    std::string device;
    std::string reason;
    bool known = false;                    // whether the catalogue could be asked
    std::vector<Unreceipted> unreceipted;  // by generation; none: the vault holds nothing of it
};

/// `device.found`: it may dock again; handed out it is only after another enrolment.
struct Finding {
    static constexpr std::string_view kKind = "device.found";
    std::string device;
    std::string note;
};

/// `device.revoked`: for good.
struct Revocation {
    static constexpr std::string_view kKind = "device.revoked";
    std::string device;
    std::string reason;
};

/// What a recorder says of its last self check.
struct SelfCheck {
    bool passed = false;
    std::string occasion;
    std::vector<std::string> failed;
    std::int64_t utcUs = 0;
    friend bool operator==(const SelfCheck&, const SelfCheck&) = default;
};

/// `device.seen`: entered by the dock when what a recorder in a bay says of itself has changed.
struct Seen {
    static constexpr std::string_view kKind = "device.seen";
    std::string device;
    std::string bay;
    std::uint64_t boot = 0;
    std::string firmware;
    std::optional<SelfCheck> check;  // nothing: none since it was switched on
    friend bool operator==(const Seen&, const Seen&) = default;
};

/// A row of the list of matters, with the columns in which bureaus publish it.
struct Matter {
    std::string number;      // 序号
    std::string category;    // 执法类别
    std::string step;        // 执法环节
    std::string manner;      // 记录方式
    std::string occasion;    // 记录场合
    std::string content;     // 记录内容
    std::string start;       // 开始记录时间
    std::string process;     // 记录过程
    std::string end;         // 结束记录时间
    std::string department;  // 记录部门
    std::string people;      // 记录人员
    bool full = false;       // 全程
    /// As assignments name it: category/step.
    [[nodiscard]] std::string label() const { return category + "/" + step; }
};

/// `matters`: a version of the list; the newest one that has begun is in force.
struct MattersList {
    static constexpr std::string_view kKind = "matters";
    std::string version;
    std::int64_t fromUs = 0;
    std::string source;  // the file's name
    std::vector<Matter> rows;
};

/// `handout`: a recorder goes out.
struct Handout {
    static constexpr std::string_view kKind = "handout";
    std::string number;  // 2026-0017
    std::string device;
    Person wearer{};
    std::vector<Person> companions;
    std::string list;                  // version of the list of matters
    std::vector<std::string> matters;  // their numbers in it
    std::string place;
    std::int64_t fromUs = 0;
    std::int64_t untilUs = 0;
    core::Buffer assignment;  // evidence::Assignment, openings included
};

/// `delivered`: the recorder entered the assignment.
struct Delivery {
    static constexpr std::string_view kKind = "delivered";
    std::string number;
    std::optional<evidence::Head> entry;  // nothing: it had it already
};

/// `delivery.refused`: the recorder said no.
struct DeliveryRefused {
    static constexpr std::string_view kKind = "delivery.refused";
    std::string number;
    std::string reason;
};

/// `return`: a recorder is back.
struct Return {
    static constexpr std::string_view kKind = "return";
    std::string number;
    bool undamaged = true;
    std::string note;
};

/// `handover`: one officer gave it to another in the field; a note until the desk confirms it.
struct Handover {
    static constexpr std::string_view kKind = "handover";
    std::string number;
    Person from{};
    Person to{};
    std::int64_t atUs = 0;
    std::string note;
};

/// `handover.confirmed`: the desk confirms one of the hand-out's, counted from 0.
struct HandoverConfirmed {
    static constexpr std::string_view kKind = "handover.confirmed";
    std::string number;
    std::uint64_t index = 0;
    std::string note;
};

/// `act`: plans or registers one, or says something new of it.
struct Act {
    static constexpr std::string_view kKind = "act";
    std::string number;
    std::string state;  // planned, registered, dropped
    std::string name;
    std::string list;
    std::string matter;  // its number in the list
    std::string unit;
    std::vector<Person> officers;
    std::string place;
    std::string party;
    std::optional<std::int64_t> fromUs;
    std::optional<std::int64_t> untilUs;
    std::string reason;  // of what is dropped, or was not recorded
};

/// `case`: enters one, or says something new of it.
struct Case {
    static constexpr std::string_view kKind = "case";
    std::string number;
    std::string name;
    std::string unit;
    std::optional<std::int64_t> concludedUs;
};

/// One end of a link.
struct LinkEnd {
    std::string type;  // act, case, recording
    std::string id;    // a recording's: DEVICE/GENERATION/START
    friend auto operator<=>(const LinkEnd&, const LinkEnd&) = default;
};

/// `link`: two things of different types belong together.
struct Link {
    static constexpr std::string_view kKind = "link";
    LinkEnd a;  // a < b
    LinkEnd b;
};

/// `unlink`: they do not, after all.
struct Unlink {
    static constexpr std::string_view kKind = "unlink";
    LinkEnd a;
    LinkEnd b;
    std::string reason;
};

/// `interruption.explained`: why a recording was interrupted, in writing. A later one adds to it.
struct Explanation {
    static constexpr std::string_view kKind = "interruption.explained";
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t recording = 0;  // the entry that it starts with
    std::uint64_t seq = 0;        // the entry of the interruption
    std::string words;
};

/// `emergency.reviewed`: what somebody found of a view that was granted in a hurry. Once a grant.
struct EmergencyReview {
    static constexpr std::string_view kKind = "emergency.reviewed";
    core::Digest request{};
    core::Digest grant{};
    bool justified = false;
    core::Digest words{};  // the commitment; salt and text may be erased
};

/// The body's JSON, in one line.
template <class Body>
[[nodiscard]] std::string encode(const Body& body) = delete;
/// Errors: InvalidArgument with the key.
template <class Body>
[[nodiscard]] Result<Body> decode(std::string_view text) = delete;

template <>
std::string encode(const Unit& body);
template <>
Result<Unit> decode(std::string_view text);
template <>
std::string encode(const Officer& body);
template <>
Result<Officer> decode(std::string_view text);
template <>
std::string encode(const Credential& body);
template <>
Result<Credential> decode(std::string_view text);
template <>
std::string encode(const WrongPin& body);
template <>
Result<WrongPin> decode(std::string_view text);
template <>
std::string encode(const DeviceBody& body);
template <>
Result<DeviceBody> decode(std::string_view text);
template <>
std::string encode(const Enrolment& body);
template <>
Result<Enrolment> decode(std::string_view text);
template <>
std::string encode(const Loss& body);
template <>
Result<Loss> decode(std::string_view text);
template <>
std::string encode(const Finding& body);
template <>
Result<Finding> decode(std::string_view text);
template <>
std::string encode(const Revocation& body);
template <>
Result<Revocation> decode(std::string_view text);
template <>
std::string encode(const Seen& body);
template <>
Result<Seen> decode(std::string_view text);
template <>
std::string encode(const MattersList& body);
template <>
Result<MattersList> decode(std::string_view text);
template <>
std::string encode(const Handout& body);
template <>
Result<Handout> decode(std::string_view text);
template <>
std::string encode(const Delivery& body);
template <>
Result<Delivery> decode(std::string_view text);
template <>
std::string encode(const DeliveryRefused& body);
template <>
Result<DeliveryRefused> decode(std::string_view text);
template <>
std::string encode(const Return& body);
template <>
Result<Return> decode(std::string_view text);
template <>
std::string encode(const Handover& body);
template <>
Result<Handover> decode(std::string_view text);
template <>
std::string encode(const HandoverConfirmed& body);
template <>
Result<HandoverConfirmed> decode(std::string_view text);
template <>
std::string encode(const Act& body);
template <>
Result<Act> decode(std::string_view text);
template <>
std::string encode(const Case& body);
template <>
Result<Case> decode(std::string_view text);
template <>
std::string encode(const Link& body);
template <>
Result<Link> decode(std::string_view text);
template <>
std::string encode(const Unlink& body);
template <>
Result<Unlink> decode(std::string_view text);
template <>
std::string encode(const Explanation& body);
template <>
Result<Explanation> decode(std::string_view text);
template <>
std::string encode(const EmergencyReview& body);
template <>
Result<EmergencyReview> decode(std::string_view text);

}  // namespace liuhen::registry
