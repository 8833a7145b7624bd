// SPDX-License-Identifier: Apache-2.0
// Asks aloud for a statement, listens, asks twice more.
#include "firmware/statement/asker.hpp"

#include "common/core/result.hpp"

#include <algorithm>
#include <utility>

namespace liuhen::statement {

using core::Nanoseconds;
using prompts::Prompt;

namespace {

/// The hysteresis finds speech when half of its window is full.
constexpr Nanoseconds kOnset =
    capture::kVoiceFrame * static_cast<int>(capture::VoiceHysteresis::kWindow / 2);

Prompt questionFor(What what) {
    switch (what) {
        case What::Opening:
            return Prompt::Start;
        case What::Notice:
            return Prompt::Notice;
        case What::Resume:
            return Prompt::Resumed;
        case What::Closing:
            return Prompt::Closing;
        case What::FullReason:
            return Prompt::PauseFull;
        case What::Reason:
            break;  // not asked for
    }
    LIUHEN_ASSERT(false);
    return Prompt::Start;
}

/// Whether it has a few seconds only.
bool isBrief(What what) {
    return what == What::Closing || isReason(what);
}

}  // namespace

std::string_view nameOf(What what) {
    switch (what) {
        case What::Opening:
            return "opening";
        case What::Notice:
            return "notice";
        case What::Resume:
            return "resume";
        case What::Closing:
            return "closing";
        case What::Reason:
        case What::FullReason:
            return "reason";
    }
    LIUHEN_ASSERT(false);
    return "";
}

void Asker::ask(What what, Nanoseconds now) {
    const auto same = [what](const Due& due) { return due.what == what; };
    if (busy() && (what == what_ || std::any_of(next_.begin(), next_.end(), same))) {
        return;
    }
    if (busy() && !isBrief(what)) {
        next_.push_back(Due{what, now});
        return;
    }
    cancel(now);
    begin(what, now, now);
}

void Asker::begin(What what, Nanoseconds due, Nanoseconds now) {
    what_ = what;
    round_ = 0;
    asked_ = 0;
    dueAt_ = due;
    phaseBegan_ = now;
    allSpeech_ = Nanoseconds::zero();
    listened_ = false;
    forget();
    phase_ = Phase::Waiting;
    tick(now);
}

bool Asker::enough() const {
    if (phase_ == Phase::Waiting && !isBrief(what_)) {
        return round_ == 0 && speech_ >= kEarlySpeech;
    }
    return speech_ >= (isReason(what_) ? kEnoughReason : kEnoughSpeech);
}

void Asker::forget() {
    speech_ = Nanoseconds::zero();
    speechFrom_.reset();
}

void Asker::hear(const capture::VoiceFrame& frame) {
    const capture::VoiceFrame heard = ear_.hear(frame);
    if (!busy() || heard.to <= dueAt_) {
        return;
    }
    listened_ = true;
    if (!heard.voiced) {
        return;
    }
    const Nanoseconds length = heard.to - heard.from;
    allSpeech_ += length;
    speech_ += length;
    if (!speechFrom_) {
        speechFrom_ = std::max(dueAt_, heard.from - kOnset);
    }
    speechTo_ = heard.to;
}

void Asker::ownVoice(Nanoseconds from, Nanoseconds to) {
    ear_.ownVoice(from, to);
    if (phase_ == Phase::Listening) {
        phaseBegan_ += to - from;  // nobody answers meanwhile
    }
}

void Asker::tick(Nanoseconds now) {
    if (!busy() && !next_.empty()) {
        beginNext(now);  // behind what was dropped
    } else if (busy() && isBrief(what_) && now - dueAt_ >= kLastWords) {
        finish(enough(), now);
    } else if (phase_ == Phase::Waiting) {
        tickWaiting(now);
    } else if (phase_ == Phase::Asking && now >= saidAt_) {
        listen(saidAt_);
    } else if (phase_ == Phase::Listening) {
        tickListening(now);
    }
}

void Asker::tickWaiting(Nanoseconds now) {
    const bool talk = ear_.somebodySpeaks(now);
    if (what_ == What::Reason) {
        listen(now);
    } else if (talk && now - phaseBegan_ < kPatience) {
        return;
    } else if (!talk && enough()) {
        finish(true, now);
    } else {
        say(now);
    }
}

void Asker::say(Nanoseconds now) {
    const auto length = say_(round_ == 0 ? questionFor(what_) : Prompt::NoSpeech, now);
    if (!length) {
        listen(now);
        return;
    }
    ++asked_;
    ear_.ownVoice(now, now + *length);
    saidAt_ = now + *length;
    phase_ = Phase::Asking;
}

void Asker::listen(Nanoseconds from) {
    forget();
    phaseBegan_ = from;
    phase_ = Phase::Listening;
}

void Asker::tickListening(Nanoseconds now) {
    const bool talk = ear_.somebodySpeaks(now);
    const Nanoseconds waited = now - phaseBegan_;
    if (enough() && (!talk || waited >= kLongestAnswer)) {
        finish(true, now);
        return;
    }
    if (waited < kAnswerWithin || (talk && waited < kLongestAnswer)) {
        return;
    }
    if (++round_ >= kRounds || isBrief(what_) || !listened_) {
        finish(false, now);
        return;
    }
    forget();
    phaseBegan_ = now;
    phase_ = Phase::Waiting;
    tickWaiting(now);
}

void Asker::cancel(Nanoseconds now) {
    const std::vector<Due> never = std::exchange(next_, {});
    if (busy()) {
        finish(phase_ != Phase::Asking && enough(), now);
    }
    for (const Due& due : never) {
        Statement made;
        made.what = due.what;
        made.from = due.at;
        made.to = now;
        done_(made);
    }
}

void Asker::drop() {
    phase_ = Phase::Idle;
}

void Asker::finish(bool heard, Nanoseconds now) {
    Statement made;
    made.what = what_;
    made.from = heard ? *speechFrom_ : dueAt_;
    made.to = heard ? speechTo_ : now;
    made.asked = asked_;
    if (listened_) {
        made.speech = heard ? speech_ : allSpeech_;
    }
    made.heard = heard;
    phase_ = Phase::Idle;
    done_(made);
    if (!busy() && !next_.empty()) {
        beginNext(now);
    }
}

void Asker::beginNext(Nanoseconds now) {
    const Due due = next_.front();
    next_.erase(next_.begin());
    begin(due.what, due.at, now);
}

}  // namespace liuhen::statement
