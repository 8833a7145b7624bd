// SPDX-License-Identifier: Apache-2.0
// What ends a hold or shortens a class needs a grant of two persons (access.md section 4.2).
#include "tests/common/evidence/access_story.hpp"

#include <limits>

using namespace liuhen;
using namespace liuhen::tests;

namespace {

const AccessSubject kKept = recording(3);

/// A story whose head and deputy may approve liftings and shorter classes.
struct HeldStory : Story {
    HeldStory() { CHECK(appoint(head, {"hold", "retention", "view"}) == ""); }

    static Cbor bodyOf(const AccessSubject& subject) {
        Cbor body = subject.toCbor();  // its `from` and `to` are fields more
        body.set("by", idOf("who"));
        return body;
    }
    std::string hold(const std::string& kind, const std::string& name, const Cbor& grant = {}) {
        Cbor body = bodyOf(subject);
        body.set("hold", idOf(name));
        body.set("reason", idOf("why"));
        if (!grant.isNull()) {
            body.set("grant", grant);
        }
        return take(kind, std::move(body));
    }
    std::string place(const std::string& name) { return hold("hold.placed", name); }
    std::string lift(const std::string& name, const Cbor& grant = {}) {
        return hold("hold.lifted", name, grant);
    }
    std::string keep(const Cbor& months, const Cbor& grant = {}) {
        Cbor body = bodyOf(subject);
        body.set("class", "c");
        body.set("months", months);
        body.set("grant", grant);
        return take("retention", std::move(body));
    }
    /// Of two persons, for two uses.
    core::Digest granted(const std::string& name,
                         const std::string& purpose,
                         const AccessSubject& of) {
        request.subjects = {recording(99), of};
        REQUIRE(ask(name, purpose) == "");
        REQUIRE(approve({&head, &deputy}) == "");
        return approval().granted->grant;
    }
    bool stands(const std::string& name) const { return book.stands(idOf(name), subject); }

    AccessSubject subject = kKept;
};

}  // namespace

TEST_SUITE("evidence/access_holds") {
    TEST_CASE("a hold that stands is lifted under a grant of two, as often as granted") {
        HeldStory story;
        CHECK(story.place("a") == "");
        CHECK(story.place("b") == "");
        CHECK(story.place("c") == "");
        CHECK(story.lift("a") == "no_grant");
        CHECK(story.stands("a"));
        const auto grant = story.granted("r", "hold", kKept);
        CHECK(story.lift("a", grant) == "");
        CHECK_FALSE(story.stands("a"));
        CHECK(story.lift("a", grant) == "");      // it does not stand: no use
        CHECK(story.lift("never", grant) == "");  // nor this
        CHECK(story.book.grant(grant)->used == 1);
        CHECK(story.lift("b", grant) == "");
        CHECK(story.lift("c", grant) == "used_up");
        CHECK(story.stands("c"));
        CHECK(story.book.grant(grant)->used == 3);
    }

    TEST_CASE("one of two signatures could hold, and does not yet") {
        HeldStory story;
        REQUIRE(story.ask("r", "hold") == "");
        evidence::SignedApproval whole{story.approval().encode(), {}};
        whole.signatures.push_back(story.head.sign(whole.approval));
        const auto wrong = [&story](const evidence::SignedApproval& one, std::int64_t at = kNow) {
            const auto told = story.book.wrongSoFar(one, at);
            return told ? std::string(evidence::name(*told)) : std::string();
        };
        CHECK(wrong(whole) == "");
        CHECK(story.take("approval", whole.toCbor()) == "power");
        CHECK(wrong(whole, kNow + 400 * kDay) == "expired");
        evidence::SignedApproval other{whole.approval, {story.clerk.sign(whole.approval)}};
        CHECK(wrong(other) == "power");
        other = {{0x01}, whole.signatures};
        CHECK(wrong(other) == "malformed");
        whole.signatures.push_back(story.deputy.sign(whole.approval));
        CHECK(wrong(whole) == "");
        CHECK(story.take("approval", whole.toCbor()) == "");
        CHECK(wrong(whole) == "replayed");
    }

    TEST_CASE("the name of a hold on something else lifts nothing") {
        HeldStory story;
        CHECK(story.place("a") == "");
        story.subject = recording(4);
        CHECK(story.lift("a") == "");
        story.subject = kKept;
        CHECK(story.stands("a"));
    }

    TEST_CASE("liftings that are not covered leave the hold standing, and use the grant") {
        HeldStory story;
        REQUIRE(story.place("a") == "");
        AccessSubject of = kKept;
        std::string purpose = "hold";
        std::string reason = "span";
        SUBCASE("another recording") {
            of = recording(4);
        }
        SUBCASE("another generation") {
            of.generation = 1;
        }
        SUBCASE("a part of the recording") {
            of.span.emplace(0, 1);
        }
        SUBCASE("all recordings of the generation") {
            of.recording.reset();
        }
        SUBCASE("all of the device") {
            of = {"LH-1", {}, {}, {}, {}};
        }
        SUBCASE("an object") {
            of = {"LH-1", 0, {}, idOf("o"), {}};
        }
        SUBCASE("another purpose") {
            purpose = "retention", reason = "request";
        }
        const auto grant = story.granted("r", purpose, of);
        CHECK(story.lift("a", grant) == reason);
        CHECK(story.stands("a"));
        CHECK(story.book.grant(grant)->used == 1);
    }

    TEST_CASE("a grant that is over lifts nothing") {
        HeldStory story;
        REQUIRE(story.place("a") == "");
        const auto grant = story.granted("r", "hold", kKept);
        std::string reason;
        SUBCASE("early") {
            story.now = kNow - 1, reason = "not_yet";
        }
        SUBCASE("late") {
            story.now = kNow + kDay, reason = "expired";
        }
        SUBCASE("given back") {
            CHECK(story.take("grant.ended", evidence::GrantEndedBody{grant, {}}.toCbor()) == "");
            reason = "ended";
        }
        SUBCASE("of somebody dismissed") {
            CHECK(story.dismiss(story.deputy) == "");
            reason = "dismissed";
        }
        SUBCASE("used up by views") {
            CHECK(story.view("v") == "request");
            CHECK(story.view("w") == "request");
            reason = "used_up";
        }
        CHECK(story.lift("a", grant) == reason);
        CHECK(story.stands("a"));
    }

    TEST_CASE("one person's signature, or the asker's own, is no grant") {
        HeldStory story;
        REQUIRE(story.place("a") == "");
        story.request.subjects = {kKept};
        REQUIRE(story.ask("one", "hold") == "");
        CHECK(story.approve({&story.head}) == "power");
        CHECK(story.approve({&story.head, &story.head}) == "person");
        CHECK(story.lift("a", story.approval().granted->grant) == "no_grant");
        story.request.by = story.head.person;
        REQUIRE(story.ask("own", "hold") == "");
        CHECK(story.approve({&story.head, &story.deputy}) == "self");
        CHECK(story.lift("a", story.approval().granted->grant) == "no_grant");
        CHECK(story.stands("a"));
    }

    TEST_CASE("a shorter class needs a grant of two, a longer or equal one none") {
        HeldStory story;
        CHECK(story.keep(120) == "");
        CHECK(story.keep(360) == "");
        CHECK(story.keep(360) == "");
        CHECK(story.keep(359) == "no_grant");
        CHECK(story.keep(nullptr) == "");
        CHECK(story.keep(std::numeric_limits<std::uint64_t>::max()) == "no_grant");
        const auto grant = story.granted("r", "retention", kKept);
        CHECK(story.keep(nullptr, grant) == "");  // no use
        CHECK(story.keep(360, grant) == "");
        CHECK(story.keep(120, grant) == "");
        CHECK(story.keep(60, grant) == "used_up");
        CHECK(story.keep(119) == "no_grant");  // the newest that has effect is of 120
        CHECK(story.keep(121) == "");
        story.subject = recording(4);
        CHECK(story.keep(1) == "");
    }

    TEST_CASE("bodies that are none have no effect") {
        HeldStory story;
        REQUIRE(story.place("a") == "");
        REQUIRE(story.keep(120) == "");
        for (const Cbor& grant : {Cbor("yes"), Cbor(core::Buffer(31, 0)), Cbor(1)}) {
            CHECK(story.lift("a", grant) == "malformed");
            CHECK(story.lift("never", grant) == "malformed");
            CHECK(story.keep(240, grant) == "malformed");
        }
        for (const Cbor& months : {Cbor(-1), Cbor("12"), Cbor(true)}) {
            CHECK(story.keep(months) == "malformed");
        }
        Cbor body = HeldStory::bodyOf(kKept);
        body.set("class", "c");
        CHECK(story.take("retention", body) == "malformed");
        CHECK(story.stands("a"));
        CHECK(story.keep(119) == "no_grant");
        CHECK(story.keep(120) == "");
    }
}
