// SPDX-License-Identifier: Apache-2.0
// The rule of access, leaf by leaf (docs/format/access.md): one book, by which a vault decides and
// a check judges.
#pragma once

#include "common/evidence/access_approval.hpp"
#include "common/evidence/access_leaves.hpp"
#include "common/evidence/access_reason.hpp"
#include "common/evidence/messages.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace liuhen::evidence {

/// A request, as far as later leaves need it.
struct BookedRequest {
    RequestBody body;  // a refused one keeps no subjects
    Digest leaf{};     // leaf hash
    bool decided = false;
};

/// What an approval that holds has granted.
struct BookedGrant {
    Digest request{};
    GrantTerms terms;
    std::vector<Buffer> credentials;  // that signed
    std::uint64_t used = 0;           // uses since
    bool ended = false;
    bool dismissed = false;
};

/// The leaves of one log from the first on. Not thread-safe; a copy is a book of its own.
///
/// Memory: about 1 KiB for a request with its grant, 100 bytes for a view.
class AccessBook {
public:
    /// `root` is the agency's key.
    explicit AccessBook(crypto::PublicKey root) : root_(std::move(root)) {}

    /// Takes the next leaf, of whatever kind; `bytes` are the leaf as it stands in the log. Answers
    /// why it should not stand, nothing if it may; what should not stand has no effect, but counts
    /// as a use.
    std::optional<AccessReason> take(const Leaf& leaf, ByteView bytes);
    /// What take() would answer.
    [[nodiscard]] std::optional<AccessReason> judge(const Leaf& leaf, ByteView bytes) const;

    /// Why an approval could not hold whoever signs it besides, nothing if it could.
    [[nodiscard]] std::optional<AccessReason> wrongSoFar(const SignedApproval& whole,
                                                         std::int64_t timeUs) const;

    /// nullptr if there is none. Live until the next take().
    [[nodiscard]] const BookedRequest* request(const Digest& name) const;
    [[nodiscard]] const BookedGrant* grant(const Digest& name) const;
    /// Why nothing can be used under a grant at this time, nothing if it can; uses are not counted.
    [[nodiscard]] std::optional<AccessReason> closed(const Digest& grant,
                                                     std::int64_t timeUs) const;
    /// A person's appointments that count and whose time it is.
    [[nodiscard]] std::vector<Appointment> appointmentsOf(const Person& person,
                                                          std::int64_t timeUs) const;
    /// Of the log; "" before leaf 0.
    [[nodiscard]] const std::string& origin() const { return origin_; }
    /// Whether a hold of this name stands on it.
    [[nodiscard]] bool stands(const Digest& hold, const AccessSubject& subject) const {
        return holds_.contains({hold, subject});
    }
    /// Whether a person was appointed or has asked.
    [[nodiscard]] bool knows(const Person& person) const { return persons_.contains(person); }

private:
    struct Appointed {
        Appointment terms;
        crypto::PublicKey key;
        bool dismissed = false;
        std::optional<std::uint32_t> counter;  // of the newest approval that holds
    };
    using Reason = std::optional<AccessReason>;

    [[nodiscard]] Reason wrongAppointment(const Appointment& one, ByteView message) const;
    [[nodiscard]] Reason wrongDismissal(const Dismissal& one, ByteView message) const;
    [[nodiscard]] Reason wrongApproval(const SignedApproval& whole,
                                       const Approval& content,
                                       std::int64_t timeUs) const;
    [[nodiscard]] Reason wrongSignatures(const SignedApproval& whole,
                                         const Approval& content,
                                         std::int64_t timeUs) const;
    [[nodiscard]] Reason wrongSignature(const ApprovalSignature& one,
                                        const Digest& challenge,
                                        std::int64_t timeUs) const;
    [[nodiscard]] Reason wrongPowers(const SignedApproval& whole,
                                     const Approval& content,
                                     const RequestBody& request) const;
    [[nodiscard]] Reason wrongUse(const UseBody& use, std::int64_t timeUs) const;
    void enter(Appointment one, ByteView message);
    void enter(const Dismissal& one, ByteView message);
    void enter(const SignedApproval& whole, const Approval& content);
    void countUse(const Digest& grant);
    /// Judges a leaf; with `into` enters it there.
    static Reason run(const AccessBook& book, const Leaf& leaf, ByteView bytes, AccessBook* into);
    // access_book_holds.cpp; the same
    static Reason runAny(const AccessBook& book,
                         const Leaf& leaf,
                         ByteView bytes,
                         AccessBook* into);
    static Reason runHold(const AccessBook& book, const Leaf& leaf, AccessBook* into);
    static Reason runRetention(const AccessBook& book, const Leaf& leaf, AccessBook* into);
    [[nodiscard]] Reason uncovered(const std::optional<Digest>& grant,
                                   std::string_view purpose,
                                   const AccessSubject& subject,
                                   std::int64_t timeUs) const;

    crypto::PublicKey root_;
    std::string origin_;                                   // "" before leaf 0
    std::map<Buffer, Appointed> appointed_;                // by credential
    std::set<Digest> messages_;                            // taken, by their hash
    std::map<Person, std::int64_t> dismissedPersons_;      // the latest `at`
    std::map<Buffer, std::int64_t> dismissedCredentials_;  // likewise
    std::map<Digest, BookedRequest> requests_;
    std::map<Digest, BookedGrant> grants_;
    std::set<Digest> uses_;
    std::set<Person> persons_;
    std::set<std::pair<Digest, AccessSubject>> holds_;              // that stand
    std::map<AccessSubject, std::optional<std::uint64_t>> months_;  // of the newest class
};

}  // namespace liuhen::evidence
