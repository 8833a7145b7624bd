// SPDX-License-Identifier: Apache-2.0
// Requests as JSON, and what the vault's refusals come to.
#include "common/core/log.hpp"
#include "dock/web/api/access_room.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::web {

namespace {

constexpr std::chrono::seconds kWait{60};

/// What SQLite of the vault can hold.
bool isSigned(std::string_view text) {
    const auto number = numberOf(text);
    return number && *number <= static_cast<std::uint64_t>(INT64_MAX);
}

std::optional<std::uint64_t> numberIn(Body& body, std::string_view name) {
    const auto text = body.shapedOrNull(name, &isSigned);
    return text ? numberOf(*text) : std::nullopt;
}

Result<void> fillDecision(Parts& parts, const Decision& decision, json& to) {
    json by = json::array();
    for (const evidence::Person& person : decision.by) {
        json item;
        LIUHEN_CHECK(fillPerson(parts, person, item));
        by.push_back(std::move(item));
    }
    const auto& granted = decision.granted;
    to = {{"by", std::move(by)},
          {"time_us", decision.timeUs},
          {"grant", granted ? json(core::toHex(granted->grant)) : json()},
          {"from_us", granted ? json(granted->time.fromUs) : json()},
          {"until_us", granted ? json(granted->time.untilUs) : json()},
          {"uses", granted ? json(granted->uses) : json()},
          {"used", decision.used},
          {"manner", evidence::name(decision.manner)},
          {"leaf", decision.leaf}};
    return {};
}

Result<void> fillFirst(Parts& parts, const access::FirstSignature& first, json& to) {
    LIUHEN_TRY(const auto content, evidence::Approval::decode(first.approval.approval));
    LIUHEN_ASSERT(content.granted);  // firstOf() has seen to it
    json by;
    LIUHEN_CHECK(fillPerson(parts, first.approval.signatures.front().person, by));
    to = {{"by", std::move(by)},
          {"time_us", first.timeUs},
          {"from_us", content.granted->time.fromUs},
          {"until_us", content.granted->time.untilUs},
          {"uses", content.granted->uses},
          {"manner", evidence::name(content.manner)}};
    return {};
}

json outsiderJson(const access::Outsider& outsider) {
    return {{"name", outsider.name},
            {"letter_number", outsider.letterNumber},
            {"letter_date", outsider.letterDate},
            {"scan", core::toHex(outsider.scan)}};
}

struct Meaning {
    std::string_view reason;  // docs/format/access.md section 4.1
    Problem problem;
};

constexpr std::array kOfDecision = {
    Meaning{"malformed", Problem::OtherRequest},
    Meaning{"request", Problem::OtherRequest},
    Meaning{"signature", Problem::WrongSignature},
    Meaning{"replayed", Problem::SignedBefore},
    Meaning{"power", Problem::NoKey},
    Meaning{"dismissed", Problem::KeyDismissed},
    Meaning{"not_yet", Problem::KeyNotYet},
    Meaning{"expired", Problem::KeyExpired},
    Meaning{"self", Problem::SelfApproval},
};
constexpr std::array kOfView = {
    Meaning{"malformed", Problem::OutsideSpan},
    Meaning{"no_grant", Problem::NoGrant},
    Meaning{"request", Problem::GrantForOther},
    Meaning{"person", Problem::GrantOfOther},
    Meaning{"not_yet", Problem::GrantNotYet},
    Meaning{"expired", Problem::GrantExpired},
    Meaning{"ended", Problem::GrantEnded},
    Meaning{"dismissed", Problem::GrantDismissed},
    Meaning{"used_up", Problem::GrantUsedUp},
    Meaning{"span", Problem::OutsideSpan},
};

template <std::size_t N>
std::optional<Problem> meaningOf(const core::Error& error, const std::array<Meaning, N>& table) {
    const auto reason = vault::refusedReason(error);
    for (const Meaning& each : table) {
        if (reason && *reason == each.reason) {
            return each.problem;
        }
    }
    return std::nullopt;
}

}  // namespace

net::Response refusalOfDecision(const core::Error& error) {
    const auto problem = meaningOf(error, kOfDecision);
    return problem ? refusal(*problem) : refusalOf(error);
}

net::Response refusalOfView(const core::Error& error) {
    if (const auto problem = meaningOf(error, kOfView)) {
        return refusal(*problem);
    }
    if (error.kind == core::ErrorKind::ResourceExhausted) {
        return refusal(Problem::TooManyViews, {}, kWait);
    }
    if (error.kind == core::ErrorKind::FailedPrecondition) {
        return refusal(Problem::NoEvidenceKey);
    }
    if (error.kind == core::ErrorKind::DataLoss) {
        core::log(core::LogLevel::Error, "web", error.message);
        return refusal(Problem::Damaged);
    }
    return refusalOf(error);
}

std::optional<evidence::AccessSubject> subjectOf(Body& body) {
    evidence::AccessSubject subject;
    subject.device = body.text("device", 1, 32);
    subject.generation = numberIn(body, "generation");
    subject.recording = numberIn(body, "recording");
    if (const auto object = body.shapedOrNull("object", &isHex64)) {
        const auto digest = core::digestFromHex(*object);
        subject.object = digest ? std::optional(*digest) : std::nullopt;
    }
    const auto from = numberIn(body, "from_ns");
    const auto to = numberIn(body, "to_ns");
    const bool spanned = from && to && *from < *to && subject.recording;
    if (spanned) {
        subject.span = {*from, *to};
    }
    const bool wellPlaced =
        isDevice(subject.device) && (!subject.recording || (subject.generation && !subject.object));
    if (!body.wrong().empty() || !wellPlaced || (!spanned && (from || to))) {
        return std::nullopt;
    }
    return subject;
}

json subjectJson(const evidence::AccessSubject& subject) {
    const auto number = [](const std::optional<std::uint64_t>& value) {
        return value ? numberJson(*value) : json();
    };
    return {{"device", subject.device},
            {"generation", number(subject.generation)},
            {"recording", number(subject.recording)},
            {"object", subject.object ? json(core::toHex(*subject.object)) : json()},
            {"from_ns", subject.span ? numberJson(subject.span->first) : json()},
            {"to_ns", subject.span ? numberJson(subject.span->second) : json()}};
}

Result<std::optional<access::FirstSignature>> firstOf(Parts& parts, const RequestEntry& entry) {
    if (entry.decision) {
        return std::nullopt;
    }
    LIUHEN_TRY(auto first, parts.access.firsts->find(entry.body.request));
    if (!first) {
        return std::nullopt;
    }
    LIUHEN_TRY(const auto wrong, parts.access.requests.wrongSoFar(first->approval));
    const auto content = evidence::Approval::decode(first->approval.approval);
    const bool lasts =
        content && content->granted && parts.clock.utc().count() < content->granted->time.untilUs;
    return wrong || !lasts ? std::nullopt : std::move(first);
}

// A json of its own converts to and from everything, so it is filled in and not a Result.
Result<void> fillPerson(Parts& parts, const access::Person& person, json& to) {
    LIUHEN_TRY(const auto account, parts.people.find(person));
    if (account) {
        to = personJson(*account);
        return {};
    }
    // Asked or signed by somebody of whom this dock has no account, by way of another program.
    to = {{"person", hexOf(person)},
          {"work_number", "unknown"},
          {"name", "未登记人员"},
          {"unit", ""},
          {"licence", json()},
          {"roles", json::array()}};
    return {};
}

Result<void> fillRequest(Parts& parts, const RequestEntry& entry, json& to) {
    json by;
    LIUHEN_CHECK(fillPerson(parts, entry.body.by, by));
    LIUHEN_TRY(const auto reason, parts.access.words->opened(entry.body.reason));
    const auto words = access::RequestWords::parse(reason.value_or(""));
    json caseNumber;
    if (entry.body.caseNumber) {
        LIUHEN_TRY(const auto opened, parts.access.words->opened(*entry.body.caseNumber));
        caseNumber = orNull(opened);
    }
    json decision;
    if (entry.decision) {
        LIUHEN_CHECK(fillDecision(parts, *entry.decision, decision));
    }
    json first;
    LIUHEN_TRY(const auto signedOnce, firstOf(parts, entry));
    if (signedOnce) {
        LIUHEN_CHECK(fillFirst(parts, *signedOnce, first));
    }
    json review;
    LIUHEN_CHECK(fillReview(parts, entry, review));
    json subjects = json::array();
    for (const evidence::AccessSubject& subject : entry.body.subjects) {
        subjects.push_back(subjectJson(subject));
    }
    to = {{"id", core::toHex(entry.body.request)},
          {"purpose", entry.body.purpose},
          {"subjects", std::move(subjects)},
          {"by", std::move(by)},
          {"reason", words.reason},
          {"outsider", words.outsider ? outsiderJson(*words.outsider) : json()},
          {"case", std::move(caseNumber)},
          {"emergency", entry.body.emergency},
          {"made_us", entry.timeUs},
          {"leaf", entry.leaf},
          {"state", name(entry.state)},
          {"first_signature", std::move(first)},
          {"decision", std::move(decision)},
          {"review", std::move(review)}};
    return {};
}

}  // namespace liuhen::web
