// SPDX-License-Identifier: Apache-2.0
// What the vault keeps of witnesses: the newest note that the agency's policy calls witnessed.
#include "dock/vault/restore.hpp"
#include "tests/dock/vault/two_copies.hpp"

TEST_SUITE_BEGIN("vault/witnessed");

namespace liuhen::vault::test {

namespace {

/// One that signs whatever it is shown.
struct Witness {
    std::string name;
    crypto::NoteKey key = crypto::NoteKey::generate();

    [[nodiscard]] std::string vkey() const {
        return tlog::toText(
            tlog::VerifierKey{name, tlog::NoteKeyType::CosignatureV1, key.publicBytes()});
    }
    [[nodiscard]] std::string line(const std::string& note, std::uint64_t time = 1'800'000'000) {
        return must(tlog::cosign(must(tlog::parseNote(note)).text, name, key, time));
    }
};

void nameAlone(Bench& bench, const Witness& witness) {
    writeFile(*bench.files,
              bench.folder / ("agency/witnesses/" + witness.name + ".vkey"),
              core::viewOf(witness.vkey() + "\n"));
}

void grow(Bench& bench) {
    must(bench.vault().incident({"test", "", "a leaf"}));
    must(bench.vault().publish());
}

std::uint64_t sizeOf(const std::string& note) {
    return must(tlog::parseCheckpoint(note)).checkpoint.size;
}

/// The file beside the checkpoint; "" if there is none.
std::string keptIn(Bench& bench, const std::string& vault) {
    const auto bytes = core::readFile(*bench.files, vault + "/log/witnessed", tlog::kNoteBytes);
    return bytes ? std::string(core::textOf(*bytes)) : std::string();
}

std::string kept(Bench& bench) {
    return keptIn(bench, bench.path());
}

}  // namespace

TEST_CASE("a cosignature counts though the log has grown meanwhile") {
    TwoCopies bench;
    Witness w1{"w1.example"};
    nameAlone(bench, w1);
    bench.takeAll();
    const std::string shown = must(bench.vault().checkpointForWitness(0)).note;
    const std::uint64_t size = sizeOf(shown);
    grow(bench);
    CHECK(kept(bench).empty());
    CHECK_FALSE(bench.verify(bench.path()).witnessed);
    const CosignedAnswer answer = must(bench.vault().cosigned(w1.line(shown), size));
    CHECK(answer.added);
    CHECK(answer.older);
    const std::string note = must(tlog::withSignature(shown, w1.line(shown)));
    CHECK(kept(bench) == note);
    evidence::Report report = bench.verify(bench.path());
    CHECK(report.verdict() == evidence::Verdict::Intact);
    CHECK(report.witnessed);
    CHECK(report.witnessedLeaves == size);
    CHECK(report.leaves == size + 1);
    const Status status = must(bench.vault().status());
    CHECK(status.witnessing.witnessed);
    CHECK(status.witnessing.leaves == size);
    CHECK(status.witnessing.witnesses ==
          std::vector<WitnessState>{{"w1.example", size, 1'800'000'000}});
    CHECK(status.witnessing.recorders == 1);

    // An older tree never takes its place, nor does what is no cosignature of that tree.
    auto tiles = must(
        tlog::TileStore::open(*bench.files, bench.path() + "/log", bench.path() + "/test-scratch"));
    const std::string older = must(tlog::signCheckpoint(
        {kOrigin, 1, must(tiles.rootAt(1))}, kOrigin, bench.agency.checkpointKey));
    CHECK(must(bench.vault().cosigned(w1.line(older), 1)).added);
    CHECK_FALSE(must(bench.vault().cosigned(w1.line(shown), size + 1)).added);
    CHECK_FALSE(must(bench.vault().cosigned(w1.line(shown), size - 1)).added);
    CHECK_FALSE(must(bench.vault().cosigned(w1.line(shown), size + 9)).added);
    CHECK_FALSE(must(bench.vault().cosigned(w1.line(shown), 0)).added);
    CHECK(kept(bench) == note);
    bench.reopen();
    CHECK(kept(bench) == note);
    CHECK(must(bench.vault().status()).witnessing.leaves == size);

    // Evidence that came since was not seen.
    SampleRecorder other = bench.recorder("CAM-2");
    const auto& chapter = other.chapters().front();
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(other, 0), chapter.bytes)).state ==
            State::Receipted);
    report = bench.verify(bench.path());
    CHECK_FALSE(report.witnessed);
    CHECK(report.witnessedLeaves == size);
    CHECK_FALSE(must(bench.vault().status()).witnessing.witnessed);
}

TEST_CASE("a quorum meets on one note while the log grows") {
    TwoCopies bench;
    Witness w1{"w1"};
    Witness w2{"w2"};
    Witness w3{"w3"};
    std::string policy;
    for (const Witness* witness : {&w1, &w2, &w3}) {
        policy += "witness " + witness->name + " " + witness->vkey() + "\n";
    }
    writeFile(*bench.files,
              bench.folder / "agency/witnesses/policy",
              core::viewOf(policy + "group g 2 w1 w2 w3\nquorum g\n"));
    bench.takeAll();
    const std::string first = must(bench.vault().checkpointForWitness(0)).note;
    grow(bench);
    CHECK(sizeOf(must(bench.vault().checkpoint(0)).note) == sizeOf(first) + 1);
    const CheckpointAnswer second = must(bench.vault().checkpointForWitness(1));
    CHECK(sizeOf(second.note) == sizeOf(first));
    CHECK(must(bench.vault().cosigned(w1.line(first), sizeOf(first))).added);
    CHECK(kept(bench).empty());
    CHECK(must(bench.vault().status()).witnessing.leaves == 0);
    CHECK(must(bench.vault().cosigned(w2.line(second.note), sizeOf(first))).added);
    CHECK(sizeOf(kept(bench)) == sizeOf(first));
    CHECK(bench.verify(bench.path()).witnessed);
    // From there on the newest is shown, and a third cosignature is welcome all the same.
    CHECK(sizeOf(must(bench.vault().checkpointForWitness(1)).note) == sizeOf(first) + 1);
    CHECK(must(bench.vault().cosigned(w3.line(first), sizeOf(first))).added);
    CHECK(must(tlog::parseNote(kept(bench))).signatures.size() == 4);
    // One who remembers the whole tree that others are shown gets a larger one.
    grow(bench);
    CHECK(sizeOf(must(bench.vault().checkpointForWitness(sizeOf(first) + 1)).note) ==
          sizeOf(first) + 2);
}

TEST_CASE("a witnessed note of another past keeps the vault from starting") {
    TwoCopies bench;
    bench.takeAll();
    const auto now = must(tlog::parseCheckpoint(must(bench.vault().checkpoint(0)).note)).checkpoint;
    bench.close();
    tlog::Checkpoint larger = now;
    larger.size += 5;
    tlog::Checkpoint other = now;
    other.root.front() ^= 1U;
    const auto stranger = crypto::NoteKey::generate();
    struct Row {
        const char* name;
        std::string note;
        core::ErrorKind kind;
    };
    for (const Row& row :
         {Row{"of more leaves",
              must(tlog::signCheckpoint(larger, kOrigin, bench.agency.checkpointKey)),
              core::ErrorKind::DataLoss},
          Row{"of another root",
              must(tlog::signCheckpoint(other, kOrigin, bench.agency.checkpointKey)),
              core::ErrorKind::DataLoss},
          Row{"no note", "x\n", core::ErrorKind::DataLoss},
          Row{"of another key",
              must(tlog::signCheckpoint(now, kOrigin, stranger)),
              core::ErrorKind::FailedPrecondition}}) {
        CAPTURE(row.name);
        writeFile(*bench.files, bench.path() + "/log/witnessed", core::viewOf(row.note));
        const auto opened = bench.tryOpen();
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == row.kind);
        CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Altered);
    }
    must(bench.files->remove(bench.path() + "/log/witnessed"));
    bench.open();
}

TEST_CASE("the second copy has it too, and gives it back") {
    TwoCopies bench;
    Witness w1{"w1"};
    nameAlone(bench, w1);
    bench.takeAll();
    bench.catchUp();
    const std::string shown = must(bench.vault().checkpointForWitness(0)).note;
    CHECK(must(bench.vault().cosigned(w1.line(shown), sizeOf(shown))).added);
    CHECK(keptIn(bench, bench.second()).empty());
    CHECK(bench.catchUp() > 0);
    CHECK(keptIn(bench, bench.second()) == kept(bench));
    CHECK(bench.verify(bench.second()).witnessed);
    CHECK(bench.catchUp() == 0);
    bench.close();
    const std::string note = kept(bench);
    must(bench.files->remove(bench.path() + "/log/witnessed"));
    must(restore(bench.parts(), bench.folders(), [](const std::string&) {}));
    CHECK(kept(bench) == note);
    CHECK(bench.verify(bench.path()).witnessed);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
