// SPDX-License-Identifier: Apache-2.0
// A vault with footage, persons and a clock that is moved by hand.
#pragma once

#include "dock/vault/access_types.hpp"
#include "tests/dock/vault/bench.hpp"
#include "tests/support/software_authenticator.hpp"

namespace liuhen::vault::test {

inline constexpr std::int64_t kDayUs = std::int64_t{24} * 3600 * 1'000'000;
inline constexpr std::uint64_t kSecondNs = 1'000'000'000;

/// Two segments of three parts of one second each are stored; `head` may approve.
class AccessBench : public Bench {
public:
    AccessBench() : Bench(false), hand(core::Nanoseconds(1), agency.now) {
        begin();
        footage.emplace(recorder());
        const SampleChapter& chapter = footage->chapters().front();
        must(takeIn(vault(), chapterPlace(*footage, chapter.first), chapter.bytes));
        for (std::uint64_t n = 0; n < 2; ++n) {
            const auto stored = must(takeIn(
                vault(), segmentPlace(*footage, recording, n), footage->segment(recording, n)));
            REQUIRE(stored.state == State::Receipted);
        }
        must(appoint(head, {"copy", "inspect", "view"}));
    }

    /// Opens it, or opens it anew.
    void begin() {
        held.reset();
        held = must(Vault::open(VaultParts{*files, *medium, hand, agency.identity(), {}, copies},
                                folders()));
    }
    Vault& vault() { return *held; }

    [[nodiscard]] std::int64_t now() const { return hand.utc().count(); }
    void later(std::chrono::seconds by) { hand.advance(by); }

    Result<std::uint64_t> appoint(const tests::Approver& who, std::set<std::string> powers) {
        const auto message =
            who.appointment(kOrigin, std::move(powers), {now(), now() + 400 * kDayUs});
        return vault().present(message.sign(agency.root.key()), false);
    }
    Result<std::uint64_t> dismiss(const tests::Approver& who) {
        const evidence::Dismissal one{kOrigin, who.person, std::nullopt, now()};
        return vault().present(one.sign(agency.root.key()), true);
    }

    [[nodiscard]] evidence::AccessSubject all() const {
        return {footage->device(), 0, recording, std::nullopt, std::nullopt};
    }
    [[nodiscard]] evidence::AccessSubject seconds(std::uint64_t from, std::uint64_t to) const {
        evidence::AccessSubject subject = all();
        subject.span.emplace(from * kSecondNs, to * kSecondNs);
        return subject;
    }

    Asked ask(evidence::AccessSubject subject, const std::string& purpose = "view") {
        evidence::RequestBody body;
        body.purpose = purpose;
        body.subjects = {std::move(subject)};
        body.by = officer;
        return must(vault().ask(body));
    }
    /// An approval with this approver's signature.
    [[nodiscard]] evidence::SignedApproval approval(const Asked& asked,
                                                    tests::Approver& by,
                                                    std::uint64_t uses = 2) const {
        evidence::Approval content;
        content.vault = kOrigin;
        content.request = asked.request;
        content.leaf = asked.leaf;
        content.granted = evidence::GrantTerms{
            tests::idOf("grant of " + core::toHex(asked.request)), {now(), now() + kDayUs}, uses};
        evidence::SignedApproval whole{content.encode(), {}};
        whole.signatures.push_back(by.sign(whole.approval));
        return whole;
    }
    /// Asks, has it approved, answers the grant.
    Digest grant(evidence::AccessSubject subject,
                 std::uint64_t uses = 2,
                 const std::string& purpose = "view") {
        const Asked asked = ask(std::move(subject), purpose);
        must(vault().approve(approval(asked, head, uses)));
        return tests::idOf("grant of " + core::toHex(asked.request));
    }
    Result<Opened> view(const Digest& grant, evidence::AccessSubject subject) {
        evidence::UseBody body;
        body.grant = grant;
        body.by = officer;
        body.subject = std::move(subject);
        return vault().use(body);
    }
    Result<Buffer> read(const Digest& use, std::uint64_t segment) {
        Buffer all;
        for (;;) {
            LIUHEN_TRY(const ReadBytes piece, vault().read(use, segment, all.size(), 10'000));
            if (piece.bytes.empty()) {
                REQUIRE(all.size() == piece.sizeBytes);
                return all;
            }
            core::append(all, piece.bytes);
        }
    }

    /// Bodies of a kind, from the published log.
    std::vector<core::Cbor> leavesOf(const std::string& kind) {
        must(vault().publish());
        auto tiles = must(tlog::TileStore::open(*files, path() + "/log", path() + "/test-scratch"));
        std::vector<core::Cbor> bodies;
        for (std::uint64_t i = 0; i < tiles.size(); ++i) {
            const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(i))));
            if (leaf.kind == kind) {
                bodies.push_back(leaf.body);
            }
        }
        return bodies;
    }
    /// The reasons of the refusals that were logged.
    std::vector<std::string> refusals() {
        std::vector<std::string> reasons;
        for (const core::Cbor& body : leavesOf("access.refused")) {
            const auto refused = must(evidence::RefusedBody::fromCbor(body));
            reasons.push_back(refused.what + " " + refused.reason);
        }
        return reasons;
    }

    core::ManualClock hand;
    tests::Approver head{"head"};
    evidence::Person officer = tests::idOf("officer");
    std::optional<SampleRecorder> footage;
    std::unique_ptr<Vault> held;
};

/// The reason of a refusal, "" of what was not refused.
template <class T>
std::string reasonOf(const Result<T>& result) {
    return result ? std::string()
                  : refusedReason(result.error()).value_or("an error: " + result.error().message);
}

}  // namespace liuhen::vault::test
