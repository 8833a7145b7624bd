// SPDX-License-Identifier: Apache-2.0
// Shifts over ledgers written by hand.
#include "common/evidence/shift.hpp"

#include "common/evidence/assignment.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace liuhen::evidence {

namespace {

constexpr std::int64_t kMinute = 60;            // seconds
constexpr std::int64_t kHour = 3600;            // seconds
constexpr std::int64_t kEight = 1'795'478'400;  // 2026-11-24T00:00:00Z, 08:00 at +08:00

/// Writes entries as a recorder would; all times in seconds.
class Hand {
public:
    explicit Hand(std::int64_t utc) : utc_(utc) {}

    void put(std::string kind, Cbor body = Cbor::map({})) {
        Entry entry;
        entry.kind = std::move(kind);
        entry.body = std::move(body);
        entry.seq = seq_++;
        entry.boot = boot_;
        entry.time.boottimeNs = static_cast<std::uint64_t>(up_ * 1'000'000'000 + ++nudge_);
        entry.time.utcUs = utc_ * 1'000'000;
        entry.time.source = source;
        entry.time.ageSeconds = age;
        timeline.take(entry);
    }
    /// Time goes by with heartbeats.
    void idle(std::int64_t seconds) {
        for (; seconds > 0; seconds -= kMinute) {
            pass(std::min(seconds, kMinute));
            put("heartbeat");
        }
    }
    void pass(std::int64_t seconds) {
        up_ += seconds;
        utc_ += seconds;
    }
    void stepClock(std::int64_t seconds) { utc_ += seconds; }

    /// A start of the recorder; another name is another boot of the machine, up for 10 s.
    void boot(const std::string& bootId) {
        if (bootId != bootId_) {
            up_ = 10;
            bootId_ = bootId;
        }
        ++boot_;
        put("boot", Cbor::map({{"boot_id", bootId}}));
    }
    void shutdown() { put("shutdown", Cbor::map({{"reason", "button"}})); }

    void start() {
        recording_ = seq_;
        segment_ = 0;
        zero_ = up_;
        put("start");
        segment();
    }
    void segment() {
        SegmentBody body;
        body.recording = recording_;
        body.segment = segment_;
        body.zeroNs = zero_ * 1'000'000'000;
        body.tracks = {{kPictureTrack, "picture", "avc1.42c01f", 90'000},
                       {kSoundTrack, "sound", "mp4a.40.2", 48'000}};
        body.initSize = 100;
        part_ = 0;
        put("segment", body.toCbor());
    }
    /// So many seconds of both tracks, in parts of 10 s.
    void film(std::int64_t seconds) {
        for (; seconds > 0; seconds -= 10) {
            part(10);
        }
    }
    std::uint64_t part(std::int64_t seconds) {
        const auto at = static_cast<std::uint64_t>(up_ - zero_);
        const auto length = static_cast<std::uint64_t>(seconds);
        pass(seconds);
        PartBody body;
        body.recording = recording_;
        body.segment = segment_;
        body.part = part_++;
        body.size = 1000;
        body.tracks = {{kPictureTrack, at * 90'000, length * 90'000, 1},
                       {kSoundTrack, at * 48'000, length * 48'000, 1}};
        put("part", body.toCbor());
        return seq_ - 1;
    }
    void end() { put("end", Cbor::map({{"recording", recording_}, {"reason", "button"}})); }
    void resume() {
        put("resume");
        ++segment_;
        segment();
    }
    [[nodiscard]] std::int64_t utc() const { return utc_; }

    ShiftTimeline timeline;
    UtcSource source = UtcSource::ClockChip;
    std::optional<std::uint64_t> age;

private:
    std::int64_t utc_;
    std::int64_t up_ = 10;
    std::int64_t nudge_ = 0;
    std::string bootId_ = "none yet";
    std::uint64_t seq_ = 100;
    std::uint64_t boot_ = 0;
    std::uint64_t recording_ = 0;
    std::uint64_t segment_ = 0;
    std::uint64_t part_ = 0;
    std::int64_t zero_ = 0;
};

/// Minutes as recorded/idle/off/missing, rounded.
std::string minutes(const DoingTimes& times) {
    std::string text;
    for (const Doing doing : {Doing::Recorded, Doing::Idle, Doing::Off, Doing::Missing}) {
        const std::int64_t us = times[static_cast<std::size_t>(doing)];
        text += (text.empty() ? "" : "/") + std::to_string((us + 30'000'000) / 60'000'000);
    }
    return text;
}

std::vector<std::string> hours(const Hand& hand, std::int64_t from, std::int64_t until) {
    std::vector<std::string> rows;
    for (const ShiftHour& hour : hand.timeline.table(from * 1'000'000, until * 1'000'000).hours) {
        rows.push_back(minutes(hour.times));
    }
    return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_SUITE("evidence/shift") {
    TEST_CASE("a plain morning: idle, recorded, off") {
        Hand hand(kEight);
        hand.boot("a");
        hand.idle(30 * kMinute);
        hand.start();
        hand.film(45 * kMinute);
        hand.end();
        hand.idle(15 * kMinute);
        hand.shutdown();
        hand.pass(90 * kMinute);
        hand.boot("b");
        hand.idle(kHour);
        CHECK(hours(hand, kEight, kEight + 4 * kHour) ==
              Rows{"30/30/0/0", "15/15/30/0", "0/0/60/0", "0/60/0/0"});
    }

    TEST_CASE("hours of a shift that begins and ends within one, across midnight") {
        const std::int64_t late = kEight + 15 * kHour + 30 * kMinute;  // 23:30 at +08:00
        Hand hand(late);
        hand.boot("a");
        hand.start();
        hand.film(50 * kMinute);
        hand.end();
        hand.idle(40 * kMinute);
        CHECK(hours(hand, late, late + 85 * kMinute) == Rows{"30/0/0/0", "20/35/0/0"});
        const auto table = hand.timeline.table(late * 1'000'000, (late + 85 * kMinute) * 1'000'000);
        CHECK(table.hours[0].untilUs == (kEight + 16 * kHour) * 1'000'000);
        CHECK(minutes(table.total) == "50/35/0/0");
    }

    TEST_CASE("a power cut while recording leaves the time away missing, and what is not whole") {
        Hand hand(kEight);
        hand.boot("a");
        hand.start();
        hand.film(20 * kMinute);
        const std::uint64_t torn = hand.part(60);
        hand.pass(9 * kMinute);
        hand.boot("b");
        RecoveryBody recovery;
        recovery.missing = {torn};
        hand.put("recovery", recovery.toCbor());
        hand.put("interruption");
        hand.resume();
        hand.film(30 * kMinute);
        hand.end();
        CHECK(hours(hand, kEight, kEight + kHour) == Rows{"50/0/0/10"});
    }

    TEST_CASE("a process that is killed while the machine stays up was not there meanwhile") {
        Hand hand(kEight);
        hand.boot("a");
        hand.idle(20 * kMinute);
        hand.pass(10 * kMinute);
        hand.boot("a");
        hand.idle(30 * kMinute);
        CHECK(hours(hand, kEight, kEight + kHour) == Rows{"0/50/0/10"});
    }

    TEST_CASE("a clock set back moves no minute: BOOTTIME counts") {
        Hand hand(kEight);
        hand.source = UtcSource::Dock;
        hand.age = 5;
        hand.boot("a");
        hand.idle(30 * kMinute);
        hand.start();
        hand.film(20 * kMinute);
        hand.stepClock(-2 * kHour);
        hand.source = UtcSource::None;
        hand.age.reset();
        hand.put("clock", Cbor::map({{"before", 0}, {"after", 0}, {"message", nullptr}}));
        hand.film(20 * kMinute);
        hand.end();
        hand.idle(50 * kMinute);
        CHECK(hours(hand, kEight - 2 * kHour, kEight + 2 * kHour) ==
              Rows{"0/0/0/60", "0/0/0/60", "30/30/0/0", "10/50/0/0"});
    }

    TEST_CASE("a boot without a clock is placed by the dock's message, or nowhere") {
        for (const bool docked : {false, true}) {
            CAPTURE(docked);
            Hand hand(kEight);
            hand.boot("a");
            hand.idle(kHour);
            hand.shutdown();
            hand.pass(30 * kMinute);
            hand.stepClock(-365 * 24 * kHour);
            hand.source = UtcSource::None;
            hand.boot("b");
            hand.idle(90 * kMinute);
            const std::int64_t right = hand.utc() + 365 * 24 * kHour;
            if (docked) {
                hand.put("clock",
                         Cbor::map({{"before", hand.utc() * 1'000'000},
                                    {"after", right * 1'000'000},
                                    {"message", Buffer(3, 1)}}));
            }
            CHECK(hours(hand, kEight, kEight + 3 * kHour) ==
                  (docked ? Rows{"0/60/0/0", "0/30/30/0", "0/60/0/0"}
                          : Rows{"0/60/0/0", "0/0/0/60", "0/0/0/60"}));
            const auto table = hand.timeline.table(kEight * 1'000'000, right * 1'000'000);
            CHECK(table.unplacedUs / 60'000'000 == (docked ? 0 : 90));
        }
    }

    TEST_CASE("pruned chapters and an open end are missing, and said") {
        Hand hand(kEight + kHour);
        Entry docking;
        docking.kind = "docking";
        docking.time.utcUs = (kEight + kHour) * 1'000'000;
        hand.timeline.takeAnchor(docking);
        hand.boot("a");
        hand.idle(90 * kMinute);
        CHECK(hours(hand, kEight, kEight + 4 * kHour) ==
              Rows{"0/0/0/60", "0/60/0/0", "0/30/0/30", "0/0/0/60"});
        const auto table = hand.timeline.table(kEight * 1'000'000, (kEight + kHour) * 1'000'000);
        CHECK(table.prunedUs == docking.time.utcUs);
        CHECK(table.endsUs == hand.utc() * 1'000'000);
    }

    TEST_CASE("a recorder that stays switched off is off to the shift's end") {
        Hand hand(kEight);
        hand.boot("a");
        hand.idle(30 * kMinute);
        hand.shutdown();
        CHECK(hours(hand, kEight, kEight + 2 * kHour) == Rows{"0/30/30/0", "0/0/60/0"});
    }

    TEST_CASE("silence in standby is missing; so is footage that is gone without an interruption") {
        Hand hand(kEight);
        hand.boot("a");
        hand.idle(20 * kMinute);
        hand.pass(10 * kMinute);  // no heartbeat
        hand.idle(0);
        hand.start();
        hand.film(10 * kMinute);
        hand.pass(5 * kMinute);  // a hole that nobody declares
        hand.film(5 * kMinute);
        hand.put("interruption");
        hand.pass(10 * kMinute);
        hand.resume();
        hand.end();
        CHECK(hours(hand, kEight, kEight + kHour) == Rows{"15/30/0/15"});
    }

    TEST_CASE("a lost part counts by what took its place") {
        Hand hand(kEight);
        hand.boot("a");
        hand.start();
        const std::uint64_t lost = hand.part(600);
        hand.put("part.lost", PartLostBody{lost, "write", std::nullopt}.toCbor());
        hand.film(50 * kMinute);
        hand.end();
        CHECK(hours(hand, kEight, kEight + kHour) == Rows{"50/0/0/10"});
    }
}

TEST_SUITE("evidence/assignment") {
    TEST_CASE("an assignment reads as it was signed, and only a dock of the agency signs it") {
        const core::Microseconds now{1'790'000'000'000'000};
        const auto agency = *crypto::Authority::create("bureau", 20, now);
        const auto other = *crypto::Authority::create("other", 20, now);
        const auto key = crypto::PrivateKey::generate();
        const auto make = [&](const crypto::Authority& by, crypto::Role role) {
            Assignment assignment;
            assignment.names = {Opening::make("王五 4711"), Opening::make("")};
            AssignmentMessage message;
            message.certificate = by.certify(key.publicKey(), role, "dock-01", 5, now)->der();
            message.committed = {assignment.names[0].commitment(),
                                 assignment.names[1].commitment()};
            message.device = "LH-1";
            message.fromUs = 1;
            message.untilUs = 2;
            message.matters = {"site inspection"};
            message.number = "2026-17";
            assignment.message = message.sign(key);
            return assignment;
        };
        const auto assignment = Assignment::decode(make(agency, crypto::Role::Dock).encode());
        REQUIRE(assignment.has_value());
        const auto read = AssignmentMessage::verify(assignment->message, agency.certificate());
        REQUIRE(read.has_value());
        CHECK(read->number == "2026-17");
        CHECK(read->matters == std::vector<std::string>{"site inspection"});
        CHECK(assignment->opens(*read));
        CHECK(assignment->wearer() == "王五 4711");
        CHECK(assignment->place().empty());
        Assignment forged = *assignment;
        forged.names[0].text = "somebody else";
        CHECK_FALSE(forged.opens(*read));
        forged.names.pop_back();
        CHECK_FALSE(forged.opens(*read));
        forged.names.clear();
        CHECK(forged.opens(*read));
        const auto kind = [&](const Assignment& given) {
            const auto verified = AssignmentMessage::verify(given.message, agency.certificate());
            return verified ? core::ErrorKind::Internal : verified.error().kind;
        };
        CHECK(kind(make(other, crypto::Role::Dock)) == core::ErrorKind::Unauthenticated);
        CHECK(kind(make(agency, crypto::Role::Receipt)) == core::ErrorKind::Unauthenticated);
        forged.message[forged.message.size() - 1] ^= 1U;
        CHECK(kind(forged) == core::ErrorKind::Unauthenticated);
        forged.message.pop_back();
        CHECK(kind(forged) == core::ErrorKind::DataLoss);
    }
}

}  // namespace liuhen::evidence
