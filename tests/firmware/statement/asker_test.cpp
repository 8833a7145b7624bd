// SPDX-License-Identifier: Apache-2.0
// The asker with scripted voices: what it says when, what it takes for a statement.
#include "firmware/statement/asker.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::statement {

using namespace std::chrono_literals;
using core::Nanoseconds;
using prompts::Prompt;

namespace {

constexpr Nanoseconds kQuestion = 5s;

/// An officer, bystanders and a loudspeaker, in steps of 30 ms.
class Scene {
public:
    Scene()
        : asker(
              [this](Prompt prompt, Nanoseconds at) -> std::optional<Nanoseconds> {
                  said.push_back(fmt::format("{} {}", (at - kBegin) / 1ms, nameOf(prompt)));
                  talkedOver = talkedOver || talking;
                  if (mute) {
                      return std::nullopt;
                  }
                  ownUntil_ = at + kQuestion;
                  return kQuestion;
              },
              [this](const Statement& statement) { made.push_back(statement); }) {}

    /// Time goes on; somebody `speaks` or nobody does. The microphone hears the loudspeaker too.
    void pass(Nanoseconds length, bool speaks = false) {
        talking = speaks;
        for (const Nanoseconds end = now + length; now < end;) {
            const Nanoseconds from = now;
            now += 30ms;
            if (detector) {
                asker.hear({from, now, speaks || from < ownUntil_});
            }
            asker.tick(now);
        }
        talking = false;
    }
    void speak(Nanoseconds length) { pass(length, true); }

    static constexpr Nanoseconds kBegin = 100s;
    Nanoseconds now = kBegin;
    bool detector = true;
    bool mute = false;
    bool talking = false;
    bool talkedOver = false;
    std::vector<std::string> said;
    std::vector<Statement> made;
    Asker asker;

private:
    Nanoseconds ownUntil_{};
};

}  // namespace

TEST_SUITE_BEGIN("statement/asker");

TEST_CASE("an answer to the first question is heard, from its beginning to its pause") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    CHECK(scene.asker.asking());
    scene.pass(7s);
    scene.speak(9s);
    CHECK(scene.made.empty());
    scene.pass(1s);
    REQUIRE(scene.made.size() == 1);
    const Statement& made = scene.made[0];
    CHECK(made.what == What::Opening);
    CHECK(made.heard);
    CHECK(made.asked == 1);
    CHECK(made.from >= Scene::kBegin + 6900ms);
    CHECK(made.from <= Scene::kBegin + 7100ms);
    CHECK(made.to >= Scene::kBegin + 16s);
    CHECK(made.to <= Scene::kBegin + 16800ms);
    REQUIRE(made.speech);
    CHECK(*made.speech >= 9s);
    CHECK(*made.speech <= 9600ms);
    CHECK_FALSE(scene.asker.busy());
    CHECK(scene.said == std::vector<std::string>{"0 start"});
}

TEST_CASE("each statement has its question") {
    const std::pair<What, const char*> rows[] = {{What::Opening, "0 start"},
                                                 {What::Notice, "0 notice"},
                                                 {What::Resume, "0 resumed"},
                                                 {What::Closing, "0 closing"}};
    for (const auto& [what, said] : rows) {
        Scene scene;
        scene.asker.ask(what, scene.now);
        CHECK(scene.said == std::vector<std::string>{said});
    }
}

TEST_CASE("without an answer it asks twice more, then the statement is missing") {
    Scene scene;
    scene.asker.ask(What::Resume, scene.now);
    scene.pass(60s);
    CHECK(scene.said ==
          std::vector<std::string>{"0 resumed", "13020 no_speech", "26040 no_speech"});
    REQUIRE(scene.made.size() == 1);
    CHECK_FALSE(scene.made[0].heard);
    CHECK(scene.made[0].asked == 3);
    CHECK(scene.made[0].from == Scene::kBegin);
    CHECK(scene.made[0].to == Scene::kBegin + 39060ms);
    // The loudspeaker was in the microphone for 15 s; none of it counts.
    CHECK(scene.made[0].speech == 0ns);
}

TEST_CASE("an answer to the last question is heard") {
    Scene scene;
    scene.asker.ask(What::Resume, scene.now);
    scene.pass(33s);
    scene.speak(3s);
    scene.pass(1s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].heard);
    CHECK(scene.made[0].asked == 3);
}

TEST_CASE("a word is no statement, nor are words in different rounds") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    for (int i = 0; i < 3; ++i) {
        scene.pass(8s);
        scene.speak(600ms);
        scene.pass(4400ms);
    }
    scene.pass(10s);
    REQUIRE(scene.made.size() == 1);
    CHECK_FALSE(scene.made[0].heard);
    CHECK(*scene.made[0].speech > 2s);
}

TEST_CASE("it waits for a pause before it asks, and does not wait for ever") {
    Scene scene;
    scene.speak(1s);
    scene.asker.ask(What::Opening, scene.now);
    scene.speak(3s);
    CHECK(scene.said.empty());
    scene.pass(2s);
    CHECK(scene.said.size() == 1);
    CHECK_FALSE(scene.talkedOver);

    Scene crowd;
    crowd.speak(1s);
    crowd.asker.ask(What::Opening, crowd.now);
    for (int i = 0; i < 80; ++i) {  // half of the time, never a pause of half a second
        crowd.speak(150ms);
        crowd.pass(240ms);
    }
    REQUIRE(crowd.said.size() == 1);
    CHECK(crowd.said[0] == "26040 start");
}

TEST_CASE("an officer who speaks at once and at length is not asked") {
    Scene scene;
    scene.speak(600ms);
    scene.asker.ask(What::Opening, scene.now);
    scene.speak(15s);
    scene.pass(2s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].heard);
    CHECK(scene.made[0].asked == 0);
    CHECK(scene.said.empty());
}

TEST_CASE("an answer that goes on is not interrupted by the next question") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(12s);
    scene.speak(20s);
    CHECK(scene.said.size() == 1);
    scene.pass(1s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].heard);
}

TEST_CASE("an answer without any pause is cut off in the ledger") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(6s);
    scene.speak(80s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].heard);
    CHECK(scene.made[0].to <= Scene::kBegin + kQuestion + kLongestAnswer + 30ms);
}

TEST_CASE("a cancelled question is missing, unless enough was said") {
    Scene asked;
    asked.asker.ask(What::Opening, asked.now);
    asked.pass(3s);
    asked.asker.cancel(asked.now);
    REQUIRE(asked.made.size() == 1);
    CHECK_FALSE(asked.made[0].heard);
    CHECK(asked.made[0].asked == 1);
    CHECK_FALSE(asked.asker.busy());
    asked.asker.cancel(asked.now);
    CHECK(asked.made.size() == 1);

    Scene answered;
    answered.asker.ask(What::Opening, answered.now);
    answered.pass(6s);
    answered.speak(4s);
    answered.asker.cancel(answered.now);
    REQUIRE(answered.made.size() == 1);
    CHECK(answered.made[0].heard);
}

TEST_CASE("the same question goes on, another one comes behind it") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(2s);
    scene.asker.ask(What::Opening, scene.now);
    scene.asker.ask(What::Resume, scene.now);
    scene.asker.ask(What::Resume, scene.now);
    CHECK(scene.said.size() == 1);
    scene.pass(4s);
    scene.speak(3s);
    scene.pass(2s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].what == What::Opening);
    CHECK(scene.made[0].heard);
    REQUIRE(scene.said.size() == 2);
    CHECK(scene.said.back().ends_with("resumed"));
    scene.pass(60s);
    REQUIRE(scene.made.size() == 2);
    CHECK(scene.made[1].what == What::Resume);
    CHECK(scene.made[1].asked == 3);
}

TEST_CASE("what waits behind a question that is cancelled is missing without having been asked") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(2s);
    scene.asker.ask(What::Resume, scene.now);
    scene.pass(1s);
    scene.asker.cancel(scene.now);
    REQUIRE(scene.made.size() == 2);
    CHECK(scene.made[1].what == What::Resume);
    CHECK(scene.made[1].asked == 0);
    CHECK_FALSE(scene.made[1].speech);
    CHECK_FALSE(scene.asker.busy());
}

TEST_CASE("the closing is asked for once, in place of all else, and within its time") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(2s);
    scene.asker.ask(What::Closing, scene.now);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].what == What::Opening);
    CHECK(scene.said.back() == "2010 closing");
    scene.pass(10s);
    REQUIRE(scene.made.size() == 2);
    CHECK(scene.made[1].what == What::Closing);
    CHECK_FALSE(scene.made[1].heard);
    CHECK(scene.made[1].to - scene.made[1].from <= kLastWords + 30ms);

    Scene heard;
    heard.asker.ask(What::Closing, heard.now);
    heard.pass(6s);
    heard.speak(4s);  // beyond the time: what was heard by then counts
    REQUIRE(heard.made.size() == 1);
    CHECK(heard.made[0].heard);
}

TEST_CASE("a reason is listened for without a question, and one that is dropped never was") {
    Scene scene;
    scene.asker.ask(What::Reason, scene.now);
    scene.pass(1s);
    scene.speak(1500ms);
    scene.pass(1s);
    CHECK(scene.said.empty());
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].heard);
    CHECK(scene.made[0].asked == 0);
    CHECK(scene.made[0].from >= Scene::kBegin + 900ms);

    scene.asker.ask(What::Reason, scene.now);
    scene.pass(9s);
    REQUIRE(scene.made.size() == 2);
    CHECK_FALSE(scene.made[1].heard);

    scene.asker.ask(What::Reason, scene.now);
    scene.pass(1s);
    scene.asker.drop();
    scene.pass(20s);
    CHECK(scene.made.size() == 2);
}

TEST_CASE("in silent mode it listens without asking") {
    Scene heard;
    heard.mute = true;
    heard.asker.ask(What::Opening, heard.now);
    heard.pass(1s);
    heard.speak(3s);
    heard.pass(1s);
    REQUIRE(heard.made.size() == 1);
    CHECK(heard.made[0].heard);
    CHECK(heard.made[0].asked == 0);

    Scene missing;
    missing.mute = true;
    missing.asker.ask(What::Opening, missing.now);
    missing.pass(25s);
    REQUIRE(missing.made.size() == 1);
    CHECK_FALSE(missing.made[0].heard);
    CHECK(missing.made[0].asked == 0);
    CHECK(missing.made[0].speech == 0ns);
}

TEST_CASE("without a detector it asks once and says that nobody listened") {
    Scene scene;
    scene.detector = false;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(20s);
    REQUIRE(scene.made.size() == 1);
    CHECK_FALSE(scene.made[0].heard);
    CHECK(scene.made[0].asked == 1);
    CHECK_FALSE(scene.made[0].speech);
}

TEST_CASE("another remark of the recorder is no answer and costs none of the time for one") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(7s);
    scene.asker.ownVoice(scene.now, scene.now + 2s);
    scene.speak(2s);  // it is the loudspeaker
    scene.pass(5s);
    CHECK(scene.said.size() == 1);
    CHECK(scene.made.empty());
    scene.speak(3s);
    scene.pass(1s);
    REQUIRE(scene.made.size() == 1);
    CHECK(scene.made[0].asked == 1);
    CHECK(*scene.made[0].speech < 4s);
}

TEST_CASE("a question that broke off leaves the microphone to others") {
    Scene scene;
    scene.asker.ask(What::Opening, scene.now);
    scene.pass(1s);
    scene.asker.ownVoiceEnds(scene.now);
    CHECK_FALSE(scene.asker.somebodySpeaks(scene.now));
    scene.speak(2s);
    CHECK(scene.asker.somebodySpeaks(scene.now));
    CHECK_FALSE(scene.asker.somebodySpeaks(scene.now + 2s));  // no frame since
}

TEST_SUITE_END();

}  // namespace liuhen::statement
