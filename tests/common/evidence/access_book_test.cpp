// SPDX-License-Identifier: Apache-2.0
// The rule of access: what stands, and every rule broken once.
#include "tests/common/evidence/access_story.hpp"

using namespace liuhen;
using namespace liuhen::tests;

TEST_SUITE("evidence/access_book") {
    TEST_CASE("asked, approved by another, viewed as often as granted") {
        Story story;
        CHECK(story.ask("r") == "");
        CHECK(story.view("too early") == "no_grant");
        CHECK(story.approve({&story.head}) == "");
        CHECK(story.view("v1") == "");
        CHECK(story.view("v2") == "");
        CHECK(story.view("v3") == "used_up");
        CHECK(story.book.grant(story.approval().granted->grant)->used == 3);
    }

    TEST_CASE("what is not an approval of this request") {
        Story story;
        REQUIRE(story.ask("r") == "");
        evidence::Approval content = story.approval();
        std::vector<Approver*> by = {&story.head};
        std::string reason;
        SUBCASE("of another request") {
            content.request = idOf("x"), reason = "request";
        }
        SUBCASE("of a request with another content") {
            content.leaf[0] ^= 1U, reason = "request";
        }
        SUBCASE("of another log") {
            content.vault = "dock-02-vault", reason = "malformed";
        }
        SUBCASE("for longer than 92 days") {
            content.granted->time.untilUs = kNow + 92 * kDay + 1, reason = "malformed";
        }
        SUBCASE("that ends before it begins") {
            content.granted->time.untilUs = kNow, reason = "malformed";
        }
        SUBCASE("for no use") {
            content.granted->uses = 0, reason = "malformed";
        }
        SUBCASE("for 1001 uses") {
            content.granted->uses = 1001, reason = "malformed";
        }
        SUBCASE("by somebody without the power") {
            by = {&story.deputy}, reason = "power";
        }
        SUBCASE("with one that lacks the power beside") {
            by = {&story.head, &story.deputy}, reason = "power";
        }
        SUBCASE("twice by one person") {
            by = {&story.head, &story.head}, reason = "person";
        }
        SUBCASE("on paper by one") {
            content.manner = evidence::Manner::Paper, by = {&story.clerk}, reason = "power";
        }
        SUBCASE("on paper by one who may not witness") {
            content.manner = evidence::Manner::Paper, by = {&story.clerk, &story.head};
            reason = "power";
        }
        SUBCASE("in an emergency that was not claimed") {
            content.manner = evidence::Manner::Emergency, reason = "request";
        }
        SUBCASE("by nobody appointed") {
            static Approver stranger("stranger");
            by = {&stranger}, reason = "power";
        }
        CHECK(story.approve(content, by) == reason);
        CHECK(story.view("v") == "no_grant");
        // It decided nothing.
        CHECK(story.approve({&story.head}) == "");
    }

    TEST_CASE("signatures that do not hold") {
        Story story;
        REQUIRE(story.ask("r") == "");
        std::string reason = "signature";
        SUBCASE("nobody was there") {
            story.head.flags = 0x04;
        }
        SUBCASE("nobody was verified") {
            story.head.flags = 0x01;
        }
        SUBCASE("on another page") {
            story.head.page = "https://dock.example";
        }
        SUBCASE("by a removed head") {
            REQUIRE(story.dismiss(story.head) == "");
            reason = "dismissed";
        }
        SUBCASE("by a removed credential") {
            REQUIRE(story.dismiss(story.head, true) == "");
            reason = "dismissed";
        }
        SUBCASE("by one whose time is over") {
            story.now += 366 * kDay, reason = "expired";
        }
        SUBCASE("by one whose time has not come") {
            story.now -= 2 * kDay, reason = "not_yet";
        }
        SUBCASE("with another one's name") {
            story.head.person = story.deputy.person, reason = "power";
        }
        CHECK(story.approve({&story.head}) == reason);
    }

    TEST_CASE("no bit of an approval or of what goes with it can be changed") {
        Story story;
        REQUIRE(story.ask("r") == "");
        evidence::SignedApproval good{story.approval().encode(), {}};
        good.signatures.push_back(story.head.sign(good.approval));
        for (std::size_t bit = 0; bit < good.approval.size() * 8; bit += 3) {
            CAPTURE(bit);
            evidence::SignedApproval bad = good;
            bad.approval[bit / 8] =
                static_cast<std::uint8_t>(bad.approval[bit / 8] ^ (1U << (bit % 8)));
            CHECK(story.take("approval", bad.toCbor()) != "");
        }
        CHECK(story.take("approval", good.toCbor()) == "");
        CHECK(story.take("approval", good.toCbor()) == "replayed");
    }

    TEST_CASE("nobody approves what they asked for") {
        Story story;
        story.request.by = story.head.person;
        REQUIRE(story.ask("r") == "");
        CHECK(story.approve({&story.head}) == "self");
        evidence::Approval refusal = story.approval();
        refusal.granted.reset();
        CHECK(story.approve(refusal, {&story.head}) == "self");
        evidence::Approval paper = story.approval();
        paper.manner = evidence::Manner::Paper;
        CHECK(story.approve(paper, {&story.clerk, &story.deputy}) == "");
        CHECK(story.view("v") == "");
    }

    TEST_CASE("a request is decided once, a grant named once") {
        Story story;
        REQUIRE(story.ask("r") == "");
        const evidence::Approval first = story.approval();
        REQUIRE(story.approve({&story.head}) == "");
        evidence::Approval again = first;
        again.granted->grant = idOf("another grant");
        CHECK(story.approve(again, {&story.head}) == "replayed");
        CHECK(story.ask("r") == "replayed");
        REQUIRE(story.ask("r2") == "");
        evidence::Approval taken = story.approval();
        taken.granted->grant = first.granted->grant;
        CHECK(story.approve(taken, {&story.head}) == "replayed");
        evidence::Approval refusal = story.approval();
        refusal.granted.reset();
        CHECK(story.approve(refusal, {&story.head}) == "");
        CHECK(story.approve({&story.head}) == "replayed");
        CHECK(story.view("v") == "no_grant");
    }

    TEST_CASE("a cloned authenticator is told by its counter") {
        Story story;
        const std::uint32_t counters[] = {5, 5, 4, 0, 6};
        const char* reasons[] = {"", "replayed", "replayed", "replayed", ""};
        for (std::size_t i = 0; i < std::size(counters); ++i) {
            CAPTURE(i);
            REQUIRE(story.ask("r" + std::to_string(i)) == "");
            story.head.counter = counters[i];
            CHECK(story.approve({&story.head}) == reasons[i]);
        }
    }

    TEST_CASE("an emergency is one person's, for a day, and only to look") {
        Story story;
        story.request.emergency = true;
        story.request.by = story.clerk.person;
        REQUIRE(story.ask("r") == "");
        evidence::Approval content = story.approval();
        content.manner = evidence::Manner::Emergency;
        content.granted->time.untilUs = kNow + kDay + 1;
        CHECK(story.approve(content, {&story.clerk}) == "malformed");
        content.granted->time.untilUs = kNow + kDay;
        CHECK(story.approve(content, {&story.deputy}) == "power");
        evidence::Approval refusal = content;
        refusal.granted.reset();
        CHECK(story.approve(refusal, {&story.clerk}) == "request");
        CHECK(story.approve(content, {&story.clerk}) == "");
        CHECK(story.view("v") == "");
        REQUIRE(story.ask("r2", "copy") == "");
        content = story.approval();
        content.manner = evidence::Manner::Emergency;
        CHECK(story.approve(content, {&story.clerk}) == "request");
    }

    TEST_CASE("holds and retention need two keys, and no paper") {
        Story story;
        REQUIRE(story.ask("r", "hold") == "");
        CHECK(story.approve({&story.head}) == "power");
        evidence::Approval paper = story.approval();
        paper.manner = evidence::Manner::Paper;
        CHECK(story.approve(paper, {&story.clerk, &story.deputy}) == "request");
        CHECK(story.approve({&story.head, &story.deputy}) == "");
        CHECK(story.view("v") == "request");
        REQUIRE(story.ask("r2", "retention") == "");
        CHECK(story.approve({&story.head, &story.deputy}) == "power");
        evidence::Approval refusal = story.approval();
        refusal.granted.reset();
        CHECK(story.approve(refusal, {&story.deputy}) == "");
    }

    TEST_CASE("uses that no grant covers") {
        Story story;
        REQUIRE(story.ask("r") == "");
        REQUIRE(story.approve({&story.head}) == "");
        const AccessSubject asked = story.request.subjects.front();
        AccessSubject other = asked;
        std::string reason = "span";
        SUBCASE("before the span") {
            other.span = std::pair(9, 20);
        }
        SUBCASE("behind the span") {
            other.span = std::pair(10, 21);
        }
        SUBCASE("all of it") {
            other.span.reset();
        }
        SUBCASE("another recording") {
            other.recording = 4;
        }
        SUBCASE("another generation") {
            other.generation = 1;
        }
        SUBCASE("another recorder") {
            other.device = "LH-2";
        }
        SUBCASE("an object") {
            other = AccessSubject{"LH-1", 0, std::nullopt, idOf("o"), std::nullopt};
        }
        SUBCASE("too early") {
            story.now = kNow - 1, reason = "not_yet";
        }
        SUBCASE("too late") {
            story.now = kNow + kDay, reason = "expired";
        }
        SUBCASE("by somebody else") {
            story.request.by = idOf("another"), reason = "person";
        }
        SUBCASE("after it was given back") {
            REQUIRE(story.take(
                        "grant.ended",
                        evidence::GrantEndedBody{story.approval().granted->grant, story.request.by}
                            .toCbor()) == "");
            reason = "ended";
        }
        SUBCASE("after its approver was dismissed") {
            REQUIRE(story.dismiss(story.head) == "");
            reason = "dismissed";
        }
        SUBCASE("after its approver was dismissed and appointed again") {
            REQUIRE(story.dismiss(story.head) == "");
            evidence::Appointment again = story.appointment(story.head, {"view"});
            again.time.fromUs = kNow;
            REQUIRE(story.present("appointment", again.sign(story.root)) == "");
            reason = "dismissed";
        }
        CHECK(story.use("v", other) == reason);
    }

    TEST_CASE("a part of the span is covered, a name is used once, a copy needs its own grant") {
        Story story;
        REQUIRE(story.ask("r") == "");
        REQUIRE(story.approve({&story.head}) == "");
        AccessSubject part = story.request.subjects.front();
        part.span = std::pair(12, 13);
        CHECK(story.use("v", part, true) == "request");  // counts as a use
        CHECK(story.use("v", part) == "replayed");
        REQUIRE(story.ask("r2", "copy") == "");
        REQUIRE(story.approve({&story.head}) == "");
        CHECK(story.use("w", part) == "request");
        CHECK(story.use("c", part, true) == "");
    }

    TEST_CASE("a standing request covers what comes later, of its generation") {
        Story story;
        story.request.subjects = {AccessSubject{"LH-1", 0, {}, {}, {}}};
        REQUIRE(story.ask("r") == "");
        evidence::Approval content = story.approval();
        content.granted->uses = 1000;
        REQUIRE(story.approve(content, {&story.head}) == "");
        CHECK(story.use("v1", recording(7)) == "");
        AccessSubject later = recording(7);
        later.generation = 1;
        CHECK(story.use("v2", later) == "span");
        CHECK(story.use("v3", AccessSubject{"LH-1", 0, {}, idOf("o"), {}}) == "span");
    }

    TEST_CASE("bodies that are none, and kinds of others") {
        Story story;
        for (const char* kind : {"appointment",
                                 "dismissal",
                                 "request",
                                 "approval",
                                 "view",
                                 "copy",
                                 "access.refused",
                                 "grant.ended"}) {
            CAPTURE(kind);
            CHECK(evidence::isAccessKind(kind));
            CHECK(story.take(kind, Cbor::map({{"a", 1}})) == "malformed");
        }
        CHECK(story.take("weather", Cbor::map({{"a", 1}})) == "");
        CHECK(story.take("grant.ended", evidence::GrantEndedBody{}.toCbor()) == "no_grant");
        CHECK(story.take("access.refused", evidence::RefusedBody{"view", {}, "span"}.toCbor()) ==
              "");
        CHECK(story.take("access.refused", evidence::RefusedBody{"view", {}, "?"}.toCbor()) ==
              "malformed");
    }

    TEST_CASE("subjects that say two things are malformed") {
        Story story;
        AccessSubject subject = recording(1);
        SUBCASE("no generation") {
            subject.generation.reset();
        }
        SUBCASE("an object too") {
            subject.object = idOf("o");
        }
        SUBCASE("an empty span") {
            subject.span = std::pair(5, 5);
        }
        SUBCASE("a span of all recordings") {
            subject.recording.reset(), subject.span = std::pair(5, 6);
        }
        story.request.subjects = {subject};
        CHECK(story.ask("r") == "malformed");
        story.request.subjects.clear();
        CHECK(story.ask("r") == "malformed");
        story.request.subjects.assign(65, recording(1));
        CHECK(story.ask("r") == "malformed");
    }
}
