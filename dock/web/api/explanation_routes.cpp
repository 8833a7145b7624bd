// SPDX-License-Identifier: Apache-2.0
// Written explanations of interruptions: which are due, and giving them.
#include "common/core/local_time.hpp"
#include "dock/register/holding.hpp"
#include "dock/web/api/own.hpp"
#include "dock/web/api/register_room.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using catalogue::RecordingName;
using catalogue::UnsaidInterruption;
using registry::View;

namespace {

constexpr std::size_t kWordsLetters = 1000;  // at most four bytes each: registry::kNoteBytes
constexpr core::Microseconds kLookedBack = std::chrono::hours(31 * 24);
constexpr std::size_t kLookedAt = 500;
constexpr std::size_t kNamed = 5;

std::uint64_t numberIn(Body& body, std::string_view name) {
    const auto number = numberOf(body.text(name, 1, 20));
    if (!number) {
        body.reject(name);
    }
    return number.value_or(0);
}

net::Response explain(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    registry::Explanation given;
    given.device = body->text("device", 1, 32);
    given.generation = numberIn(*body, "generation");
    given.recording = numberIn(*body, "start");
    given.seq = numberIn(*body, "seq");
    given.words = body->text("words", 1, kWordsLetters);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto found =
        parts.browser.timeline(RecordingName{given.device, given.generation, given.recording});
    if (!found) {
        return refusalOf(found.error());
    }
    const auto seen = *found ? maySee(parts, call.who(), (*found)->recording) : Result<bool>(false);
    if (!seen) {
        return refusalOf(seen.error());
    }
    const bool known = *seen && std::any_of((*found)->interruptions.begin(),
                                            (*found)->interruptions.end(),
                                            [&given](const catalogue::TimelineInterruption& each) {
                                                return each.seq == given.seq;
                                            });
    if (!known) {
        return refusal(Problem::NotFound);
    }
    return entered(parts.desk.records.enter(given, call.who().person));
}

/// Of those without a word said, those without a written one that are this person's to know of.
Result<std::vector<UnsaidInterruption>> due(Parts& parts, const access::Session& session) {
    LIUHEN_TRY(auto unsaid,
               parts.browser.unsaid((parts.clock.utc() - kLookedBack).count(), kLookedAt));
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        std::erase_if(unsaid, [&](const UnsaidInterruption& each) {
            const RecordingName& name = each.recording;
            if (view.explanations().contains({name.device, name.generation, each.seq})) {
                return true;
            }
            const auto holders = registry::holdersAt(view, name.device, each.startUs);
            return seesOwnOnly(session) &&
                   std::find(holders.begin(), holders.end(), session.person) == holders.end();
        });
    }));
    return unsaid;
}

TodoItem itemOf(const UnsaidInterruption& each) {
    const RecordingName& name = each.recording;
    const std::string when = core::localMinute(core::Microseconds(each.startUs));
    return {
        "interruption.unexplained",
        "due",
        fmt::format("执法记录仪 {} 于 {} 中止后没有语音说明，请补充书面说明。", name.device, when),
        fmt::format("Nobody was heard saying why {} was interrupted at {}; say it in writing.",
                    name.device,
                    when),
        1,
        fmt::format("/recordings/{}/{}/{}?interruption={}",
                    name.device,
                    name.generation,
                    name.start,
                    each.seq)};
}

}  // namespace

Result<void> addExplanations(Parts& parts, const RecordingName& name, std::uint64_t seq, json& to) {
    std::vector<registry::NotedExplanation> noted;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        const auto found = view.explanations().find({name.device, name.generation, seq});
        if (found != view.explanations().end()) {
            noted = found->second;
        }
    }));
    for (const registry::NotedExplanation& each : noted) {
        json people = json::array();
        LIUHEN_CHECK(addPeople(parts, {each.explained.by}, people));
        to.push_back({{"words", each.words},
                      {"by", people.empty() ? json() : people.front()},
                      {"time_us", each.explained.us}});
    }
    return {};
}

TodoSource explanationTodo(Parts& parts) {
    return [&parts](const access::Session& session, std::vector<TodoItem>& to) {
        if (!session.roles.any({Role::Officer, Role::Custodian, Role::Supervisor})) {
            return;
        }
        const auto all = due(parts, session);
        if (!all) {
            return;
        }
        for (std::size_t i = 0; i < std::min(all->size(), kNamed); ++i) {
            to.push_back(itemOf((*all)[i]));
        }
        if (all->size() > kNamed) {
            const std::size_t rest = all->size() - kNamed;
            to.push_back({"interruption.unexplained",
                          "due",
                          fmt::format("另有 {} 处中止没有语音说明，请逐处补充书面说明。", rest),
                          fmt::format("{} more interruptions are not explained.", rest),
                          rest,
                          "/recordings"});
        }
    };
}

std::vector<Route> explanationRoutes() {
    return {{"POST",
             "/api/v1/explanations",
             "explainInterruption",
             Who::of({Role::Officer, Role::Custodian}),
             &explain}};
}

}  // namespace liuhen::web
