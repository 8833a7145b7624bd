// SPDX-License-Identifier: Apache-2.0
// A vault with footage on which holds are placed, and two persons who may approve their end.
#pragma once

#include "dock/vault/access_types.hpp"
#include "tests/dock/vault/two_copies.hpp"
#include "tests/support/software_authenticator.hpp"

namespace liuhen::vault::test {

inline constexpr const char* kName = "李雷";
inline constexpr const char* kWhy = "案件 2026-117";

inline constexpr std::int64_t kDayUs = std::int64_t{24} * 3600 * 1'000'000;

/// A vault that has taken in two segments, but no chapter more than the one. Two persons may
/// approve that a hold is lifted or a class shortened.
struct HeldBench : TwoCopies {
    HeldBench() {
        takeAll();
        for (const tests::Approver* who : {&first, &other}) {
            const auto message = who->appointment(
                kOrigin, {"hold", "retention"}, {now() - kDayUs, now() + 400 * kDayUs});
            must(vault().present(message.sign(agency.root.key()), false));
        }
    }
    [[nodiscard]] std::int64_t now() const { return clock.utc().count(); }

    /// Asks, and has it approved by these; answers the grant, which there is if they suffice.
    Digest grant(const Subject& subject,
                 const std::string& purpose,
                 const std::vector<tests::Approver*>& by,
                 std::uint64_t uses = 1) {
        evidence::RequestBody body;
        body.purpose = purpose;
        body.subjects = {
            {subject.device, subject.generation, subject.recording, subject.object, std::nullopt}};
        body.by = officer;
        const Asked asked = must(vault().ask(body));
        evidence::Approval content;
        content.vault = kOrigin;
        content.request = asked.request;
        content.leaf = asked.leaf;
        const Digest name = tests::idOf("grant of " + core::toHex(asked.request));
        content.granted = evidence::GrantTerms{name, {now() - 1'000'000, now() + kDayUs}, uses};
        evidence::SignedApproval whole{content.encode(), {}};
        for (tests::Approver* each : by) {
            whole.signatures.push_back(each->sign(whole.approval));
        }
        approved = vault().approve(whole).has_value();
        return name;
    }
    Digest byTwo(const Subject& subject, const std::string& purpose, std::uint64_t uses = 1) {
        const Digest name = grant(subject, purpose, {&first, &other}, uses);
        REQUIRE(approved);
        return name;
    }
    /// "hold no_grant" and the like, of all refusals that were logged.
    std::vector<std::string> refusals() {
        std::vector<std::string> told;
        const std::uint64_t size = logSize();
        for (std::uint64_t i = 0; i < size; ++i) {
            const auto leaf = leafAt(i);
            if (leaf.kind == "access.refused") {
                const auto refused = must(evidence::RefusedBody::fromCbor(leaf.body));
                told.push_back(refused.what + " " + refused.reason);
            }
        }
        return told;
    }

    tests::Approver first{"first"};
    tests::Approver other{"other"};
    evidence::Person officer = tests::idOf("officer");
    bool approved = false;

    [[nodiscard]] Subject ofRecording() const {
        return Subject{"CAM-1", 0, recording, std::nullopt};
    }
    [[nodiscard]] Subject ofObject() const {
        return Subject{"CAM-1", 0, std::nullopt, crypto::sha256(sample().segment(recording, 1))};
    }
    std::uint64_t logSize() { return must(vault().status()).logSize; }
    evidence::Leaf leafAt(std::uint64_t index) {
        must(vault().publish());
        auto tiles = must(tlog::TileStore::open(*files, path() + "/log", path() + "/test-scratch"));
        return must(evidence::Leaf::decode(must(tiles.leaf(index))));
    }
};

/// The reason of a refusal, "" of what was not refused.
template <class T>
std::string reasonOf(const Result<T>& result) {
    return result ? std::string()
                  : refusedReason(result.error()).value_or("an error: " + result.error().message);
}

inline core::ErrorKind kindOf(const Result<HoldAnswer>& answer) {
    return answer ? core::ErrorKind::Internal : answer.error().kind;
}

}  // namespace liuhen::vault::test
