// SPDX-License-Identifier: Apache-2.0
// The check of a vault: leaves, objects, and evidence stored as objects.
#include "common/evidence/vault_check.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tile_path.hpp"
#include "common/tlog/tree.hpp"
#include "tests/common/evidence/rows.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::evidence::test {

namespace {

std::string objectPath(ByteView bytes) {
    const std::string hex = core::toHex(crypto::sha256(bytes));
    return "objects/" + hex.substr(0, 2) + "/" + hex;
}

/// A vault that stored what a ledger made: one chapter, one segment, one torn file.
class SampleVault {
public:
    SampleVault() {
        const auto now = core::SystemClock().utc();
        const auto receipt =
            ledger.agency.certify(receiptKey_.publicKey(), crypto::Role::Receipt, kVault, 5, now);
        const auto checkpoint =
            ledger.agency.certifyNoteKey(noteKey_.publicBytes(), kVault, 5, now);
        leaves.push_back(encodeLeaf(1,
                                    "log.opened",
                                    Cbor::map({{"origin", kVault},
                                               {"checkpoint_certificate", checkpoint->der()},
                                               {"receipt_certificate", receipt->der()}})));
        begin(ledger);
        RecoveryBody recovery;
        recovery.torn.push_back({"a.torn", torn.size(), crypto::sha256(torn)});
        tornEntry_ = ledger.add("recovery", recovery.toCbor()).head();
        // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): one entry after another.
        recording = ledger.start();
        ledger.openSegment(0);
        ledger.part(0);
        segment = ledger.files[ledger.segmentFile(0)];
        ledger.endSegment(0);
        segmentEnd_ = ledger.last();
        ledger.end();
        docking = ledger.dock().head();
        chapter = ledger.files["ledger/0/0000000000.cbor"];
    }

    [[nodiscard]] ObjectLeaf leafOf(const std::string& type) const {
        ObjectLeaf leaf;
        const Buffer& bytes = type == "chapter" ? chapter : type == "segment" ? segment : torn;
        const Head& entry = type == "chapter"   ? docking
                            : type == "segment" ? segmentEnd_
                                                : tornEntry_;
        leaf.timeUs = 1;
        leaf.object = crypto::sha256(bytes);
        leaf.size = bytes.size();
        leaf.type = type;
        leaf.device = kDevice;
        leaf.seq = entry.seq;
        leaf.entry = entry.hash;
        leaf.verdict = "intact";
        if (type == "chapter") {
            leaf.first = 0;
        } else if (type == "segment") {
            leaf.recording = recording;
            leaf.segment = 0;
        } else {
            leaf.file = "a.torn";
        }
        return leaf;
    }

    void store() {
        for (const char* type : {"chapter", "segment", "torn"}) {
            leaves.push_back(leafOf(type).encode());
        }
        objects = {chapter, segment, torn};
    }

    Result<Report> check(const std::optional<std::string>& note = std::nullopt) {
        files = std::make_unique<core::FaultFiles>();
        ledger.disk = std::make_unique<core::FaultFiles>();
        const Trust trust = ledger.trust();
        std::vector<Digest> hashes;
        tlog::Tree tree;
        Buffer bundle;
        for (const Buffer& leaf : leaves) {
            hashes.push_back(tlog::leafHash(leaf));
            tree.append(hashes.back());
            tlog::appendEntry(bundle, leaf);
        }
        const auto width = static_cast<unsigned>(leaves.size());
        put("log/" + tlog::toPath({false, 0, 0, width}), tlog::encodeTile(hashes));
        put("log/" + tlog::toPath({true, 0, 0, width}), bundle);
        put("log/checkpoint",
            core::toBuffer(core::viewOf(
                *tlog::signCheckpoint({kVault, leaves.size(), tree.root()}, kVault, noteKey_))));
        for (const Buffer& object : objects) {
            put(objectPath(object), object);
        }
        for (const auto& [name, content] : more) {
            if (files->exists("v/" + name)) {
                REQUIRE(files->remove("v/" + name).has_value());
            }
            put(name, content);
        }
        for (const std::string& name : folders) {
            REQUIRE(files->makeFolders("v/" + name).has_value());
        }
        return checkVault(*files, "v", trust, note);
    }

    std::string told() {
        const auto report = check();
        INFO((report ? std::string() : report.error().message));
        REQUIRE(report.has_value());
        return textOf(*report);
    }

    SampleLedger ledger;
    std::vector<Buffer> leaves;
    std::vector<Buffer> objects;
    std::map<std::string, Buffer> more;  // put over what is there
    std::vector<std::string> folders;
    std::unique_ptr<core::FaultFiles> files;
    Buffer chapter;
    Buffer segment;
    const Buffer torn = {9, 8, 7};
    std::uint64_t recording = 0;
    Head docking;

private:
    void put(const std::string& name, const Buffer& content) {
        REQUIRE(files->makeFolders(core::folderOf("v/" + name)).has_value());
        REQUIRE(core::replaceFile(*files, "v/" + name, content).has_value());
    }

    crypto::PrivateKey receiptKey_ = crypto::PrivateKey::generate();
    crypto::NoteKey noteKey_ = crypto::NoteKey::generate();
    Head tornEntry_;
    Head segmentEnd_;
};

}  // namespace

TEST_SUITE("common/evidence/vault") {
    TEST_CASE("a chapter, its segment and a torn file are intact") {
        SampleVault vault;
        vault.store();
        CHECK(vault.told() == "intact");
    }

    TEST_CASE("a torn file must be what its entry names") {
        SampleVault vault;
        vault.store();
        ObjectLeaf leaf = vault.leafOf("torn");
        const std::string place = fmt::format("altered 0:{} {}", leaf.seq, objectPath(vault.torn));
        leaf.file = "b.torn";
        vault.leaves.back() = leaf.encode();
        CHECK(vault.told() == place);
    }

    TEST_CASE("a torn file whose entry was not read is incomplete") {
        SampleVault vault;
        vault.leaves.push_back(vault.leafOf("torn").encode());
        vault.objects = {vault.torn};
        CHECK(vault.told() == "incomplete 0:2 " + objectPath(vault.torn));
    }

    TEST_CASE("a segment without an object is absent, and nothing says where it would be") {
        SampleVault vault;
        vault.leaves.push_back(vault.leafOf("chapter").encode());
        vault.objects = {vault.chapter};
        CHECK(vault.told() == "incomplete 0:5 -");
    }

    TEST_CASE("an object that is gone is incomplete at its leaf's place") {
        SampleVault vault;
        vault.store();
        vault.objects = {vault.chapter, vault.torn};
        // At its last entry by the leaf, and at its first part by the ledger, which is lower.
        CHECK(vault.told() == "incomplete 0:5 " + objectPath(vault.segment));
    }

    TEST_CASE("an object of another size or content is altered") {
        for (const bool longer : {false, true}) {
            SampleVault vault;
            vault.store();
            Buffer other = vault.torn;
            other.back() ^= 1;
            if (longer) {
                other.push_back(0);
            }
            vault.more[objectPath(vault.torn)] = other;
            CHECK(vault.told() == fmt::format("altered 0:2 {}@0", objectPath(vault.torn)));
        }
    }

    TEST_CASE("a chapter that no leaf names before a later one is absent") {
        SampleVault vault;
        vault.ledger.record();
        vault.ledger.dock();
        const std::uint64_t first = vault.docking.seq + 1;
        vault.chapter = vault.ledger.files["ledger/" + chapterPath(0, first)];
        vault.docking = vault.ledger.last();
        ObjectLeaf leaf = vault.leafOf("chapter");
        leaf.first = first;
        vault.leaves.push_back(leaf.encode());
        vault.objects = {vault.chapter};
        CHECK(vault.told() == "incomplete 0:0 -");
    }

    TEST_CASE("a leaf beyond its bounds is malformed") {
        struct Row {
            const char* name;
            void (*change)(ObjectLeaf&);
        };
        for (const Row& row : std::initializer_list<Row>{
                 {"verdict", [](ObjectLeaf& leaf) { leaf.verdict = "good"; }},
                 {"findings", [](ObjectLeaf& leaf) { leaf.findings.assign(17, "late"); }},
                 {"finding", [](ObjectLeaf& leaf) { leaf.findings = {std::string(65, 'a')}; }},
                 {"type", [](ObjectLeaf& leaf) { leaf.type = "other"; }},
             }) {
            CAPTURE(row.name);
            SampleVault vault;
            vault.store();
            ObjectLeaf leaf = vault.leafOf("torn");
            row.change(leaf);
            vault.leaves.push_back(leaf.encode());
            CHECK(vault.told() == "altered -:- log/tile/entries/000.p/5");
        }
    }

    TEST_CASE("nothing else lies in a vault's log and objects") {
        SampleVault vault;
        vault.store();
        vault.folders = {"log/tile/7"};
        CHECK(vault.told() == "intact");  // an empty folder says nothing
        vault.folders = {"log/1/2/3/4/5/6/7/8/9"};
        CHECK(vault.told() == "altered -:- log/1/2/3/4/5/6/7/8/9");
        vault.folders = {"objects/zz/yy"};
        CHECK(vault.told() == "altered -:- objects/zz/yy");
        vault.folders = {"db"};
        CHECK(vault.told() == "intact");
    }

    TEST_CASE("a partial bundle is what the whole one begins with, and no index is too large") {
        SampleVault vault;
        vault.store();
        Buffer bundle;
        tlog::appendEntry(bundle, vault.leaves[0]);
        tlog::appendEntry(bundle, vault.leaves[1]);
        const std::string narrow = "log/tile/entries/000.p/2";
        vault.more = {{narrow, bundle}};
        CHECK(vault.told() == "intact");
        SUBCASE("with an entry more") {
            tlog::appendEntry(bundle, vault.leaves[2]);
        }
        SUBCASE("with one less") {
            bundle.resize(2 + vault.leaves[0].size());
        }
        SUBCASE("with other bytes") {
            bundle.back() ^= 1U;
        }
        vault.more = {{narrow, bundle}};
        CHECK(vault.told() == "altered -:- " + narrow);
        // 2^56: times 256 it is 0 in 64 bits.
        const std::string far = "log/tile/entries/x072/x057/x594/x037/x927/936.p/1";
        Buffer first;
        tlog::appendEntry(first, vault.leaves[0]);
        vault.more = {{far, first}};
        CHECK(vault.told() == "altered -:- " + far);
    }

    TEST_CASE("log and objects are folders") {
        SampleVault vault;
        vault.more["objects"] = {1};
        CHECK(vault.told() == "altered -:- objects");
    }

    TEST_CASE("findings are told of a vault as of a card") {
        SampleVault vault;
        vault.ledger.add("fault", Cbor::map({{"what", "test"}}));
        vault.ledger.dock();
        const std::uint64_t first = vault.docking.seq + 1;
        vault.store();
        vault.chapter = vault.ledger.files["ledger/" + chapterPath(0, first)];
        vault.docking = vault.ledger.last();
        ObjectLeaf leaf = vault.leafOf("chapter");
        leaf.first = first;
        vault.leaves.push_back(leaf.encode());
        vault.objects.push_back(vault.chapter);
        const auto report = vault.check();
        REQUIRE(report.has_value());
        CHECK(textOf(*report) == "intact");
        REQUIRE(report->findings.size() == 1);
        CHECK(report->findings[0].kind == "fault");
        CHECK(report->findings[0].place.file == objectPath(vault.chapter));
    }

    TEST_CASE("a checkpoint from elsewhere that is none is an error of the call") {
        SampleVault vault;
        vault.store();
        CHECK(!vault.check("no note").has_value());
    }
}

}  // namespace liuhen::evidence::test
