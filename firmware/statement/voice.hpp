// SPDX-License-Identifier: Apache-2.0
// The recorder speaks and listens: when it asks, what it says, and the entries that come of it.
#pragma once

#include "firmware/prompts/prompter.hpp"
#include "firmware/recorder/recorder.hpp"
#include "firmware/statement/asker.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace liuhen::statement {

/// What is said besides questions waits so long for others to pause.
inline constexpr core::Nanoseconds kRemarkPatience = std::chrono::seconds(3);

/// Joins asker, prompter and ledger. All members run on the writer thread, none waits; entries that
/// the card refuses are the ledger's to keep (Recorder::note), and logged here.
class Voice {
public:
    using Recorder = recorder::Recorder;
    /// Hears of each statement and reason right after what is to be signed of it was.
    using Listener = std::function<void(const Statement&)>;

    explicit Voice(prompts::Prompter& prompter);
    Voice(const Voice&) = delete;
    Voice& operator=(const Voice&) = delete;

    /// Who signs, and who hears of statements (may be empty). Once, before all else.
    void begin(Recorder& recorder, Listener listener);

    /// Asks for a statement of the open recording, or listens for a reason, which in a matter to be
    /// recorded as a whole is asked for; nothing to do in standby.
    void ask(What what, core::Nanoseconds now);
    /// What was asked for last is not due any more; nothing is signed or told of it.
    void stopListening(core::Nanoseconds now);
    /// The recording is about to end or to pause: ends the asking, falls silent, and signs what is
    /// to be told of both. Before Recorder::end() and pause(), so that the entries stand before.
    void onEnding(core::Nanoseconds now);
    /// The recorder switches off: as onEnding(), and nothing is said or signed from now on. Before
    /// Recorder::shutdown().
    void onShutdown(core::Nanoseconds now);
    /// Says something that asks for no statement, as soon as nobody speaks, at most
    /// kRemarkPatience later.
    void remark(prompts::Prompt prompt, core::Nanoseconds now);
    /// A change is an entry. Silent: nothing is said; statements are listened for all the same.
    void setSilent(bool silent, core::Nanoseconds now);
    [[nodiscard]] bool silent() const { return prompter_.silent(); }

    void hear(const capture::VoiceFrame& frame) { asker_.hear(frame); }
    /// Every 50 ms or so. Notices a recording that has ended without onEnding().
    void tick(core::Nanoseconds now);

private:
    struct Remark {
        prompts::Prompt prompt = prompts::Prompt::Start;
        core::Nanoseconds since{};
    };
    [[nodiscard]] std::optional<core::Nanoseconds> say(prompts::Prompt prompt,
                                                       core::Nanoseconds now);
    void sayRemarks(core::Nanoseconds now);
    void hush(core::Nanoseconds now);
    void settle(core::Nanoseconds now);
    void sign(const prompts::Said& said, const std::optional<std::uint64_t>& recording);
    void sign(const Statement& made);

    prompts::Prompter& prompter_;
    Asker asker_;
    Recorder* recorder_ = nullptr;
    Listener listener_;
    bool closed_ = false;
    std::optional<std::uint64_t> recording_;            // as last seen
    std::vector<Statement> made_;                       // to be signed
    std::deque<std::optional<std::uint64_t>> saidFor_;  // the recording of each prompt under way
    std::deque<Remark> remarks_;
};

}  // namespace liuhen::statement
