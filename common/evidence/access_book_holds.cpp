// SPDX-License-Identifier: Apache-2.0
// What ends a hold or shortens a class (docs/format/access.md section 4.2).
#include "common/evidence/access_book.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

using enum AccessReason;

}  // namespace

AccessBook::Reason AccessBook::runAny(const AccessBook& book,
                                      const Leaf& leaf,
                                      ByteView bytes,
                                      AccessBook* into) {
    if (leaf.kind == "hold.placed" || leaf.kind == "hold.lifted") {
        return runHold(book, leaf, into);
    }
    return leaf.kind == "retention" ? runRetention(book, leaf, into) : run(book, leaf, bytes, into);
}

AccessBook::Reason AccessBook::uncovered(const std::optional<Digest>& name,
                                         std::string_view purpose,
                                         const AccessSubject& subject,
                                         std::int64_t timeUs) const {
    const BookedGrant* granted = name ? grant(*name) : nullptr;
    if (granted == nullptr) {
        return NoGrant;
    }
    const RequestBody& asked = requests_.at(granted->request).body;
    if (asked.purpose != purpose) {
        return Request;
    }
    if (const Reason wrong = closed(*name, timeUs)) {
        return wrong;
    }
    if (granted->used >= granted->terms.uses) {
        return UsedUp;
    }
    const auto& subjects = asked.subjects;
    return std::find(subjects.begin(), subjects.end(), subject) == subjects.end() ? Reason(Span)
                                                                                  : std::nullopt;
}

AccessBook::Reason AccessBook::runHold(const AccessBook& book, const Leaf& leaf, AccessBook* into) {
    const bool lifts = leaf.kind == "hold.lifted";
    const auto body = HoldBody::fromCbor(leaf.body, lifts);
    if (!body) {
        return Malformed;
    }
    if (!lifts) {
        if (into != nullptr) {
            into->holds_.emplace(body->hold, body->subject);
        }
        return std::nullopt;
    }
    if (!book.stands(body->hold, body->subject)) {
        return std::nullopt;
    }
    const Reason wrong = book.uncovered(body->grant, "hold", body->subject, leaf.timeUs);
    if (into != nullptr) {
        if (body->grant) {
            into->countUse(*body->grant);
        }
        if (!wrong) {
            into->holds_.erase({body->hold, body->subject});
        }
    }
    return wrong;
}

AccessBook::Reason AccessBook::runRetention(const AccessBook& book,
                                            const Leaf& leaf,
                                            AccessBook* into) {
    const auto body = RetentionBody::fromCbor(leaf.body);
    if (!body) {
        return Malformed;
    }
    const auto held = book.months_.find(body->subject);
    const bool shortens = held != book.months_.end() && isShorter(body->months, held->second);
    const Reason wrong = shortens
                             ? book.uncovered(body->grant, "retention", body->subject, leaf.timeUs)
                             : std::nullopt;
    if (into != nullptr) {
        if (shortens && body->grant) {
            into->countUse(*body->grant);
        }
        if (!wrong) {
            into->months_.insert_or_assign(body->subject, body->months);
        }
    }
    return wrong;
}

}  // namespace liuhen::evidence
