// SPDX-License-Identifier: Apache-2.0
// What an approver signs, and the signed decision on its way to the vault.
#include "dock/web/api/access_room.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using evidence::Manner;
using evidence::needsTwo;

namespace {

constexpr std::int64_t kMostUs = 9'007'199'254'740'991;  // 2^53 - 1
constexpr std::int64_t kMostUses = 1000;
constexpr core::Microseconds kLongest = std::chrono::hours(92 * 24);
constexpr core::Microseconds kLongestEmergency = std::chrono::hours(24);
constexpr std::int64_t kAuthenticatorMs = 120'000;

bool isDecision(std::string_view text) {
    return text == "granted" || text == "refused";
}

bool isChosenManner(std::string_view text) {
    return text == "key" || text == "paper";
}

/// The request of the path if it can be decided now; else why not.
NamedRequest decidableOf(Parts& parts, const Call& call) {
    NamedRequest named = namedRequestOf(parts, call);
    if (named.entry && named.entry->decision) {
        return {std::nullopt, refusal(Problem::DecidedBefore)};
    }
    return named;
}

/// The keys of the page's own that have a power, of one relying party.
std::vector<evidence::Appointment> keysWith(std::vector<evidence::Appointment> all,
                                            const std::string& origin,
                                            const std::string& power) {
    std::erase_if(all, [&](const evidence::Appointment& each) {
        return each.origin != origin || !each.powers.contains(power);
    });
    if (!all.empty()) {
        const std::string rp = all.front().rp;
        std::erase_if(all, [&rp](const evidence::Appointment& each) { return each.rp != rp; });
    }
    return all;
}

struct Bounds {
    std::optional<std::int64_t> fromUs;
    std::optional<std::int64_t> untilUs;
    std::optional<std::int64_t> uses;
};

/// The name of what is wrong with the bounds of a decision; "" if nothing is.
std::string_view wrongBound(const Bounds& bounds, bool granted, core::Microseconds longest) {
    if (!granted) {
        return bounds.fromUs ? "from_us" : bounds.untilUs ? "until_us" : bounds.uses ? "uses" : "";
    }
    if (!bounds.fromUs) {
        return "from_us";
    }
    if (!bounds.untilUs || *bounds.untilUs <= *bounds.fromUs ||
        *bounds.untilUs - *bounds.fromUs > longest.count()) {
        return "until_us";
    }
    return bounds.uses ? "" : "uses";
}

evidence::GrantTerms termsOf(const Bounds& bounds) {
    evidence::GrantTerms terms;
    const core::Buffer drawn = crypto::randomBytes(terms.grant.size());
    std::copy(drawn.begin(), drawn.end(), terms.grant.begin());
    terms.time = {*bounds.fromUs, *bounds.untilUs};
    terms.uses = static_cast<std::uint64_t>(*bounds.uses);
    return terms;
}

bool isSignedTwice(const evidence::RequestBody& asked, const evidence::Approval& content) {
    return content.granted && (content.manner == Manner::Paper ||
                               (content.manner == Manner::Key && needsTwo(asked.purpose)));
}

/// Why somebody cannot sign what another has signed, with this manner and these bounds; nothing if
/// they can.
std::optional<Problem> wrongSecond(const access::FirstSignature& first,
                                   const access::Person& by,
                                   const evidence::Approval& wanted) {
    if (first.approval.signatures.front().person == by) {
        return Problem::SignedFirst;
    }
    const auto content = evidence::Approval::decode(first.approval.approval);
    const bool same = content && content->granted && content->manner == wanted.manner &&
                      content->granted->time.fromUs == wanted.granted->time.fromUs &&
                      content->granted->time.untilUs == wanted.granted->time.untilUs &&
                      content->granted->uses == wanted.granted->uses;
    return same ? std::nullopt : std::optional(Problem::SignedOtherwise);
}

json optionsJson(core::ByteView content, const std::vector<evidence::Appointment>& keys) {
    json allowed = json::array();
    for (const evidence::Appointment& key : keys) {
        allowed.push_back({{"type", "public-key"}, {"id", crypto::toBase64Url(key.credential)}});
    }
    return {{"approval", crypto::toBase64Url(content)},
            {"public_key",
             {{"challenge", crypto::toBase64Url(evidence::approvalChallenge(content))},
              {"rpId", keys.front().rp},
              {"timeout", kAuthenticatorMs},
              {"userVerification", "required"},
              {"allowCredentials", std::move(allowed)}}}};
}

net::Response toSign(Parts& parts, Call& call) {
    Query& query = call.query;
    const auto decision = query.shaped("decision", &isDecision);
    const auto manner = query.shaped("manner", &isChosenManner);
    Bounds bounds;
    bounds.fromUs = query.integer("from_us", 0, kMostUs);
    bounds.untilUs = query.integer("until_us", 0, kMostUs);
    bounds.uses = query.integer("uses", 1, kMostUses);
    if (!decision) {
        query.reject("decision");
    }
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest asked = decidableOf(parts, call);
    if (!asked.entry) {
        return asked.wrong;
    }
    const evidence::RequestBody& body = asked.entry->body;
    const bool granted = *decision == "granted";
    const bool paper = manner == "paper";
    if (paper && (!granted || needsTwo(body.purpose))) {
        return refusal(Problem::WrongField, "manner");
    }
    if (!paper && !call.who().roles.has(Role::Head)) {
        return refusal(Problem::Forbidden);
    }
    const auto appointed = parts.access.requests.appointmentsOf(call.who().person);
    const auto log = parts.access.requests.origin();
    if (!appointed || !log) {
        return refusalOf(appointed ? log.error() : appointed.error());
    }
    const auto keysFor = [&](const std::string& power) {
        return keysWith(*appointed, parts.access.origin, power);
    };
    evidence::Approval content;
    std::vector<evidence::Appointment> keys;
    if (paper) {
        content.manner = Manner::Paper;
        keys = keysFor("paper");
    } else if (body.emergency && granted) {
        content.manner = Manner::Emergency;
        keys = keysFor("emergency");
    }
    if (keys.empty() && !paper) {
        content.manner = Manner::Key;
        keys = keysFor(body.purpose);
        if (body.by == call.who().person) {
            return refusal(Problem::SelfApproval);
        }
    }
    if (keys.empty()) {
        return refusal(Problem::NoKey);
    }
    const bool hurry = content.manner == Manner::Emergency;
    const auto wrong = wrongBound(bounds, granted, hurry ? kLongestEmergency : kLongest);
    if (!wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    content.vault = *log;
    content.request = body.request;
    content.leaf = asked.entry->leafHash;
    if (granted) {
        content.granted = termsOf(bounds);
    }
    if (!isSignedTwice(body, content)) {
        return reply(200, optionsJson(content.encode(), keys));
    }
    const auto first = firstOf(parts, *asked.entry);
    if (!first) {
        return refusalOf(first.error());
    }
    if (!*first) {
        return reply(200, optionsJson(content.encode(), keys));
    }
    const auto problem = wrongSecond(**first, call.who().person, content);
    return problem ? refusal(*problem) : reply(200, optionsJson((*first)->approval.approval, keys));
}

bool isBase64Url(std::string_view text) {
    return crypto::fromBase64Url(text).has_value();
}

core::Buffer bytesIn(Body& body, std::string_view name, std::size_t mostLetters) {
    const std::string text = body.text(name, 1, mostLetters);
    if (!isBase64Url(text)) {
        body.reject(name);
        return {};
    }
    return *crypto::fromBase64Url(text);
}

/// Why the vault took no decision, in words that fit this person.
net::Response refusedBy(Parts& parts,
                        const core::Error& error,
                        const evidence::ApprovalSignature& by) {
    if (vault::refusedReason(error) == "power") {
        const auto own = parts.access.requests.appointmentsOf(by.person);
        const bool isOwn =
            own && std::any_of(own->begin(), own->end(), [&by](const evidence::Appointment& each) {
                return each.credential == by.credential;
            });
        return refusal(isOwn || !own || own->empty() ? Problem::NoKey : Problem::ForeignKey);
    }
    return refusalOfDecision(error);
}

/// The request as it stands now.
net::Response answerOf(Parts& parts, unsigned status, const core::Digest& request) {
    const auto entry = parts.access.requests.find(request);
    if (!entry || !*entry) {
        return entry ? refusal(Problem::Internal) : refusalOf(entry.error());
    }
    json answer;
    if (const auto filled = fillRequest(parts, **entry, answer); !filled) {
        return refusalOf(filled.error());
    }
    return reply(status, answer);
}

/// Joins a signature with the one before it; the answer if it is not to go to the vault now.
std::optional<net::Response> joinFirst(Parts& parts,
                                       const RequestEntry& entry,
                                       evidence::SignedApproval& decision) {
    const auto first = firstOf(parts, entry);
    if (!first) {
        return refusalOf(first.error());
    }
    if (*first) {
        const evidence::ApprovalSignature& before = (*first)->approval.signatures.front();
        if (before.person == decision.signatures.front().person) {
            return refusal(Problem::SignedFirst);
        }
        if ((*first)->approval.approval != decision.approval) {
            return refusal(Problem::SignedOtherwise);
        }
        decision.signatures.insert(decision.signatures.begin(), before);
        return std::nullopt;
    }
    const auto wrong = parts.access.requests.wrongSoFar(decision);
    if (!wrong) {
        return refusalOf(wrong.error());
    }
    if (*wrong) {
        return std::nullopt;  // the vault says why, and notes it
    }
    const auto kept =
        parts.access.firsts->keep(entry.body.request, {decision, parts.clock.utc().count()});
    return kept ? answerOf(parts, 202, entry.body.request) : refusalOf(kept.error());
}

net::Response decide(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    evidence::SignedApproval decision;
    evidence::ApprovalSignature by;
    by.person = call.who().person;
    decision.approval = bytesIn(*body, "approval", 4096);
    by.credential = bytesIn(*body, "credential", 1364);
    by.assertion.authenticator = bytesIn(*body, "authenticator", 5462);
    by.assertion.client = bytesIn(*body, "client", 5462);
    by.assertion.signature = bytesIn(*body, "signature", 107);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest asked = decidableOf(parts, call);
    if (!asked.entry) {
        return asked.wrong;
    }
    const auto content = evidence::Approval::decode(decision.approval);
    if (!content || content->request != asked.entry->body.request) {
        return refusal(Problem::OtherRequest);
    }
    if (content->manner != Manner::Paper && !call.who().roles.has(Role::Head)) {
        return refusal(Problem::Forbidden);
    }
    decision.signatures.push_back(by);
    if (isSignedTwice(asked.entry->body, *content)) {
        if (auto answer = joinFirst(parts, *asked.entry, decision)) {
            return *std::move(answer);
        }
    }
    const auto logged = parts.access.vault.change(
        [&decision](vault::AccessClient& vault) { return vault.approve(decision); });
    if (!logged) {
        return refusedBy(parts, logged.error(), by);
    }
    return answerOf(parts, 201, content->request);
}

}  // namespace

std::vector<Route> decisionRoutes() {
    // Who is no head registers what was approved on paper, and nothing else.
    const Who deciders = Who::of({Role::Custodian, Role::Head, Role::Supervisor});
    return {
        {"GET", "/api/v1/requests/{id}/approval", "approvalToSign", deciders, &toSign},
        {"POST", "/api/v1/requests/{id}/approval", "approve", deciders, &decide},
    };
}

}  // namespace liuhen::web
