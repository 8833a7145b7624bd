// SPDX-License-Identifier: Apache-2.0
// Who may approve: appointments and dismissals in a log.
#include "tests/common/evidence/access_story.hpp"

using namespace liuhen;
using namespace liuhen::tests;

TEST_SUITE("evidence/access_book") {
    TEST_CASE("who may be appointed") {
        Story story;
        evidence::Appointment one = story.appointment(Approver("new"), {"view"});
        std::string reason;
        SUBCASE("by another root") {
            CHECK(story.present("appointment", one.sign(crypto::PrivateKey::generate())) ==
                  "signature");
            return;
        }
        SUBCASE("for another vault") {
            one.vault = "x", reason = "malformed";
        }
        SUBCASE("with an unknown power") {
            one.powers.insert("all"), reason = "malformed";
        }
        SUBCASE("with no power") {
            one.powers.clear(), reason = "malformed";
        }
        SUBCASE("with a key that is no point") {
            one.key[64] ^= 1U, reason = "malformed";
        }
        SUBCASE("without a credential") {
            one.credential.clear(), reason = "malformed";
        }
        SUBCASE("with a very long one") {
            one.credential.resize(1024), reason = "malformed";
        }
        SUBCASE("for no time") {
            one.time.untilUs = one.time.fromUs, reason = "malformed";
        }
        SUBCASE("with the credential of another") {
            one.credential = story.head.credential, reason = "person";
        }
        SUBCASE("well") {}
        CHECK(story.present("appointment", one.sign(story.root)) == reason);
        CHECK(story.book.knows(one.person) == reason.empty());
    }

    TEST_CASE("an appointment is replaced, a message counts once") {
        Story story;
        const core::Buffer wide =
            story.appointment(story.clerk, {"paper", "view"}).sign(story.root);
        const core::Buffer narrow = story.appointment(story.clerk, {"paper"}).sign(story.root);
        REQUIRE(story.present("appointment", wide) == "");
        REQUIRE(story.present("appointment", narrow) == "");
        CHECK(story.present("appointment", wide) == "replayed");
        REQUIRE(story.ask("r") == "");
        CHECK(story.approve({&story.clerk}) == "power");
    }

    TEST_CASE("who was dismissed does not come back by an old appointment") {
        Story story;
        evidence::Appointment held = story.appointment(story.head, {"view"});  // never shown so far
        Approver second("second key of the head");
        second.person = story.head.person;
        const core::Buffer other = story.appointment(second, {"view"}).sign(story.root);
        story.now += kDay;
        SUBCASE("the person") {
            REQUIRE(story.dismiss(story.head) == "");
        }
        SUBCASE("the credential") {
            REQUIRE(story.dismiss(story.head, true) == "");
        }
        CHECK(story.present("appointment", held.sign(story.root)) == "dismissed");
        held.time.fromUs = story.now - 1;
        CHECK(story.present("appointment", held.sign(story.root)) == "dismissed");
        held.time.fromUs = story.now;
        CHECK(story.present("appointment", held.sign(story.root)) == "");
        (void)story.present("appointment", other);
        REQUIRE(story.ask("r") == "");
        CHECK(story.approve({&story.head}) == "");
    }

    TEST_CASE("a dismissal counts once and is the root's") {
        Story story;
        const evidence::Dismissal one{kVault, story.head.person, {}, kNow};
        CHECK(story.present("dismissal", one.sign(crypto::PrivateKey::generate())) == "signature");
        const core::Buffer message = one.sign(story.root);
        CHECK(story.present("dismissal", message) == "");
        CHECK(story.present("dismissal", message) == "replayed");
        CHECK(
            story.present("dismissal", story.appointment(story.head, {"view"}).sign(story.root)) ==
            "malformed");
    }
}
