// SPDX-License-Identifier: Apache-2.0
// Telling the register, and bringing what it holds for the recorder.
#include "dock/ingest/assignment_step.hpp"

#include "common/core/log.hpp"

#include <optional>

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;

namespace {

/// What the register has to do with a recorder.
struct Concern {
    bool known = false;
    std::optional<registry::Seen> seen;
    std::optional<registry::Handout> pending;  // open, not delivered
    bool refused = false;                      // by the recorder, before
};

Result<Concern> concernOf(registry::Register& records, const std::string& device) {
    Concern concern;
    LIUHEN_CHECK(records.look([&](const registry::View& view) {
        const registry::Device* found = view.device(device);
        if (found == nullptr) {
            return;
        }
        concern.known = true;
        concern.seen = found->seen;
        const registry::NotedHandout* open = view.openHandout(device);
        if (open != nullptr && !open->delivered) {
            concern.pending = open->body;
            concern.refused = open->refused.has_value();
        }
    }));
    return concern;
}

/// Whether the recorder itself said no, so that asking again at once is of no use.
bool isRefusal(ErrorKind kind) {
    return kind == ErrorKind::Unauthenticated || kind == ErrorKind::PermissionDenied ||
           kind == ErrorKind::InvalidArgument || kind == ErrorKind::FailedPrecondition ||
           kind == ErrorKind::NotFound || kind == ErrorKind::DataLoss;
}

/// Enters; a judgement against it only means that somebody was quicker.
template <class Body>
Result<void> note(registry::Register& records, const Body& body) {
    LIUHEN_TRY(const registry::Entered entered, records.enter(body, registry::kDock));
    if (entered.refusal) {
        core::log(core::LogLevel::Info, "register", entered.refusal->en);
    }
    return {};
}

Result<void> bring(const Visit& visit, const registry::Handout& handout) {
    auto entry = visit.link.giveAssignment(handout.assignment);
    if (!entry && isRefusal(entry.error().kind)) {
        core::log(core::LogLevel::Error,
                  "register",
                  fmt::format("{}: assignment {} is not delivered: {}",
                              handout.device,
                              handout.number,
                              entry.error().message));
        return note(visit.records,
                    registry::DeliveryRefused{handout.number, entry.error().message});
    }
    if (!entry) {
        return tl::make_unexpected(std::move(entry).error());
    }
    registry::Delivery delivery{handout.number, std::nullopt};
    if (*entry) {
        delivery.entry = (*entry)->head();
    }
    core::log(core::LogLevel::Info,
              "register",
              fmt::format("{}: has assignment {}", handout.device, handout.number));
    return note(visit.records, delivery);
}

}  // namespace

Result<void> tellRegister(const Visit& visit, const DeviceState& state) {
    const std::string& device = visit.link.device();
    LIUHEN_TRY(const Concern concern, concernOf(visit.records, device));
    if (!concern.known) {
        return {};
    }
    const registry::Seen now{device, visit.bay, state.boot, state.firmware, state.selfCheck};
    if (concern.seen != now) {
        LIUHEN_CHECK(note(visit.records, now));
    }
    if (!concern.pending || state.recording || (concern.refused && !visit.docking)) {
        return {};
    }
    return bring(visit, *concern.pending);
}

}  // namespace liuhen::ingest
