// SPDX-License-Identifier: Apache-2.0
// Judging and writing in one turn.
#include "dock/register/register.hpp"

#include "common/core/files.hpp"
#include "common/core/local_time.hpp"
#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "dock/register/signing.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

constexpr std::size_t kBatch = 1000;

/// The year's next number, such as 2026-0017. Numbers are never given twice: hand-outs stay.
std::string nextNumber(const View& view, std::int64_t nowUs) {
    constexpr std::size_t kYear = 4;
    const std::string year = core::localMinute(core::Microseconds(nowUs)).substr(0, kYear) + "-";
    std::size_t count = 0;
    for (const NotedHandout& one : view.handouts()) {
        count += one.body.number.starts_with(year) ? 1 : 0;
    }
    return fmt::format("{}{:04}", year, count + 1);
}

}  // namespace

Person newPerson() {
    Person person{};
    const core::Buffer bytes = crypto::randomBytes(person.size());
    std::copy(bytes.begin(), bytes.end(), person.begin());
    return person;
}

Result<std::unique_ptr<Register>> Register::open(const std::string& folder,
                                                 const core::Clock& clock) {
    LIUHEN_TRY(EventStore store, EventStore::open(core::joinPath(folder, "register.db")));
    std::unique_ptr<Register> made(new Register(std::move(store), clock));
    LIUHEN_CHECK(made->catchUp());
    return made;
}

Result<void> Register::catchUp() {
    for (;;) {
        LIUHEN_TRY(const std::vector<Event> events, store_.since(view_.events(), kBatch));
        for (const Event& event : events) {
            LIUHEN_CHECK(view_.apply(event));
        }
        if (events.size() < kBatch) {
            return {};
        }
    }
}

Result<std::uint64_t> Register::write(EventStore::Turn& turn,
                                      std::string_view kind,
                                      std::string body,
                                      const Asked& asked) {
    const Event event{
        view_.events() + 1, asked.nowUs, std::string(kind), asked.by, std::move(body)};
    LIUHEN_CHECK(turn.append(event));
    LIUHEN_CHECK(turn.commit());
    LIUHEN_CHECK(view_.apply(event));
    return event.id;
}

template <class Body>
Result<Entered> Register::enter(const Body& body, const Person& by) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(EventStore::Turn turn, store_.begin());
    LIUHEN_CHECK(catchUp());
    const Asked asked{by, clock_.utc().count()};
    if (auto refusal = judge(view_, body, asked)) {
        return Entered{0, std::move(refusal)};
    }
    LIUHEN_TRY(const std::uint64_t id, write(turn, Body::kKind, encode(body), asked));
    return Entered{id, std::nullopt};
}

template Result<Entered> Register::enter(const Unit&, const Person&);
template Result<Entered> Register::enter(const Officer&, const Person&);
template Result<Entered> Register::enter(const Credential&, const Person&);
template Result<Entered> Register::enter(const WrongPin&, const Person&);
template Result<Entered> Register::enter(const DeviceBody&, const Person&);
template Result<Entered> Register::enter(const Enrolment&, const Person&);
template Result<Entered> Register::enter(const Loss&, const Person&);
template Result<Entered> Register::enter(const Finding&, const Person&);
template Result<Entered> Register::enter(const Revocation&, const Person&);
template Result<Entered> Register::enter(const Seen&, const Person&);
template Result<Entered> Register::enter(const MattersList&, const Person&);
template Result<Entered> Register::enter(const Delivery&, const Person&);
template Result<Entered> Register::enter(const DeliveryRefused&, const Person&);
template Result<Entered> Register::enter(const Return&, const Person&);
template Result<Entered> Register::enter(const Handover&, const Person&);
template Result<Entered> Register::enter(const HandoverConfirmed&, const Person&);
template Result<Entered> Register::enter(const Act&, const Person&);
template Result<Entered> Register::enter(const Case&, const Person&);
template Result<Entered> Register::enter(const Link&, const Person&);
template Result<Entered> Register::enter(const Unlink&, const Person&);
template Result<Entered> Register::enter(const Explanation&, const Person&);
template Result<Entered> Register::enter(const EmergencyReview&, const Person&);

Result<HandedOut> Register::handOut(const HandoutOrder& order,
                                    const Person& by,
                                    const Signer& signer) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(EventStore::Turn turn, store_.begin());
    LIUHEN_CHECK(catchUp());
    const Asked asked{by, clock_.utc().count()};
    if (auto refusal = judge(view_, order, asked)) {
        return HandedOut{{0, std::move(refusal)}, ""};
    }
    Handout body;
    body.number = nextNumber(view_, asked.nowUs);
    body.device = order.device;
    body.wearer = order.wearer;
    body.companions = order.companions;
    body.list = view_.listAt(asked.nowUs)->version;
    body.matters = order.matters;
    body.place = order.place;
    body.fromUs = order.fromUs;
    body.untilUs = order.untilUs;
    LIUHEN_TRY(body.assignment, signAssignment(view_, body, signer));
    LIUHEN_TRY(const std::uint64_t id, write(turn, Handout::kKind, encode(body), asked));
    return HandedOut{{id, std::nullopt}, std::move(body.number)};
}

Result<void> Register::look(const std::function<void(const View&)>& look) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_CHECK(catchUp());
    look(view_);
    return {};
}

Result<std::vector<Event>> Register::history(std::uint64_t after, std::size_t limit) {
    const std::scoped_lock guard(mutex_);
    return store_.since(after, limit);
}

bool Register::admits(const std::string& device) {
    bool admitted = false;
    const auto seen = look([&](const View& view) {
        const Device* known = view.device(device);
        admitted = known == nullptr ||
                   (known->state != DeviceState::Lost && known->state != DeviceState::Revoked);
    });
    if (!seen) {
        core::log(core::LogLevel::Error,
                  "register",
                  seen.error().message + "; nobody is admitted until it can be read");
    }
    return seen.has_value() && admitted;
}

}  // namespace liuhen::registry
