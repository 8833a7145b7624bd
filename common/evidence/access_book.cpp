// SPDX-License-Identifier: Apache-2.0
// Judging and entering of leaves.
#include "common/evidence/access_book.hpp"

#include "common/evidence/fields.hpp"
#include "common/tlog/tree.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

using enum AccessReason;

std::optional<AccessReason> outside(const TimeSpan& span, std::int64_t timeUs) {
    if (timeUs < span.fromUs) {
        return NotYet;
    }
    return timeUs >= span.untilUs ? std::optional(Expired) : std::nullopt;
}

/// Whether a request may be decided in this manner at all.
bool suits(const Approval& approval, const RequestBody& request) {
    switch (approval.manner) {
        case Manner::Key:
            return true;
        case Manner::Paper:
            return !needsTwo(request.purpose);
        case Manner::Emergency:
            return request.emergency && request.purpose == "view" && approval.granted;
    }
    return false;
}

/// How many signatures an approval needs.
std::size_t signaturesDue(const Approval& approval, std::string_view purpose) {
    const bool two = approval.manner == Manner::Paper ||
                     (approval.manner == Manner::Key && approval.granted && needsTwo(purpose));
    return two ? 2 : 1;
}

template <class Key>
void raise(std::map<Key, std::int64_t>& latest, const Key& key, std::int64_t value) {
    std::int64_t& held = latest.try_emplace(key, value).first->second;
    held = std::max(held, value);
}

template <class Key>
bool before(const std::map<Key, std::int64_t>& latest, const Key& key, std::int64_t value) {
    const auto found = latest.find(key);
    return found != latest.end() && value < found->second;
}

}  // namespace

const BookedRequest* AccessBook::request(const Digest& name) const {
    const auto found = requests_.find(name);
    return found == requests_.end() ? nullptr : &found->second;
}

const BookedGrant* AccessBook::grant(const Digest& name) const {
    const auto found = grants_.find(name);
    return found == grants_.end() ? nullptr : &found->second;
}

std::optional<AccessReason> AccessBook::closed(const Digest& name, std::int64_t timeUs) const {
    const BookedGrant* found = grant(name);
    if (found == nullptr) {
        return NoGrant;
    }
    if (const auto wrong = outside(found->terms.time, timeUs)) {
        return wrong;
    }
    if (found->ended) {
        return Ended;
    }
    return found->dismissed ? std::optional(Dismissed) : std::nullopt;
}

std::vector<Appointment> AccessBook::appointmentsOf(const Person& person,
                                                    std::int64_t timeUs) const {
    std::vector<Appointment> found;
    for (const auto& [credential, appointed] : appointed_) {
        if (appointed.terms.person == person && !appointed.dismissed &&
            !outside(appointed.terms.time, timeUs)) {
            found.push_back(appointed.terms);
        }
    }
    return found;
}

std::optional<AccessReason> AccessBook::take(const Leaf& leaf, ByteView bytes) {
    return runAny(*this, leaf, bytes, this);
}

std::optional<AccessReason> AccessBook::judge(const Leaf& leaf, ByteView bytes) const {
    return runAny(*this, leaf, bytes, nullptr);
}

AccessBook::Reason AccessBook::run(const AccessBook& book,
                                   const Leaf& leaf,
                                   ByteView bytes,
                                   AccessBook* into) {
    const std::string& kind = leaf.kind;
    if (kind == "log.opened") {
        const auto origin = textAt(leaf.body, "origin");
        if (into != nullptr && into->origin_.empty() && origin) {
            into->origin_ = *origin;
        }
        return std::nullopt;
    }
    Reason wrong;
    const auto settle = [&](const auto& body, auto judge, auto enter) {
        wrong = body ? judge(*body) : Reason(Malformed);
        if (!wrong && into != nullptr) {
            enter(*body);
        }
        return wrong;
    };
    if (kind == "appointment" || kind == "dismissal") {
        const auto message = bytesAt(leaf.body, "message");
        if (!message) {
            return Malformed;
        }
        if (kind == "appointment") {
            return settle(
                Appointment::parse(*message),
                [&](const Appointment& one) { return book.wrongAppointment(one, *message); },
                [&](const Appointment& one) { into->enter(one, *message); });
        }
        return settle(
            Dismissal::parse(*message),
            [&](const Dismissal& one) { return book.wrongDismissal(one, *message); },
            [&](const Dismissal& one) { into->enter(one, *message); });
    }
    if (kind == "request") {
        return settle(
            RequestBody::fromCbor(leaf.body),
            [&](const RequestBody& one) {
                return book.requests_.contains(one.request) ? Reason(Replayed) : std::nullopt;
            },
            [&](const RequestBody& one) {
                into->persons_.insert(one.by);
                into->requests_.emplace(one.request,
                                        BookedRequest{one, tlog::leafHash(bytes), false});
            });
    }
    if (kind == "approval") {
        const auto whole = SignedApproval::fromCbor(leaf.body);
        const auto content = whole ? Approval::decode(whole->approval)
                                   : Result<Approval>(tl::make_unexpected(whole.error()));
        return settle(
            content,
            [&](const Approval& one) { return book.wrongApproval(*whole, one, leaf.timeUs); },
            [&](const Approval& one) { into->enter(*whole, one); });
    }
    if (kind == "view" || kind == "copy") {
        const auto use = UseBody::fromCbor(kind, leaf.body);
        wrong = use ? book.wrongUse(*use, leaf.timeUs) : Reason(Malformed);
        if (use && into != nullptr) {
            into->uses_.insert(use->use);
            into->countUse(use->grant);
        }
        return wrong;
    }
    if (kind == "grant.ended") {
        return settle(
            GrantEndedBody::fromCbor(leaf.body),
            [&](const GrantEndedBody& one) {
                return book.grants_.contains(one.grant) ? std::nullopt : Reason(NoGrant);
            },
            [&](const GrantEndedBody& one) { into->grants_.at(one.grant).ended = true; });
    }
    if (kind == "access.refused") {
        return RefusedBody::fromCbor(leaf.body) ? std::nullopt : Reason(Malformed);
    }
    return std::nullopt;
}

AccessBook::Reason AccessBook::wrongAppointment(const Appointment& one, ByteView message) const {
    if (one.vault != origin_) {
        return Malformed;
    }
    if (!isByRoot(message, root_)) {
        return Signature;
    }
    if (messages_.contains(crypto::sha256(message))) {
        return Replayed;
    }
    if (before(dismissedPersons_, one.person, one.time.fromUs) ||
        before(dismissedCredentials_, one.credential, one.time.fromUs)) {
        return Dismissed;
    }
    const auto found = appointed_.find(one.credential);
    if (found == appointed_.end()) {
        return std::nullopt;
    }
    const Appointment& held = found->second.terms;
    const bool same = held.person == one.person && held.key == one.key && held.rp == one.rp &&
                      held.origin == one.origin;
    return same ? std::nullopt : Reason(OtherPerson);
}

AccessBook::Reason AccessBook::wrongDismissal(const Dismissal& one, ByteView message) const {
    if (one.vault != origin_) {
        return Malformed;
    }
    if (!isByRoot(message, root_)) {
        return Signature;
    }
    return messages_.contains(crypto::sha256(message)) ? Reason(Replayed) : std::nullopt;
}

AccessBook::Reason AccessBook::wrongApproval(const SignedApproval& whole,
                                             const Approval& content,
                                             std::int64_t timeUs) const {
    if (const Reason wrong = wrongSignatures(whole, content, timeUs)) {
        return wrong;
    }
    return whole.signatures.size() <
                   signaturesDue(content, requests_.at(content.request).body.purpose)
               ? Reason(Power)
               : std::nullopt;
}

AccessBook::Reason AccessBook::wrongSoFar(const SignedApproval& whole, std::int64_t timeUs) const {
    const auto content = Approval::decode(whole.approval);
    return content ? wrongSignatures(whole, *content, timeUs) : Reason(Malformed);
}

AccessBook::Reason AccessBook::wrongSignatures(const SignedApproval& whole,
                                               const Approval& content,
                                               std::int64_t timeUs) const {
    if (content.vault != origin_) {
        return Malformed;
    }
    const BookedRequest* asked = request(content.request);
    if (asked == nullptr || asked->leaf != content.leaf || !suits(content, asked->body)) {
        return Request;
    }
    if (asked->decided || (content.granted && grants_.contains(content.granted->grant))) {
        return Replayed;
    }
    std::set<Person> persons;
    for (const ApprovalSignature& each : whole.signatures) {
        if (!persons.insert(each.person).second) {
            return OtherPerson;
        }
    }
    const Digest challenge = approvalChallenge(whole.approval);
    for (const ApprovalSignature& each : whole.signatures) {
        if (const Reason wrong = wrongSignature(each, challenge, timeUs)) {
            return wrong;
        }
    }
    return wrongPowers(whole, content, asked->body);
}

AccessBook::Reason AccessBook::wrongSignature(const ApprovalSignature& one,
                                              const Digest& challenge,
                                              std::int64_t timeUs) const {
    const auto found = appointed_.find(one.credential);
    if (found == appointed_.end() || found->second.terms.person != one.person) {
        return Power;
    }
    const Appointed& appointed = found->second;
    if (appointed.dismissed) {
        return Dismissed;
    }
    if (const Reason wrong = outside(appointed.terms.time, timeUs)) {
        return wrong;
    }
    const crypto::AssertionDemand demand{challenge, appointed.terms.rp, appointed.terms.origin};
    const auto counter = crypto::assertionCounter(one.assertion.authenticator);
    if (!counter || crypto::wrongWith(one.assertion, demand, appointed.key)) {
        return Signature;
    }
    const bool counts = !appointed.counter || *counter > *appointed.counter ||
                        (*counter == 0 && *appointed.counter == 0);
    return counts ? std::nullopt : Reason(Replayed);
}

AccessBook::Reason AccessBook::wrongPowers(const SignedApproval& whole,
                                           const Approval& content,
                                           const RequestBody& request) const {
    const std::string power = content.manner == Manner::Key
                                  ? request.purpose
                                  : std::string(evidence::name(content.manner));
    for (const ApprovalSignature& each : whole.signatures) {
        if (content.manner == Manner::Key && each.person == request.by) {
            return Self;
        }
        if (!appointed_.at(each.credential).terms.powers.contains(power)) {
            return Power;
        }
    }
    return std::nullopt;
}

AccessBook::Reason AccessBook::wrongUse(const UseBody& use, std::int64_t timeUs) const {
    const BookedGrant* granted = grant(use.grant);
    if (granted == nullptr) {
        return NoGrant;
    }
    const RequestBody& asked = requests_.at(granted->request).body;
    const bool due =
        use.copy ? asked.purpose == "copy" : asked.purpose == "view" || asked.purpose == "inspect";
    if (!due) {
        return Request;
    }
    if (use.by != asked.by) {
        return OtherPerson;
    }
    if (const Reason wrong = closed(use.grant, timeUs)) {
        return wrong;
    }
    if (granted->used >= granted->terms.uses) {
        return UsedUp;
    }
    if (std::none_of(asked.subjects.begin(),
                     asked.subjects.end(),
                     [&use](const AccessSubject& one) { return use.subject.liesIn(one); })) {
        return Span;
    }
    return uses_.contains(use.use) ? Reason(Replayed) : std::nullopt;
}

void AccessBook::enter(Appointment one, ByteView message) {
    messages_.insert(crypto::sha256(message));
    persons_.insert(one.person);
    const auto found = appointed_.find(one.credential);
    if (found != appointed_.end()) {
        found->second.terms = std::move(one);
        found->second.dismissed = false;
        return;
    }
    auto key = crypto::keyFromPoint(one.key);
    LIUHEN_ASSERT(key);  // parse() has seen to it
    Buffer credential = one.credential;
    appointed_.emplace(std::move(credential),
                       Appointed{std::move(one), *std::move(key), false, std::nullopt});
}

void AccessBook::enter(const Dismissal& one, ByteView message) {
    messages_.insert(crypto::sha256(message));
    if (one.credential) {
        raise(dismissedCredentials_, *one.credential, one.atUs);
    } else {
        raise(dismissedPersons_, one.person, one.atUs);
    }
    std::set<Buffer> ended;
    for (auto& [credential, appointed] : appointed_) {
        if (one.credential ? credential == *one.credential : appointed.terms.person == one.person) {
            appointed.dismissed = true;
            ended.insert(credential);
        }
    }
    for (auto& [name, granted] : grants_) {
        granted.dismissed = granted.dismissed ||
                            std::any_of(granted.credentials.begin(),
                                        granted.credentials.end(),
                                        [&ended](const Buffer& by) { return ended.contains(by); });
    }
}

void AccessBook::enter(const SignedApproval& whole, const Approval& content) {
    BookedRequest& asked = requests_.at(content.request);
    asked.decided = true;
    if (!content.granted) {
        asked.body.subjects.clear();
    }
    BookedGrant granted;
    for (const ApprovalSignature& each : whole.signatures) {
        appointed_.at(each.credential).counter =
            crypto::assertionCounter(each.assertion.authenticator);
        granted.credentials.push_back(each.credential);
    }
    if (content.granted) {
        granted.request = content.request;
        granted.terms = *content.granted;
        grants_.emplace(content.granted->grant, std::move(granted));
    }
}

void AccessBook::countUse(const Digest& grant) {
    if (const auto found = grants_.find(grant); found != grants_.end()) {
        ++found->second.used;
    }
}

}  // namespace liuhen::evidence
