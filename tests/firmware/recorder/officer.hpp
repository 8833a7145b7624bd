// SPDX-License-Identifier: Apache-2.0
// An officer with a recorder, its clock under the test's hand: presses, mishaps, and what was
// written.
#pragma once

#include "common/evidence/bodies.hpp"
#include "firmware/recorder/controls.hpp"
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cerrno>
#include <map>

namespace liuhen::recorder::test {

/// One line of the ledger as a story tells it.
struct Told {
    std::string what;    // kind and what matters of the body
    double seconds = 0;  // since the story began, by BOOTTIME
};

class Officer {
public:
    explicit Officer(BenchOptions options = {}) : bench(std::move(options)) {
        bench.mustStart();
        beginProcess();
        began_ = bench.clock.boottime();
        firstSeq_ = bench->ledger().head().seq + 1;
    }

    /// Time passes; sources that are there give what they see.
    void wait(int ms) {
        for (int done = 0; done < ms; done += 40) {
            bench.film(40);
            controls->onBattery(*bench, battery, charging, bench.clock.boottime());
            controls->tick(*bench, bench.clock.boottime());
        }
    }

    /// Down for 160 ms.
    void press(hal::Button button) {
        const core::Nanoseconds at = bench.clock.boottime();
        down(button, at);
        wait(160);
        tell(button, hal::ButtonAction::Short, at);
    }

    /// Down for a little more than two seconds.
    void hold(hal::Button button) {
        const core::Nanoseconds at = bench.clock.boottime();
        down(button, at);
        wait(2000);
        tell(button, hal::ButtonAction::HeldTwoSeconds, at);
    }

    /// What the voice module would tell: the officer has said it, from `ms` ago until now.
    void said(int ms) {
        const core::Nanoseconds now = bench.clock.boottime();
        controls->onSaid(
            *bench,
            SpokenReason{now - std::chrono::milliseconds(ms), now, static_cast<std::uint64_t>(ms)},
            now);
    }

    void lose(Track track) {
        (track == Track::Picture ? bench.pictures : bench.sounds) = false;
        bench->takeLoss({track, "unplugged", std::nullopt, bench.clock.boottime()});
    }

    void giveBack(Track track) {
        if (track == Track::Picture) {
            bench.beginFilming();  // the encoder begins with a key frame
        }
        (track == Track::Picture ? bench.pictures : bench.sounds) = true;
        bench->takeReturn(track);
        controls->onSourceBack(*bench, bench.clock.boottime());
    }

    void dock() { board(hal::BoardEventKind::Docked); }
    void undock() { board(hal::BoardEventKind::Undocked); }

    void breakCard(int reason) {
        bench.files.setFault(
            [reason](FileOperation operation, const std::string& path, std::uint64_t) {
                const bool writes = operation != FileOperation::Read;
                return writes && path.starts_with(kCard) ? reason : 0;
            });
    }
    void mendCard() { bench.files.setFault({}); }

    /// The process ends without a word; what was written stays. Then the next start.
    void crash() { endAndStart("boot-1"); }
    /// The power goes: what was not synced is gone. Then the next start, of the machine too.
    void cutPower() {
        bench.files.crash();
        endAndStart("boot-2");
    }

    /// Everything entered since the story began, save parts, segments and key changes.
    [[nodiscard]] std::vector<Told> told() {
        std::vector<Told> lines;
        for (const evidence::Entry& entry : bench.entries()) {
            if (entry.seq < firstSeq_ || entry.kind.starts_with("part") ||
                entry.kind.starts_with("segment") || entry.kind == "epoch") {
                continue;
            }
            lines.push_back(
                {words(entry),
                 std::chrono::duration<double>(
                     core::Nanoseconds(static_cast<std::int64_t>(entry.time.boottimeNs)) - began_)
                     .count()});
        }
        return lines;
    }

    /// The same in one line, without times.
    [[nodiscard]] std::string tale() {
        std::string all;
        for (const Told& line : told()) {
            all += (all.empty() ? "" : "; ") + line.what;
        }
        return all;
    }

    /// Stretches of media time without samples between a track's first and last, in seconds.
    [[nodiscard]] std::vector<double> gaps(std::uint64_t track) {
        const double scale = track == evidence::kPictureTrack ? 90'000.0 : 48'000.0;
        std::vector<double> found;
        std::map<std::uint64_t, double> ends;  // per recording
        for (const evidence::Entry& entry : bench.entries()) {
            if (entry.kind != "part") {
                continue;
            }
            const auto part = evidence::PartBody::fromCbor(entry.body);
            REQUIRE(part.has_value());
            for (const evidence::TrackSpan& span : part->tracks) {
                if (span.track != track) {
                    continue;
                }
                const double start = static_cast<double>(span.start) / scale;
                const auto before = ends.find(part->recording);
                if (before != ends.end() && start - before->second > 0.001) {
                    found.push_back(start - before->second);
                }
                ends[part->recording] = static_cast<double>(span.start + span.duration) / scale;
            }
        }
        return found;
    }

    /// Switches off and answers the verdict.
    [[nodiscard]] std::string verdict() {
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        return bench.verdict();
    }

    [[nodiscard]] double now() const {
        return std::chrono::duration<double>(bench.clock.boottime() - began_).count();
    }

    Bench bench;
    std::unique_ptr<Controls> controls;
    int battery = 80;
    bool charging = false;
    std::vector<std::string> asked;  // of voice and lights

private:
    void beginProcess() {
        Controls::Outside outside;
        outside.act = [this](Act act, core::Nanoseconds /*at*/) {
            asked.emplace_back(name(act));
            return true;
        };
        controls = std::make_unique<Controls>(std::move(outside));
        controls->begin(*bench, bench.clock.boottime());
        bench.beginFilming();
    }

    void endAndStart(const std::string& bootId) {
        controls.reset();
        bench.stop();
        bench.options.bootId = bootId;
        bench.mustStart();
        beginProcess();
    }

    void down(hal::Button button, core::Nanoseconds at) {
        // The app asks the encoder for a key frame at each press that may begin footage.
        if (button != hal::Button::Mark) {
            bench.beginFilming();
        }
        controls->onButton(*bench, {button, hal::ButtonAction::Press, at, at});
    }
    void tell(hal::Button button, hal::ButtonAction action, core::Nanoseconds pressed) {
        if (button != hal::Button::Mark) {
            bench.beginFilming();
        }
        controls->onButton(*bench, {button, action, bench.clock.boottime(), pressed});
    }
    void board(hal::BoardEventKind kind) {
        hal::BoardEvent event;
        event.kind = kind;
        event.at = bench.clock.boottime();
        controls->onBoardEvent(*bench, event);
    }

    static std::string textOf(const evidence::Entry& entry, const char* key) {
        const core::Cbor* value = entry.body.find(key);
        return value != nullptr && value->text() != nullptr ? " " + *value->text() : "";
    }

    static std::string words(const evidence::Entry& entry) {
        std::string line = entry.kind;
        for (const char* key : {"reason", "cause", "what", "state", "result"}) {
            line += textOf(entry, key);
        }
        if (const core::Cbor* tracks = entry.body.find("tracks"); tracks != nullptr) {
            const std::string ids = core::diagnose(*tracks);
            line += ids == "[1]" ? " picture" : ids == "[2]" ? " sound" : " both";
        }
        return line;
    }

    core::Nanoseconds began_{};
    std::uint64_t firstSeq_ = 0;
};

}  // namespace liuhen::recorder::test
