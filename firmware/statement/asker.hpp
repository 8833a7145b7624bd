// SPDX-License-Identifier: Apache-2.0
// Asks aloud for a statement, listens, asks twice more.
#pragma once

#include "firmware/prompts/prompt.hpp"
#include "firmware/statement/ear.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace liuhen::statement {

enum class What {
    Opening,
    Notice,
    Resume,
    Closing,     // asked for once, in the time that the last words have
    Reason,      // of a pause: listened for once, without a question; no statement of the ledger
    FullReason,  // the same in a matter to be recorded as a whole: asked for, likewise once
};

/// As in the `statement` entry: "opening", ...; "reason", of both kinds, stands in none.
[[nodiscard]] std::string_view nameOf(What what);

[[nodiscard]] inline bool isReason(What what) {
    return what == What::Reason || what == What::FullReason;
}

/// So often a statement is asked for before it counts as missing.
inline constexpr int kRounds = 3;
/// Speech that makes a statement: longer than "yes, all right", shorter than "the battery was
/// changed, we go on", which takes 2.5 s in either language.
inline constexpr core::Nanoseconds kEnoughSpeech = std::chrono::seconds(2);
/// Speech before the first question that makes the question needless: an officer who knows it by
/// heart and begins at the press. Chance talk of this length without a pause is rare.
inline constexpr core::Nanoseconds kEarlySpeech = std::chrono::seconds(6);
/// How long an answer may keep us waiting: time to look at the clock and at the door's number.
inline constexpr core::Nanoseconds kAnswerWithin = std::chrono::seconds(8);
/// How long a question waits for others to pause: an opening statement spoken at the press takes
/// some 20 s. In a crowd that never pauses the question is asked all the same.
inline constexpr core::Nanoseconds kPatience = std::chrono::seconds(25);
/// An answer without a pause is cut off here; it is recorded all the same.
inline constexpr core::Nanoseconds kLongestAnswer = std::chrono::seconds(60);

/// Last words and reasons have 10 s in all (docs/states.md); a little less, so that what was heard
/// comes before the time is up.
inline constexpr core::Nanoseconds kLastWords = std::chrono::milliseconds(9500);
/// A reason may be as short as "it rains hard".
inline constexpr core::Nanoseconds kEnoughReason = std::chrono::seconds(1);

struct Statement {
    What what = What::Opening;
    core::Nanoseconds from{};  // BOOTTIME; of a missing one: when it was first due
    core::Nanoseconds to{};    // BOOTTIME
    int asked = 0;             // how often aloud
    /// How much speech was heard; nothing if there was no way to listen.
    std::optional<core::Nanoseconds> speech;
    bool heard = false;
};

/// A state machine without a clock or device of its own. One thread.
///
/// Each ask() ends in one call of `done`: with a heard statement as soon as enough speech was
/// followed by a pause, else with a missing one after three rounds or at cancel(). Where no frame
/// comes at all, one round is all there is.
class Asker {
public:
    /// Begins to say it; answers how long that takes, nothing if it will not be said (silent mode,
    /// a fault). Without a question it listens all the same.
    using Say = std::function<std::optional<core::Nanoseconds>(prompts::Prompt, core::Nanoseconds)>;
    using Done = std::function<void(const Statement&)>;

    Asker(Say say, Done done) : say_(std::move(say)), done_(std::move(done)) {}

    /// Begins to ask. The same statement that is being asked for goes on; Closing and reasons
    /// cancel what is being asked for, others come behind it.
    void ask(What what, core::Nanoseconds now);
    /// The next frame from the detector.
    void hear(const capture::VoiceFrame& frame);
    /// Something else than a question is said aloud by the recorder itself.
    void ownVoice(core::Nanoseconds from, core::Nanoseconds to);
    /// What the recorder was saying has broken off.
    void ownVoiceEnds(core::Nanoseconds at) { ear_.ownVoiceEnds(at); }
    /// Time goes on; call every 50 ms or so.
    void tick(core::Nanoseconds now);
    /// No more asking: the recording ends or is interrupted. Ends what is being asked for, and what
    /// waits behind it. Nothing to do if not busy.
    void cancel(core::Nanoseconds now);
    /// What is being asked for is not due any more: as if it had never been.
    void drop();

    [[nodiscard]] bool busy() const { return phase_ != Phase::Idle; }
    /// Whether a question is being said right now.
    [[nodiscard]] bool asking() const { return phase_ == Phase::Asking; }
    [[nodiscard]] bool somebodySpeaks(core::Nanoseconds now) const {
        return ear_.somebodySpeaks(now);
    }

private:
    struct Due {
        What what = What::Opening;
        core::Nanoseconds at{};
    };
    enum class Phase { Idle, Waiting, Asking, Listening };

    void say(core::Nanoseconds now);
    void listen(core::Nanoseconds from);
    void tickWaiting(core::Nanoseconds now);
    void tickListening(core::Nanoseconds now);
    void begin(What what, core::Nanoseconds due, core::Nanoseconds now);
    void beginNext(core::Nanoseconds now);
    [[nodiscard]] bool enough() const;
    void finish(bool heard, core::Nanoseconds now);
    void forget();

    Say say_;
    Done done_;
    Ear ear_;
    Phase phase_ = Phase::Idle;
    What what_ = What::Opening;
    int round_ = 0;
    int asked_ = 0;
    core::Nanoseconds dueAt_{};
    core::Nanoseconds phaseBegan_{};
    core::Nanoseconds saidAt_{};     // Asking: when the question will have been said
    core::Nanoseconds speech_{};     // in this phase
    core::Nanoseconds allSpeech_{};  // since it was due
    std::optional<core::Nanoseconds> speechFrom_;
    core::Nanoseconds speechTo_{};
    std::vector<Due> next_;
    bool listened_ = false;  // at least one frame came
};

}  // namespace liuhen::statement
