// SPDX-License-Identifier: Apache-2.0
// Asking, and what was asked.
#include "dock/web/api/access_room.hpp"

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using evidence::CommittedText;

namespace {

constexpr std::size_t kReasonLetters = 1024;
constexpr std::size_t kCaseLetters = 128;

bool isState(std::string_view text) {
    return requestStateOf(text).has_value();
}

/// Whether the session's person may know of the request.
bool mayKnow(const access::Session& session, const RequestEntry& entry) {
    return !seesOwnOnly(session) || entry.body.by == session.person;
}

net::Response answerOne(Parts& parts, unsigned status, const RequestEntry& entry) {
    json body;
    if (const auto filled = fillRequest(parts, entry, body); !filled) {
        return refusalOf(filled.error());
    }
    return reply(status, body);
}

net::Response listed(Parts& parts, Call& call) {
    Query& query = call.query;
    const std::size_t limit = query.limit();
    const auto state = query.shaped("state", &isState);
    const bool mine = query.boolean("mine").value_or(false);
    std::uint64_t before = UINT64_MAX;
    if (const auto after = query.text("after", 1, 20)) {
        const auto number = numberOf(*after);
        if (!number) {
            query.reject("after");
        }
        before = number.value_or(0);
    }
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    RequestFilter filter;
    filter.state = state ? requestStateOf(*state) : std::nullopt;
    if (mine || seesOwnOnly(call.who())) {
        filter.by = call.who().person;
    }
    const auto page = parts.access.requests.list(filter, before, limit);
    if (!page) {
        return refusalOf(page.error());
    }
    json items = json::array();
    for (const RequestEntry& entry : page->entries) {
        json item;
        if (const auto filled = fillRequest(parts, entry, item); !filled) {
            return refusalOf(filled.error());
        }
        items.push_back(std::move(item));
    }
    return reply(200,
                 {{"items", std::move(items)},
                  {"next", page->more ? numberJson(page->entries.back().leaf) : json()}});
}

net::Response one(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest known = knownRequestOf(parts, call);
    return known.entry ? answerOne(parts, 200, *known.entry) : known.wrong;
}

/// Who has a grant gives it back, and a head takes back any.
net::Response endGrant(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string name = body->text("grant", 64, 64);
    if (!isHex64(name)) {
        body->reject("grant");
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest known = knownRequestOf(parts, call);
    if (!known.entry) {
        return known.wrong;
    }
    const RequestEntry& entry = *known.entry;
    const bool granted = entry.decision && entry.decision->granted;
    if (!granted || core::toHex(entry.decision->granted->grant) != name) {
        return refusal(Problem::NotFound);
    }
    const access::Person by = call.who().person;
    if (entry.body.by != by && !call.who().roles.has(Role::Head)) {
        return refusal(Problem::Forbidden);
    }
    if (entry.state == RequestState::Ended) {
        return refusal(Problem::GrantEnded);
    }
    const core::Digest grant = entry.decision->granted->grant;
    const auto ended = parts.access.vault.change(
        [&grant, &by](vault::AccessClient& vault) { return vault.end(grant, by); });
    if (!ended) {
        return refusalOf(ended.error());
    }
    const NamedRequest now = knownRequestOf(parts, call);
    return now.entry ? answerOne(parts, 200, *now.entry) : now.wrong;
}

/// Whether the session's person may ask for it: a recording must be known here, and an officer sees
/// their own alone.
Result<bool> mayAskFor(Parts& parts,
                       const access::Session& session,
                       const evidence::AccessSubject& subject) {
    if (!subject.recording) {
        return !seesOwnOnly(session);
    }
    LIUHEN_TRY(const auto found,
               parts.browser.timeline({subject.device, *subject.generation, *subject.recording}));
    return found ? maySee(parts, session, found->recording) : Result<bool>(false);
}

/// Whether a hold or a class can be on it (docs/format/access.md section 4.2).
bool isHeldAlike(const evidence::AccessSubject& subject) {
    return subject.generation && (subject.recording || subject.object) && !subject.span;
}

net::Response make(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    evidence::RequestBody asked;
    asked.by = call.who().person;
    asked.purpose = body->text("purpose", 1, 16);
    std::vector<Body> subjects = body->objects("subjects", evidence::kMaxSubjects);
    const access::RequestWords words{body->text("reason", 1, kReasonLetters),
                                     outsiderOf(*body, parts.clock)};
    const auto caseNumber = body->optionalText("case", 1, kCaseLetters);
    asked.emergency = body->boolean("emergency");
    if (!evidence::isPurpose(asked.purpose)) {
        body->reject("purpose");
    }
    if (words.outsider && asked.purpose != "view" && asked.purpose != "copy") {
        body->reject("outsider");
    }
    const CommittedText why = CommittedText::make(words.text());
    if (why.text.size() > evidence::kMaxCommittedBytes) {
        body->reject("reason");
    }
    // A hurry opens a view alone (docs/format/access.md section 3).
    if (asked.emergency && asked.purpose != "view") {
        body->reject("emergency");
    }
    for (Body& each : subjects) {
        auto subject = subjectOf(each);
        if (subject && (!evidence::needsTwo(asked.purpose) || isHeldAlike(*subject))) {
            asked.subjects.push_back(*std::move(subject));
        } else {
            body->reject("subjects");
        }
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    if (evidence::needsTwo(asked.purpose) && seesOwnOnly(call.who())) {
        return refusal(Problem::Forbidden);
    }
    for (const evidence::AccessSubject& subject : asked.subjects) {
        const auto allowed = mayAskFor(parts, call.who(), subject);
        if (!allowed) {
            return refusalOf(allowed.error());
        }
        if (!*allowed) {
            return refusal(Problem::NotFound, "subjects");
        }
    }
    if (words.outsider) {
        if (const auto wrong = keepLetter(parts, call.who(), words.outsider->scan)) {
            return *wrong;
        }
    }
    asked.reason = why.commitment;
    auto kept = parts.access.words->keep(why);
    if (caseNumber && kept) {
        const CommittedText number = CommittedText::make(*caseNumber);
        asked.caseNumber = number.commitment;
        kept = parts.access.words->keep(number);
    }
    if (!kept) {
        return refusalOf(kept.error());
    }
    const auto logged = parts.access.vault.change(
        [&asked](vault::AccessClient& vault) { return vault.request(asked); });
    if (!logged) {
        return refusalOf(logged.error());
    }
    const auto entry = parts.access.requests.find(logged->request);
    if (!entry || !*entry) {
        return entry ? refusal(Problem::Internal) : refusalOf(entry.error());
    }
    return answerOne(parts, 201, **entry);
}

}  // namespace

NamedRequest namedRequestOf(Parts& parts, const Call& call) {
    const auto id = core::digestFromHex(call.part("id"));
    if (!isHex64(call.part("id")) || !id) {
        return {std::nullopt, refusal(Problem::NotFound)};
    }
    auto entry = parts.access.requests.find(*id);
    if (!entry) {
        return {std::nullopt, refusalOf(entry.error())};
    }
    if (!*entry) {
        return {std::nullopt, refusal(Problem::NotFound)};
    }
    return {*std::move(entry), {}};
}

NamedRequest knownRequestOf(Parts& parts, const Call& call) {
    NamedRequest named = namedRequestOf(parts, call);
    if (named.entry && !mayKnow(call.who(), *named.entry)) {
        return {std::nullopt, refusal(Problem::NotFound)};
    }
    return named;
}

TodoSource requestTodo(Parts& parts) {
    return [&parts](const access::Session& session, std::vector<TodoItem>& to) {
        if (!session.roles.has(Role::Head)) {
            return;
        }
        const auto open = parts.access.requests.countOpen(session.person);
        if (open && *open > 0) {
            to.push_back({"request.open",
                          "due",
                          fmt::format("{} 件调阅申请等待审批，请逐件审阅后签名。", *open),
                          fmt::format("{} requests wait for a decision; read and sign.", *open),
                          *open,
                          "/requests"});
        }
    };
}

std::vector<Route> requestRoutes() {
    const Who readers =
        Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer});
    const Who askers = Who::of({Role::Officer, Role::Custodian, Role::Supervisor, Role::Reviewer});
    return {
        {"GET", "/api/v1/requests", "listRequests", readers, &listed},
        {"POST", "/api/v1/requests", "createRequest", askers, &make},
        {"GET", "/api/v1/requests/{id}", "request", readers, &one},
        {"POST", "/api/v1/requests/{id}/end", "endGrant", readers, &endGrant},
    };
}

}  // namespace liuhen::web
