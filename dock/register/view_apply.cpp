// SPDX-License-Identifier: Apache-2.0
// What each kind of event does to the view, and what must be so before it.
#include "dock/register/view.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::registry {

using core::ErrorKind;
using core::fail;

namespace {

tl::unexpected<core::Error> impossible(std::string_view why) {
    return fail(ErrorKind::DataLoss, std::string(why));
}

}  // namespace

/// One event on its way into the view.
struct Applying {
    View& view;
    const Event& event;

    [[nodiscard]] Done done() const { return {event.timeUs, event.by}; }

    [[nodiscard]] Result<Device*> device(const std::string& name) const {
        const auto found = view.devices_.find(name);
        if (found == view.devices_.end()) {
            return impossible("recorder " + name + " is not registered");
        }
        return &found->second;
    }
    [[nodiscard]] Result<NotedHandout*> handout(const std::string& number) const {
        const auto found = view.byNumber_.find(number);
        if (found == view.byNumber_.end()) {
            return impossible("there is no hand-out " + number);
        }
        return &view.handouts_[found->second];
    }
    [[nodiscard]] Result<NotedHandout*> openHandout(const std::string& number) const {
        LIUHEN_TRY(NotedHandout * found, handout(number));
        if (!found->open()) {
            return impossible("hand-out " + number + " has ended");
        }
        return found;
    }
    Result<void> enter(Device& found, DeviceState state) const {
        if (found.state == DeviceState::Revoked) {
            return impossible("recorder " + found.body.device + " was revoked for good");
        }
        found.state = state;
        found.changed = done();
        return {};
    }

    Result<void> take(Unit&& body) const {
        view.units_[body.id] = std::move(body);
        return {};
    }
    Result<void> take(Officer&& body) const {
        view.officers_[body.person] = std::move(body);
        return {};
    }
    Result<void> take(Credential&& body) const {
        view.credentials_[body.person] = std::move(body);
        return {};
    }
    Result<void> take(WrongPin&& body) const {
        view.wrongPins_[body.person].push_back(event.timeUs);
        return {};
    }
    Result<void> take(DeviceBody&& body) const {
        const auto [place, isNew] = view.devices_.try_emplace(body.device);
        if (isNew) {
            place->second.changed = done();
        }
        place->second.body = std::move(body);
        return {};
    }
    Result<void> take(Enrolment&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        found->enrolment = std::move(body);
        return enter(*found, DeviceState::Enrolled);
    }
    Result<void> take(Loss&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        found->loss = std::move(body);
        if (found->handout) {
            view.handouts_[*found->handout].lost = done();
            found->handout.reset();
        }
        return enter(*found, DeviceState::Lost);
    }
    Result<void> take(Finding&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        if (found->state != DeviceState::Lost) {
            return impossible("recorder " + body.device + " was found and had not been lost");
        }
        return enter(*found, DeviceState::Found);
    }
    Result<void> take(Revocation&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        return enter(*found, DeviceState::Revoked);
    }
    Result<void> take(Seen&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        found->seen = std::move(body);
        found->seenUs = event.timeUs;
        return {};
    }
    Result<void> take(MattersList&& body) const {
        if (view.list(body.version) != nullptr) {
            return impossible("version " + body.version + " of the list of matters is there");
        }
        view.matters_.push_back(std::move(body));
        return {};
    }
    Result<void> take(Handout&& body) const {
        LIUHEN_TRY(Device * found, device(body.device));
        if (found->state != DeviceState::Enrolled || found->handout) {
            return impossible("recorder " + body.device + " could not be handed out");
        }
        if (!view.byNumber_.emplace(body.number, view.handouts_.size()).second) {
            return impossible("there are two hand-outs " + body.number);
        }
        found->handout = view.handouts_.size();
        found->handouts.push_back(view.handouts_.size());
        NotedHandout noted;
        noted.body = std::move(body);
        noted.handedOut = done();
        noted.clockBehind = event.timeUs < view.latestUs_;
        view.handouts_.push_back(std::move(noted));
        return {};
    }
    Result<void> take(Delivery&& body) const {
        LIUHEN_TRY(NotedHandout * found, handout(body.number));
        found->delivered = std::move(body);
        found->refused.reset();
        return {};
    }
    Result<void> take(DeliveryRefused&& body) const {
        LIUHEN_TRY(NotedHandout * found, handout(body.number));
        found->refused = std::move(body.reason);
        return {};
    }
    Result<void> take(Return&& body) const {
        LIUHEN_TRY(NotedHandout * found, openHandout(body.number));
        LIUHEN_TRY(Device * back, device(found->body.device));
        back->handout.reset();
        found->returned = done();
        found->back = std::move(body);
        return {};
    }
    Result<void> take(Handover&& body) const {
        LIUHEN_TRY(NotedHandout * found, openHandout(body.number));
        if (body.from != found->holder()) {
            return impossible("who handed over " + body.number + " did not have it");
        }
        found->handovers.push_back({std::move(body), done(), std::nullopt});
        return {};
    }
    Result<void> take(HandoverConfirmed&& body) const {
        LIUHEN_TRY(NotedHandout * found, handout(body.number));
        if (body.index >= found->handovers.size() || found->handovers[body.index].confirmed) {
            return impossible("there is no hand-over to confirm in " + body.number);
        }
        found->handovers[body.index].confirmed = done();
        return {};
    }
    Result<void> take(Act&& body) const {
        view.acts_[body.number] = std::move(body);
        return {};
    }
    Result<void> take(Case&& body) const {
        view.cases_[body.number] = std::move(body);
        return {};
    }
    Result<void> take(Link&& body) const {
        const auto ends = std::pair(body.a, body.b);
        if (!view.links_.try_emplace(ends, NotedLink{std::move(body), done(), event.id}).second) {
            return impossible("what is linked was linked already");
        }
        return {};
    }
    Result<void> take(Unlink&& body) const {
        if (view.links_.erase({body.a, body.b}) == 0) {
            return impossible("what is parted was not linked");
        }
        return {};
    }
    Result<void> take(Explanation&& body) const {
        const InterruptionName name{body.device, body.generation, body.seq};
        view.explanations_[name].push_back({std::move(body.words), done()});
        return {};
    }
    Result<void> take(EmergencyReview&& body) const {
        if (!view.reviews_.try_emplace(body.grant, NotedReview{body, done()}).second) {
            return impossible("an emergency view was reviewed twice");
        }
        return {};
    }

    template <class Body>
    Result<void> read() const {
        LIUHEN_TRY(Body body, decode<Body>(event.body));
        return take(std::move(body));
    }
};

namespace {

struct Kind {
    std::string_view name;
    Result<void> (Applying::*read)() const;
};

template <class Body>
constexpr Kind kindOf() {
    return {Body::kKind, &Applying::read<Body>};
}

constexpr std::array kKinds = {kindOf<Unit>(),
                               kindOf<Officer>(),
                               kindOf<Credential>(),
                               kindOf<DeviceBody>(),
                               kindOf<Enrolment>(),
                               kindOf<Loss>(),
                               kindOf<Finding>(),
                               kindOf<Revocation>(),
                               kindOf<Seen>(),
                               kindOf<MattersList>(),
                               kindOf<Handout>(),
                               kindOf<Delivery>(),
                               kindOf<DeliveryRefused>(),
                               kindOf<Return>(),
                               kindOf<Handover>(),
                               kindOf<HandoverConfirmed>(),
                               kindOf<Act>(),
                               kindOf<Case>(),
                               kindOf<Link>(),
                               kindOf<Unlink>(),
                               kindOf<Explanation>(),
                               kindOf<EmergencyReview>(),
                               kindOf<WrongPin>()};

}  // namespace

Result<void> View::apply(const Event& event) {
    const auto kind = std::find_if(
        kKinds.begin(), kKinds.end(), [&event](const Kind& one) { return one.name == event.kind; });
    const auto place = [&event] { return fmt::format("read event {} of the register", event.id); };
    if (kind == kKinds.end()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("{}: kind {} is not known; use the program that wrote it, or a "
                                "newer one",
                                place(),
                                event.kind));
    }
    if (auto taken = (Applying{*this, event}.*kind->read)(); !taken) {
        return fail(ErrorKind::DataLoss, place() + ": " + taken.error().message);
    }
    events_ = event.id;
    latestUs_ = std::max(latestUs_, event.timeUs);
    return {};
}

}  // namespace liuhen::registry
