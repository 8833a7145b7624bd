// SPDX-License-Identifier: Apache-2.0
// Reviews of views that were granted in a hurry: which are due, and writing them.
#include "dock/web/api/access_room.hpp"
#include "dock/web/api/register_room.hpp"
#include "dock/web/api/review_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using evidence::CommittedText;
using registry::NotedReview;
using registry::View;

namespace {

constexpr std::size_t kWordsLetters = 1000;  // at most four bytes each: kMaxCommittedBytes
constexpr std::size_t kNamed = 5;

/// Whether the person asked for it or opened it: then somebody else must judge it.
bool isOwn(const RequestEntry& entry, const access::Person& person) {
    const auto& by = entry.decision->by;
    return entry.body.by == person || std::find(by.begin(), by.end(), person) != by.end();
}

Result<std::optional<NotedReview>> reviewOf(Parts& parts, const core::Digest& grant) {
    std::optional<NotedReview> noted;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        const auto found = view.reviews().find(grant);
        if (found != view.reviews().end()) {
            noted = found->second;
        }
    }));
    return noted;
}

net::Response answerOf(Parts& parts, const RequestEntry& entry) {
    json answer;
    if (const auto filled = fillRequest(parts, entry, answer); !filled) {
        return refusalOf(filled.error());
    }
    return reply(201, answer);
}

/// Enters the review, unless there is one; its words are kept before, as the event names them.
net::Response enterReview(Parts& parts,
                          const RequestEntry& entry,
                          bool justified,
                          const CommittedText& words,
                          const access::Person& by) {
    const registry::EmergencyReview review{
        entry.body.request, entry.decision->granted->grant, justified, words.commitment};
    registry::Judgement before;
    const auto seen = parts.desk.records.look([&](const View& view) {
        before = registry::judge(view, review, {by, parts.clock.utc().count()});
    });
    if (!seen) {
        return refusalOf(seen.error());
    }
    if (before) {
        return refused(*before);
    }
    if (const auto kept = parts.access.words->keep(words); !kept) {
        return refusalOf(kept.error());
    }
    const auto added = parts.desk.records.enter(review, by);
    if (!added) {
        return refusalOf(added.error());
    }
    return added->refusal ? refused(*added->refusal) : answerOf(parts, entry);
}

net::Response review(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const bool justified = body->boolean("justified");
    const std::string words = body->text("words", 1, kWordsLetters);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest named = namedRequestOf(parts, call);
    if (!named.entry) {
        return named.wrong;
    }
    if (!named.entry->isEmergency()) {
        return refusal(Problem::NotEmergency);
    }
    const access::Person by = call.who().person;
    if (isOwn(*named.entry, by)) {
        return refusal(Problem::OwnReview);
    }
    return enterReview(parts, *named.entry, justified, CommittedText::make(words), by);
}

/// Those that nobody has reviewed and this person may, the oldest first.
Result<std::vector<RequestEntry>> due(Parts& parts, const access::Person& person) {
    LIUHEN_TRY(auto entries, parts.access.requests.emergencies());
    std::erase_if(entries, [&person](const RequestEntry& each) { return isOwn(each, person); });
    LIUHEN_CHECK(parts.desk.records.look([&entries](const View& view) {
        std::erase_if(entries, [&view](const RequestEntry& each) {
            return view.reviews().contains(each.decision->granted->grant);
        });
    }));
    return entries;
}

Result<TodoItem> itemOf(Parts& parts, const RequestEntry& each) {
    json by;
    LIUHEN_CHECK(fillPerson(parts, each.body.by, by));
    return unreviewedItem(by.value("name", ""),
                          each.decision->timeUs,
                          parts.clock.utc().count(),
                          core::toHex(each.body.request));
}

}  // namespace

Result<void> fillReview(Parts& parts, const RequestEntry& entry, json& to) {
    to = nullptr;
    if (!entry.isEmergency()) {
        return {};
    }
    LIUHEN_TRY(const auto noted, reviewOf(parts, entry.decision->granted->grant));
    if (!noted) {
        return {};
    }
    json by;
    LIUHEN_CHECK(fillPerson(parts, noted->reviewed.by, by));
    LIUHEN_TRY(const auto words, parts.access.words->opened(noted->body.words));
    to = {{"by", std::move(by)},
          {"at_us", noted->reviewed.us},
          {"justified", noted->body.justified},
          {"words", words.value_or("")}};
    return {};
}

Result<void> addReview(Parts& parts, const evidence::Leaf& leaf, json& to) {
    if (leaf.kind != "approval") {
        return {};
    }
    const auto whole = evidence::SignedApproval::fromCbor(leaf.body);
    if (!whole) {
        return {};
    }
    const auto content = evidence::Approval::decode(whole->approval);
    if (!content || !content->granted || content->manner != evidence::Manner::Emergency) {
        return {};
    }
    LIUHEN_TRY(const auto noted, reviewOf(parts, content->granted->grant));
    to["review"] = noted ? json{{"by", hexOf(noted->reviewed.by)},
                                {"at_us", noted->reviewed.us},
                                {"justified", noted->body.justified}}
                         : json();
    return {};
}

TodoSource reviewTodo(Parts& parts) {
    return [&parts](const access::Session& session, std::vector<TodoItem>& to) {
        if (!session.roles.any({Role::Head, Role::Supervisor})) {
            return;
        }
        const auto all = due(parts, session.person);
        if (!all) {
            return;
        }
        for (std::size_t i = 0; i < std::min(all->size(), kNamed); ++i) {
            if (auto item = itemOf(parts, (*all)[i])) {
                to.push_back(*std::move(item));
            }
        }
        if (all->size() > kNamed) {
            const std::size_t rest = all->size() - kNamed;
            to.push_back({"emergency.unreviewed",
                          "alarm",
                          fmt::format("另有 {} 件紧急调阅待审查，请逐件审查。", rest),
                          fmt::format("{} more emergency views are not reviewed.", rest),
                          rest,
                          "/requests"});
        }
    };
}

std::vector<Route> reviewRoutes() {
    return {{"POST",
             "/api/v1/requests/{id}/review",
             "reviewEmergency",
             Who::of({Role::Head, Role::Supervisor}),
             &review}};
}

}  // namespace liuhen::web
