// SPDX-License-Identifier: Apache-2.0
// Tests of holds and classes: a leaf and its rows together, refusals, and what a new start and a
// new database know.
#include "common/evidence/fields.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/restore.hpp"
#include "tests/dock/vault/held_bench.hpp"

#include <sqlite3.h>

TEST_SUITE_BEGIN("vault/retention");

namespace liuhen::vault::test {

namespace {

/// Runs a statement as another program would; answers whether SQLite took it.
bool asAnother(const std::string& database, const char* sql) {
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &other) == SQLITE_OK);
    const int code = sqlite3_exec(other, sql, nullptr, nullptr, nullptr);
    sqlite3_close(other);
    return code == SQLITE_OK;
}

}  // namespace

TEST_CASE("a commitment is the one that custody.md works out") {
    Buffer salt;
    for (const unsigned byte : {0xcfU,
                                0x54U,
                                0x15U,
                                0xfdU,
                                0x84U,
                                0xdaU,
                                0x73U,
                                0x8cU,
                                0xc3U,
                                0x15U,
                                0xf0U,
                                0xc3U,
                                0x56U,
                                0x9eU,
                                0xadU,
                                0x27U}) {
        salt.push_back(static_cast<std::uint8_t>(byte));
    }
    CHECK(core::toHex(evidence::custodyCommitment(salt, kName)) ==
          "04f23e51167948e00f8b184b1e4e8855c6bcbb7ec4e207e0d296b493d8102a3b");
    const auto made = CommittedText::make(kName);
    CHECK(made.salt.size() == evidence::kCommitmentSaltBytes);
    CHECK(made.commitment == evidence::custodyCommitment(made.salt, kName));
    CHECK(CommittedText::make(kName).commitment != made.commitment);
}

TEST_CASE("a hold stands until it is lifted, through a new start") {
    HeldBench bench;
    const auto placed = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    const auto second = must(bench.vault().placeHold(bench.ofObject(), kWhy, kName));
    CHECK(placed.subject == bench.ofRecording());
    CHECK(placed.hold != second.hold);
    CHECK(second.leaf == placed.leaf + 1);
    const auto leaf = bench.leafAt(placed.leaf);
    CHECK(leaf.kind == "hold.placed");
    CHECK(must(evidence::digestAt(leaf.body, "hold")) == placed.hold);
    CHECK(must(evidence::unsignedAt(leaf.body, "recording")) == bench.recording);

    bench.reopen();
    const HoldList list = must(bench.vault().holds());
    REQUIRE(list.holds.size() == 2);
    CHECK_FALSE(list.more);
    const Hold& hold = list.holds[0];
    CHECK(hold.hold == placed.hold);
    CHECK(hold.leaf == placed.leaf);
    CHECK(hold.placedUs == leaf.timeUs);
    CHECK(hold.subject == bench.ofRecording());
    CHECK(hold.by.text == kName);
    CHECK(hold.reason.text == kWhy);
    CHECK(hold.by.commitment == must(evidence::digestAt(leaf.body, "by")));
    CHECK(hold.by.commitment == evidence::custodyCommitment(hold.by.salt, kName));
    CHECK(list.holds[1].subject == bench.ofObject());

    const auto lifted = must(
        bench.vault().liftHold(placed.hold, "结案", kName, bench.byTwo(placed.subject, "hold")));
    CHECK(lifted.subject == bench.ofRecording());
    CHECK(bench.leafAt(lifted.leaf).kind == "hold.lifted");
    const HoldList left = must(bench.vault().holds());
    REQUIRE(left.holds.size() == 1);
    CHECK(left.holds[0].hold == second.hold);
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
}

TEST_CASE("what does not fit is refused, and nothing of it is there") {
    HeldBench bench;
    const auto placed = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    must(bench.vault().liftHold(placed.hold, kWhy, kName, bench.byTwo(placed.subject, "hold")));
    const std::uint64_t before = bench.logSize();
    const Subject subjects[] = {
        {"CAM-2", 0, bench.recording, std::nullopt},
        {"CAM-1", 1, bench.recording, std::nullopt},
        {"CAM-1", 0, bench.recording + 1, std::nullopt},
        {"CAM-1", 0, std::nullopt, Digest{1}},
        {"CAM-2", 0, std::nullopt, bench.ofObject().object},
    };
    for (const Subject& subject : subjects) {
        CAPTURE(describe(subject));
        const auto refused = bench.vault().placeHold(subject, kWhy, kName);
        CHECK(kindOf(refused) == core::ErrorKind::NotFound);
        CHECK(refused.error().message.find(describe(subject)) != std::string::npos);
        CHECK_FALSE(bench.vault().setRetention(subject, "permanent", kName));
    }
    for (const Digest& hold : {placed.hold, Digest{7}}) {
        const auto refused = bench.vault().liftHold(hold, kWhy, kName);
        CHECK(kindOf(refused) == core::ErrorKind::NotFound);
        CHECK(refused.error().message.find("hold list") != std::string::npos);
    }
    const auto unknown = bench.vault().setRetention(bench.ofObject(), "years-11", kName);
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message.find("'years-11'") != std::string::npos);
    const std::string texts[] = {
        "", std::string(4097, 'x'), "two\nlines", "\x1b[2J", "\x7f", "\xc2\x9b", "\xff"};
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 10));
        CHECK(kindOf(bench.vault().placeHold(bench.ofObject(), text, kName)) ==
              core::ErrorKind::InvalidArgument);
        CHECK(kindOf(bench.vault().placeHold(bench.ofObject(), kWhy, text)) ==
              core::ErrorKind::InvalidArgument);
        CHECK_FALSE(bench.vault().setRetention(bench.ofObject(), "permanent", text));
    }
    CHECK(bench.logSize() == before);
    CHECK(must(bench.vault().holds()).holds.empty());
    must(bench.vault().placeHold(bench.ofObject(), std::string(4096, 'x'), kName));
    CHECK(must(bench.vault().holds()).holds.size() == 1);
}

TEST_CASE("the newest class of a subject counts, of those that the configuration names") {
    HeldBench bench;
    must(bench.vault().setRetention(bench.ofRecording(), "years-10", kName));
    must(bench.vault().setRetention(bench.ofObject(), "years-30", kName));
    const auto leaf = must(bench.vault().setRetention(bench.ofRecording(), "permanent", "韩梅梅"));
    const auto told = bench.leafAt(leaf);
    CHECK(told.kind == "retention");
    CHECK(must(evidence::textAt(told.body, "class")) == "permanent");
    bench.reopen();
    const RetentionList list = must(bench.vault().retentions());
    CHECK(list.classes == archiveClasses());
    REQUIRE(list.set.size() == 2);
    CHECK(list.set[0].classId == "years-30");
    CHECK(list.set[0].subject == bench.ofObject());
    CHECK(list.set[1].classId == "permanent");
    CHECK(list.set[1].leaf == leaf);
    CHECK(list.set[1].by.text == "韩梅梅");
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
    CHECK(must(bench.vault().status()).stored == 3);
}

TEST_CASE("a long list comes in parts that fit a message") {
    HeldBench bench;
    const std::string longest(4096, 'x');
    for (std::size_t i = 0; i < kListedHolds + 2; ++i) {
        must(bench.vault().placeHold(bench.ofObject(), longest, longest));
    }
    const HoldList first = must(bench.vault().holds());
    CHECK(first.holds.size() == kListedHolds);
    REQUIRE(first.more);
    CHECK(toCbor(first).encode().size() <= kMessageBytes);
    const HoldList rest = must(bench.vault().holds(first.more));
    CHECK(rest.holds.size() == 2);
    CHECK_FALSE(rest.more);
    CHECK(rest.holds.front().leaf == *first.more + 1);
}

TEST_CASE("who and why can be erased, and the log stays whole") {
    HeldBench bench;
    const auto placed = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    must(bench.vault().setRetention(bench.ofRecording(), "years-10", kName));
    must(bench.vault().publish());
    const std::string database = bench.path() + "/db/vault.db";
    bench.close();
    CHECK_FALSE(asAnother(database, "update opening set text = 'somebody else'"));
    CHECK_FALSE(asAnother(database, "delete from hold"));
    CHECK_FALSE(asAnother(database, "delete from retention"));
    CHECK_FALSE(asAnother(database, "update retention set class = 'a'"));
    CHECK(asAnother(database, "delete from opening"));
    bench.open();
    const HoldList list = must(bench.vault().holds());
    REQUIRE(list.holds.size() == 1);
    CHECK(list.holds[0].hold == placed.hold);
    CHECK(list.holds[0].by.isErased());
    CHECK(list.holds[0].by.text.empty());
    CHECK(list.holds[0].by.commitment != Digest{});
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
    must(bench.vault().liftHold(placed.hold, kWhy, kName, bench.byTwo(placed.subject, "hold")));
}

TEST_CASE("words that the log does not commit to are not shown") {
    HeldBench bench;
    must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    bench.close();
    REQUIRE(asAnother(bench.path() + "/db/vault.db",
                      "drop trigger opening_update;"
                      "update opening set text = 'somebody else' where text = '李雷';"
                      "create trigger opening_update before update on opening "
                      "begin select raise(abort, 'rows stay'); end"));
    bench.open();
    const HoldList list = must(bench.vault().holds());
    REQUIRE(list.holds.size() == 1);
    CHECK(list.holds[0].by.isErased());
    CHECK(list.holds[0].reason.text == kWhy);
}

TEST_CASE("rows of holds that somebody removed keep the vault from starting") {
    for (const char* table : {"hold", "retention"}) {
        CAPTURE(table);
        HeldBench bench;
        must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
        must(bench.vault().setRetention(bench.ofRecording(), "years-10", kName));
        bench.close();
        const std::string name = table;
        const std::string sql = "drop trigger " + name + "_delete; delete from " + name +
                                "; create trigger " + name + "_delete before delete on " + name +
                                " begin select raise(abort, 'rows stay'); end";
        REQUIRE(asAnother(bench.path() + "/db/vault.db", sql.c_str()));
        const auto opened = bench.tryOpen();
        REQUIRE_FALSE(opened);
        CHECK(opened.error().message.find("rows were removed") != std::string::npos);
    }
}

TEST_CASE("a database made anew knows holds and classes, but not by whom") {
    HeldBench bench;
    const auto lifted = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    const auto stands = must(bench.vault().placeHold(bench.ofObject(), kWhy, kName));
    must(bench.vault().liftHold(lifted.hold, kWhy, kName, bench.byTwo(lifted.subject, "hold")));
    must(bench.vault().setRetention(bench.ofRecording(), "years-10", kName));
    must(bench.vault().publish());
    bench.catchUp();
    bench.close();
    std::filesystem::remove_all(bench.path());
    must(restore(bench.parts(), bench.folders(), [](const std::string& /*line*/) {}));
    bench.open();
    const HoldList list = must(bench.vault().holds());
    REQUIRE(list.holds.size() == 1);
    CHECK(list.holds[0].hold == stands.hold);
    CHECK(list.holds[0].subject == bench.ofObject());
    CHECK(list.holds[0].reason.isErased());
    const RetentionList classes = must(bench.vault().retentions());
    REQUIRE(classes.set.size() == 1);
    CHECK(classes.set[0].classId == "years-10");
    CHECK(classes.set[0].by.isErased());
    CHECK(reasonOf(bench.vault().liftHold(stands.hold, kWhy, kName)) == "no_grant");
    must(bench.vault().liftHold(stands.hold, kWhy, kName, bench.byTwo(stands.subject, "hold")));
    CHECK(must(bench.vault().holds()).holds.empty());
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
