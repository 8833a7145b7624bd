// SPDX-License-Identifier: Apache-2.0
// What an approver signs, and the signed decision on its way to the vault.
#include "dock/web/api/access_room.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using evidence::Manner;

namespace {

constexpr std::int64_t kMostUs = 9'007'199'254'740'991;  // 2^53 - 1
constexpr std::int64_t kMostUses = 1000;
constexpr core::Microseconds kLongest = std::chrono::hours(92 * 24);
constexpr core::Microseconds kLongestEmergency = std::chrono::hours(24);
constexpr std::int64_t kAuthenticatorMs = 120'000;

bool isDecision(std::string_view text) {
    return text == "granted" || text == "refused";
}

/// The request of the path if it can be decided now; else why not.
struct Decidable {
    std::optional<RequestEntry> entry;
    net::Response wrong;
};

Decidable decidableOf(Parts& parts, const Call& call) {
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
    if ((*entry)->decision) {
        return {std::nullopt, refusal(Problem::DecidedBefore)};
    }
    return {*std::move(entry), {}};
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
    const Decidable asked = decidableOf(parts, call);
    if (!asked.entry) {
        return asked.wrong;
    }
    const evidence::RequestBody& body = asked.entry->body;
    const auto appointed = parts.access.requests.appointmentsOf(call.who().person);
    const auto log = parts.access.requests.origin();
    if (!appointed || !log) {
        return refusalOf(appointed ? log.error() : appointed.error());
    }
    const bool granted = *decision == "granted";
    evidence::Approval content;
    std::vector<evidence::Appointment> keys;
    if (body.emergency && granted) {
        keys = keysWith(*appointed, parts.access.origin, "emergency");
        content.manner = Manner::Emergency;
    }
    if (keys.empty()) {
        content.manner = Manner::Key;
        keys = keysWith(*appointed, parts.access.origin, body.purpose);
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
    return reply(200, optionsJson(content.encode(), keys));
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
    const Decidable asked = decidableOf(parts, call);
    if (!asked.entry) {
        return asked.wrong;
    }
    const auto content = evidence::Approval::decode(decision.approval);
    if (!content || content->request != asked.entry->body.request) {
        return refusal(Problem::OtherRequest);
    }
    decision.signatures.push_back(by);
    const auto logged = parts.access.vault.change(
        [&decision](vault::AccessClient& vault) { return vault.approve(decision); });
    if (!logged) {
        return refusedBy(parts, logged.error(), by);
    }
    const auto entry = parts.access.requests.find(content->request);
    if (!entry || !*entry) {
        return entry ? refusal(Problem::Internal) : refusalOf(entry.error());
    }
    json answer;
    if (const auto filled = fillRequest(parts, **entry, answer); !filled) {
        return refusalOf(filled.error());
    }
    return reply(201, answer);
}

}  // namespace

std::vector<Route> decisionRoutes() {
    const Who deciders = Who::of({Role::Head});
    return {
        {"GET", "/api/v1/requests/{id}/approval", "approvalToSign", deciders, &toSign},
        {"POST", "/api/v1/requests/{id}/approval", "approve", deciders, &decide},
    };
}

}  // namespace liuhen::web
