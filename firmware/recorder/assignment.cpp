// SPDX-License-Identifier: Apache-2.0
// Who wears the recorder: assignments, handovers, and what a start says of them.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Result;

std::string_view name(AssignmentState state) {
    switch (state) {
        case AssignmentState::None:
            return "none";
        case AssignmentState::Early:
            return "early";
        case AssignmentState::Valid:
            return "valid";
        case AssignmentState::Expired:
            return "expired";
    }
    return "";
}

AssignmentState Recorder::assignmentState() const {
    if (!assigned_) {
        return AssignmentState::None;
    }
    const std::int64_t now = utcUs();
    if (now < assigned_->content.fromUs) {
        return AssignmentState::Early;
    }
    return now < assigned_->content.untilUs ? AssignmentState::Valid : AssignmentState::Expired;
}

bool Recorder::inFullMatter() const {
    if (assignmentState() != AssignmentState::Valid) {
        return false;
    }
    const auto& matters = assigned_->content.matters;
    return std::any_of(matters.begin(), matters.end(), [this](const std::string& matter) {
        return std::find(config_.fullMatters.begin(), config_.fullMatters.end(), matter) !=
               config_.fullMatters.end();
    });
}

/// The ledger is where an assignment is kept; the names are not: a lost recorder shows none.
void Recorder::recallAssignment(const std::optional<evidence::Entry>& entry) {
    const Cbor* message = entry ? entry->body.find("message") : nullptr;
    if (message == nullptr || message->bytes() == nullptr) {
        return;
    }
    auto content = evidence::AssignmentMessage::parse(*message->bytes());
    if (content) {
        assigned_ = Assigned{entry->head(), {*message->bytes(), {}}, *std::move(content)};
    }
}

Result<evidence::Entry> Recorder::takeAssignment(core::ByteView encoded,
                                                 const crypto::Certificate& root) {
    LIUHEN_CHECK(checkOpen());
    LIUHEN_TRY(evidence::Assignment given, evidence::Assignment::decode(encoded));
    LIUHEN_TRY(evidence::AssignmentMessage content,
               evidence::AssignmentMessage::verify(given.message, root));
    if (content.device != keychain_->device()) {
        return core::fail(ErrorKind::PermissionDenied, "take assignment: it is another recorder's");
    }
    if (!given.opens(content)) {
        return core::fail(ErrorKind::InvalidArgument,
                          "take assignment: the names are not those that were signed");
    }
    if (assigned_ && assigned_->given.message == given.message) {
        if (!given.names.empty()) {
            assigned_->given.names = std::move(given.names);
        }
        return core::fail(ErrorKind::AlreadyExists, "take assignment: it was entered before");
    }
    Cbor body = Cbor::map({{"message", given.message}});
    if (names_ && !given.names.empty()) {
        Cbor::Array locked;
        for (const evidence::Opening& opening : given.names) {
            locked.push_back(names_->lock(opening.text));
        }
        body.set("names", std::move(locked));
    }
    const std::string before =
        assignmentState() == AssignmentState::Valid ? assigned_->given.wearer() : "";
    const std::string after = given.wearer();
    evidence::Entry entry = ledger_.append("assignment", std::move(body));
    assigned_ = Assigned{entry.head(), std::move(given), std::move(content)};
    core::log(core::LogLevel::Info,
              "recorder",
              fmt::format("assignment {}: {}", assigned_->content.number, name(assignmentState())));
    if (names_ && !before.empty() && !after.empty() && before != after) {
        (void)handover(before, after);  // told by trouble()
    }
    LIUHEN_CHECK(ledger_.sync());
    return entry;
}

Result<evidence::Entry> Recorder::handover(std::string_view from, std::string_view to) {
    if (!names_) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "hand over: without an evidence key no name is entered");
    }
    Cbor body = Cbor::map({{"from", names_->lock(from)}});
    body.set("to", names_->lock(to));
    return note("handover", std::move(body));
}

/// A missing or expired assignment keeps nobody from recording; the entry says so.
void Recorder::describeWearer(Cbor& start) {
    const AssignmentState state = assignmentState();
    start.set("assigned", name(state));
    start.set("assignment", assigned_ ? assigned_->entry.toCbor() : Cbor());
    const bool valid = state == AssignmentState::Valid;
    const std::string wearer = valid ? assigned_->given.wearer() : config_.wearer;
    std::string place = valid ? assigned_->given.place() : config_.place;
    if (place.empty()) {
        place = config_.place;
    }
    if (names_ && !wearer.empty()) {
        start.set("wearer", names_->lock(wearer));
    }
    if (names_ && !place.empty()) {
        start.set("place", names_->lock(place));
    }
}

}  // namespace liuhen::recorder
