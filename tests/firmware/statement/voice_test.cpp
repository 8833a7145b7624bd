// SPDX-License-Identifier: Apache-2.0
// What the recorder says and hears becomes entries of its ledger.
#include "firmware/statement/voice.hpp"

#include "tests/firmware/recorder/assignments.hpp"

#include <set>

namespace liuhen::statement {

using namespace std::chrono_literals;
using core::Nanoseconds;
using prompts::Prompt;

namespace {

/// A loudspeaker with a file for each prompt but those named.
class FakeSpeaker final : public hal::Speaker {
public:
    core::Result<Nanoseconds> load(const std::string& file) override {
        if (absent.contains(file)) {
            return core::fail(core::ErrorKind::NotFound, "open " + file);
        }
        return 2s;
    }
    core::Result<void> play(const std::string& file) override {
        played.push_back(file);
        return {};
    }
    void stop() override { ++stops; }

    std::set<std::string> absent;
    std::vector<std::string> played;
    int stops = 0;
};

struct Scene {
    recorder::test::Bench bench;
    FakeSpeaker speaker;
    prompts::Prompter prompter{speaker, {"/own", "/given"}, "zh"};
    Voice voice{prompter};

    std::vector<Statement> told;

    explicit Scene(recorder::test::BenchOptions options = {}) : bench(std::move(options)) {
        bench.mustStart();
        voice.begin(*bench, [this](const Statement& made) { told.push_back(made); });
    }

    Nanoseconds now() { return bench.clock.boottime(); }
    void pass(Nanoseconds length, bool speaks = false) {
        for (const Nanoseconds end = now() + length; now() < end;) {
            const Nanoseconds from = now();
            bench.film(40);
            voice.hear({from, now(), speaks});
            voice.tick(now());
        }
    }
    void start() {
        bench.press();
        voice.ask(What::Opening, now());
    }
    void end() {
        voice.onEnding(now());
        REQUIRE(bench->end("button"));
        voice.remark(Prompt::End, now());
    }
    /// "kind what-or-result ..." of entries that the voice made, in order with start and end.
    std::vector<std::string> story() {
        std::vector<std::string> words;
        for (const evidence::Entry& entry : bench.entries()) {
            const auto text = [&entry](const char* key) {
                const core::Cbor* value = entry.body.find(key);
                return value != nullptr && value->text() != nullptr ? *value->text() : "";
            };
            if (entry.kind == "prompt") {
                words.push_back("prompt " + std::string(text("what")));
            } else if (entry.kind == "statement") {
                words.push_back(std::string(text("what")) + " " + std::string(text("result")));
            } else if (entry.kind == "start" || entry.kind == "end" || entry.kind == "mode") {
                words.push_back(entry.kind);
            }
        }
        return words;
    }
};

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("statement/voice");

TEST_CASE("a recording with an answer") {
    Scene scene;
    scene.start();
    scene.pass(3s);
    scene.pass(4s, true);
    scene.pass(2s);
    scene.end();
    scene.pass(3s);
    CHECK(scene.story() == Words{"start", "prompt start", "opening heard", "end", "prompt end"});
    CHECK(scene.speaker.played == Words{"/own/zh/start.wav", "/own/zh/end.wav"});
    CHECK(scene.bench.verdictAfterRestart() == "intact");
}

TEST_CASE("a pause in a matter to be recorded as a whole is warned of") {
    for (const bool full : {true, false}) {
        CAPTURE(full);
        recorder::test::BenchOptions options;
        options.fullMatters = {full ? "site inspection" : "demolition"};
        Scene scene(std::move(options));
        const auto assignment = recorder::test::assignmentOf(scene.bench, {});
        REQUIRE(
            scene.bench->takeAssignment(assignment.encode(), scene.bench.authority.certificate()));
        scene.bench.press();
        scene.pass(1s);
        scene.voice.ask(What::Reason, scene.now());
        scene.pass(2500ms);
        scene.pass(2s, true);
        scene.pass(2s);
        CHECK(scene.speaker.played == (full ? Words{"/own/zh/pause_full.wav"} : Words{}));
        REQUIRE(scene.told.size() == 1);
        CHECK(isReason(scene.told[0].what));
        CHECK(scene.told[0].heard);
        CHECK(scene.told[0].asked == (full ? 1 : 0));
        CHECK(scene.story() == (full ? Words{"start", "prompt pause_full"} : Words{"start"}));
    }
}

TEST_CASE("what was said and not heard stands before the end of its recording") {
    Scene scene;
    scene.start();
    scene.pass(1s);
    scene.end();
    scene.pass(3s);
    CHECK(scene.story() == Words{"start", "prompt start", "opening missing", "end", "prompt end"});
    CHECK(scene.speaker.stops == 1);
    CHECK(scene.bench.last("prompt").body.find("recording")->isNull());
    CHECK(scene.bench.last("statement").body.find("asked")->integer() == 1);
}

TEST_CASE("what needs no answer is said once, when nobody speaks, or after three seconds") {
    Scene scene;
    scene.start();
    scene.pass(3s);
    scene.pass(1s, true);
    scene.voice.remark(Prompt::StillRecording, scene.now());
    scene.voice.remark(Prompt::StillRecording, scene.now());
    scene.pass(1s, true);
    CHECK(scene.speaker.played.size() == 1);
    scene.pass(1s);
    CHECK(scene.speaker.played == Words{"/own/zh/start.wav", "/own/zh/still_recording.wav"});
    scene.pass(2s);
    scene.pass(1s, true);
    scene.voice.remark(Prompt::StillRecording, scene.now());
    scene.pass(3200ms, true);
    CHECK(scene.speaker.played.size() == 3);
}

TEST_CASE("an end that nobody told of ends the asking") {
    Scene scene;
    scene.start();
    scene.pass(1s);
    REQUIRE(scene.bench->end("storage"));
    scene.pass(3s);
    CHECK(scene.told.size() == 1);
    scene.voice.ask(What::Notice, scene.now());
    CHECK(scene.speaker.played.size() == 1);
}

TEST_CASE("silent mode is an entry, breaks off what is said, and nothing is said in it") {
    Scene scene;
    scene.start();
    scene.pass(1s);
    scene.voice.setSilent(true, scene.now());
    scene.voice.setSilent(true, scene.now());
    scene.voice.remark(Prompt::StillRecording, scene.now());
    scene.end();
    CHECK(scene.speaker.played.size() == 1);
    scene.voice.setSilent(false, scene.now());
    scene.pass(1s);
    CHECK(scene.story() ==
          Words{"start", "prompt start", "mode", "opening missing", "end", "mode"});
}

TEST_CASE("nothing is said or signed once the recorder switches off") {
    Scene scene;
    scene.start();
    scene.pass(1s);
    scene.voice.onShutdown(scene.now());
    REQUIRE(scene.bench->shutdown("button"));
    scene.voice.tick(scene.now());
    scene.voice.remark(Prompt::End, scene.now());
    scene.voice.ask(What::Opening, scene.now());
    CHECK(scene.speaker.played.size() == 1);
    CHECK(scene.story() == Words{"start", "prompt start", "opening missing", "end"});
}

TEST_CASE("a reason is told and is no statement; what is taken back is neither") {
    Scene scene;
    scene.start();
    scene.pass(3s);
    scene.pass(4s, true);
    scene.pass(1s);
    scene.voice.ask(What::Reason, scene.now());
    scene.pass(2s, true);
    scene.pass(1s);
    REQUIRE(scene.told.size() == 2);
    CHECK(scene.told[1].what == What::Reason);
    CHECK(scene.told[1].heard);
    scene.voice.ask(What::Closing, scene.now());
    scene.pass(1s);
    scene.voice.stopListening(scene.now());
    scene.pass(1s);
    scene.end();
    CHECK(scene.told.size() == 2);
    CHECK(scene.story() ==
          Words{"start", "prompt start", "opening heard", "prompt closing", "end"});
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("prompts/prompter");

TEST_CASE("the agency's sound is taken, else the given one, else nothing is said") {
    FakeSpeaker speaker;
    speaker.absent = {"/own/en/end.wav", "/own/en/fault.wav", "/given/en/fault.wav"};
    prompts::Prompter prompter(speaker, {"/own", "/given"}, "en");
    CHECK(prompter.say(Prompt::Start, 1s) == 2s);
    CHECK(prompter.say(Prompt::End, 10s) == 2s);
    CHECK_FALSE(prompter.say(Prompt::Fault, 20s));
    CHECK(speaker.played == Words{"/own/en/start.wav", "/given/en/end.wav"});
}

TEST_CASE("what is said is told with its times, whole or broken off") {
    FakeSpeaker speaker;
    prompts::Prompter prompter(speaker, {"/own"}, "zh");
    CHECK(prompter.say(Prompt::Start, 1s));
    CHECK(prompter.speaking(2s));
    CHECK(prompter.takeSaid(2s).empty());
    CHECK_FALSE(prompter.speaking(3s));
    CHECK(prompter.say(Prompt::End, 5s));
    CHECK(speaker.stops == 0);
    CHECK(prompter.say(Prompt::Fault, 6s));
    CHECK(speaker.stops == 1);
    const auto said = prompter.takeSaid(20s);
    REQUIRE(said.size() == 3);
    CHECK(said[0].from == 1s);
    CHECK(said[0].to == 3s);
    CHECK(said[1].to == 6s);
    CHECK(said[2].to == 8s);
    CHECK(prompter.takeSaid(20s).empty());
}

TEST_SUITE_END();

}  // namespace liuhen::statement
