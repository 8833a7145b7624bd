// SPDX-License-Identifier: Apache-2.0
// A log of access under way, for tests.
#pragma once

#include "common/tlog/tree.hpp"
#include "tests/support/software_authenticator.hpp"

#include <doctest/doctest.h>

namespace liuhen::tests {

using core::Cbor;
using evidence::AccessSubject;

inline constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
inline constexpr std::int64_t kNow = 1'790'000'000'000'000;
inline const std::string kVault = "dock-01-vault";

/// A log under way: each call makes a leaf, takes it, and answers the reason ("" if it stands).
class Story {
public:
    Story() : book(root.publicKey()) {
        (void)take("log.opened",
                   Cbor::map({{"origin", kVault},
                              {"checkpoint_certificate", core::Buffer()},
                              {"receipt_certificate", core::Buffer()}}));
        CHECK(appoint(head, {"copy", "emergency", "hold", "view"}) == "");
        CHECK(appoint(deputy, {"hold", "paper", "retention"}) == "");
        CHECK(appoint(clerk, {"emergency", "paper"}) == "");
    }

    std::string take(const std::string& kind, Cbor body) {
        bytes = evidence::encodeLeaf(now, kind, std::move(body));
        const auto leaf = evidence::Leaf::decode(bytes);
        REQUIRE(leaf.has_value());
        const auto foretold = book.judge(*leaf, bytes);
        const auto told = book.take(*leaf, bytes);
        CHECK(foretold == told);
        return told ? std::string(evidence::name(*told)) : std::string();
    }

    std::string appoint(const Approver& who, std::set<std::string> powers) {
        return present("appointment", appointment(who, std::move(powers)).sign(root));
    }
    [[nodiscard]] evidence::Appointment appointment(const Approver& who,
                                                    std::set<std::string> powers) const {
        return who.appointment(kVault, std::move(powers), {now - kDay, now + 365 * kDay});
    }
    std::string present(const std::string& kind, const core::Buffer& message) {
        return take(kind, Cbor::map({{"message", message}}));
    }
    std::string dismiss(const Approver& who, bool credentialOnly = false) {
        evidence::Dismissal one{kVault, who.person, std::nullopt, now};
        if (credentialOnly) {
            one.credential = who.credential;
        }
        return present("dismissal", one.sign(root));
    }

    std::string ask(const std::string& what, const std::string& purpose = "view") {
        request.request = idOf(what);
        request.purpose = purpose;
        return take("request", request.toCbor());
    }

    /// Of the request that was asked last.
    [[nodiscard]] evidence::Approval approval() const {
        evidence::Approval made;
        made.vault = kVault;
        made.request = request.request;
        made.leaf = book.request(request.request)->leaf;
        made.granted = evidence::GrantTerms{
            idOf("grant of " + core::toHex(request.request)), {now, now + kDay}, 2};
        return made;
    }
    std::string approve(const evidence::Approval& content, std::vector<Approver*> by) {
        evidence::SignedApproval whole{content.encode(), {}};
        for (Approver* each : by) {
            whole.signatures.push_back(each->sign(whole.approval));
        }
        return take("approval", whole.toCbor());
    }
    std::string approve(std::vector<Approver*> by) { return approve(approval(), std::move(by)); }

    /// Of that request's grant.
    std::string use(const std::string& name, AccessSubject subject, bool copy = false) {
        evidence::UseBody body;
        body.copy = copy;
        body.use = idOf(name);
        body.grant = idOf("grant of " + core::toHex(request.request));
        body.by = request.by;
        body.subject = std::move(subject);
        return take(std::string(body.kind()), body.toCbor());
    }
    std::string view(const std::string& name) { return use(name, request.subjects.front()); }

    crypto::PrivateKey root = crypto::PrivateKey::generate();
    evidence::AccessBook book;
    std::int64_t now = kNow;
    Approver head{"head"};
    Approver deputy{"deputy"};
    Approver clerk{"clerk"};
    core::Buffer bytes;  // of the newest leaf
    evidence::RequestBody request{idOf("r"),
                                  "view",
                                  {AccessSubject{"LH-1", 0, 3, std::nullopt, std::pair(10, 20)}},
                                  idOf("officer"),
                                  idOf("reason"),
                                  std::nullopt,
                                  false};
};

inline AccessSubject recording(std::uint64_t number) {
    return {"LH-1", 0, number, std::nullopt, std::nullopt};
}

}  // namespace liuhen::tests
