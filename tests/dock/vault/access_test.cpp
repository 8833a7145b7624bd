// SPDX-License-Identifier: Apache-2.0
// Evidence leaves the vault under approved, logged views alone.
#include "common/media/box_list.hpp"
#include "dock/vault/import.hpp"
#include "tests/dock/vault/access_bench.hpp"

using namespace liuhen;
using namespace liuhen::vault;
using namespace liuhen::vault::test;
using core::ErrorKind;
using tests::Approver;

namespace {

/// What a clear segment of the sample recorder is: all of its file but our boxes.
Buffer clearOf(const Buffer& file) {
    const auto read = [&file](std::uint64_t offset,
                              std::span<std::uint8_t> into) -> Result<std::size_t> {
        const std::size_t count = std::min<std::size_t>(into.size(), file.size() - offset);
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return count;
    };
    Buffer clear;
    for (const auto& box : must(media::listBoxes(read, file.size(), 1000))) {
        if (box.userType == media::UserType{}) {
            core::append(clear, ByteView(file).subspan(box.offset, box.size));
        }
    }
    return clear;
}

}  // namespace

TEST_SUITE("vault/access") {
    TEST_CASE("asked, approved, viewed: the bytes come, and the leaves stand before them") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.all());
        const Opened opened = must(bench.view(grant, bench.all()));
        // Under a checkpoint before anything was read, without anybody publishing.
        auto tiles = must(tlog::TileStore::open(
            *bench.files, bench.path() + "/log", bench.path() + "/test-scratch"));
        REQUIRE(tiles.size() > opened.index);
        const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(opened.index))));
        CHECK(leaf.kind == "view");
        CHECK(must(evidence::UseBody::fromCbor("view", leaf.body)).use == opened.use);
        CHECK(opened.untilUs == bench.now() + kDayUs / 3);  // eight hours
        REQUIRE(opened.segments.size() == 2);
        CHECK(opened.segments[1].fromNs == 3 * kSecondNs);
        for (std::uint64_t n = 0; n < 2; ++n) {
            const Buffer due = clearOf(bench.footage->segment(bench.recording, n));
            CHECK(must(bench.read(opened.use, n)) == due);
            const ListedParts parts = must(bench.vault().parts(opened.use, n, 0));
            CHECK(parts.sizeBytes == due.size());
            CHECK(parts.codecs == "avc1.42c028");
            REQUIRE(parts.parts.size() == 3);
            CHECK(parts.parts.back().offset + parts.parts.back().sizeBytes == due.size());
            CHECK(parts.parts[1].fromNs == (3 * n + 1) * kSecondNs);
            const ListedParts rest = must(bench.vault().parts(opened.use, n, 2));
            REQUIRE(rest.parts.size() == 1);
            CHECK(rest.parts[0].offset == parts.parts[2].offset);
            CHECK(parts.parts[0].key.has_value());
            CHECK_FALSE(parts.parts[1].key.has_value());
        }
        CHECK(bench.leavesOf("view").size() == 1);  // however much was read
    }

    TEST_CASE("without an approval there is nothing, and it is told") {
        AccessBench bench;
        CHECK(reasonOf(bench.view(tests::idOf("grant"), bench.all())) == "no_grant");
        const Asked asked = bench.ask(bench.all());
        Approver stranger("stranger");
        CHECK(reasonOf(bench.vault().approve(bench.approval(asked, stranger))) == "power");
        evidence::SignedApproval forged = bench.approval(asked, bench.head);
        forged.signatures[0].assertion.signature[10] ^= 1U;
        CHECK(reasonOf(bench.vault().approve(forged)) == "signature");
        CHECK(reasonOf(bench.vault().approve(forged)) == "signature");
        CHECK(bench.leavesOf("view").empty());
        CHECK(bench.refusals() ==
              std::vector<std::string>{
                  "view no_grant", "approval power", "approval signature", "approval signature"});
        for (const Digest& use : {tests::idOf("grant"), asked.request}) {
            CHECK(bench.vault().read(use, 0, 0, 10).error().kind == ErrorKind::NotFound);
            CHECK(bench.vault().parts(use, 0, 0).error().kind == ErrorKind::NotFound);
        }
    }

    TEST_CASE("refusals are told once an hour for each person and reason") {
        AccessBench bench;
        bench.ask(bench.all());
        for (int i = 0; i < 5; ++i) {
            CHECK(reasonOf(bench.view(tests::idOf("grant"), bench.all())) == "no_grant");
        }
        CHECK(bench.refusals().size() == 1);
        bench.officer = tests::idOf("made up 1");
        CHECK(reasonOf(bench.view(tests::idOf("grant"), bench.all())) == "no_grant");
        bench.officer = tests::idOf("made up 2");
        CHECK(reasonOf(bench.view(tests::idOf("grant"), bench.all())) == "no_grant");
        CHECK(bench.refusals().size() == 2);
        bench.later(std::chrono::hours(1));
        CHECK(reasonOf(bench.view(tests::idOf("grant"), bench.all())) == "no_grant");
        CHECK(bench.refusals().size() == 3);
    }

    TEST_CASE("a view gives what lies in its span") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.seconds(1, 4), 10);
        CHECK(reasonOf(bench.view(grant, bench.all())) == "span");
        CHECK(reasonOf(bench.view(grant, bench.seconds(0, 4))) == "span");
        const Opened within = must(bench.view(grant, bench.seconds(1, 2)));
        REQUIRE(within.segments.size() == 1);
        const ListedParts parts = must(bench.vault().parts(within.use, 0, 0));
        REQUIRE(parts.parts.size() == 1);
        CHECK(parts.parts[0].fromNs == kSecondNs);
        const Buffer whole = clearOf(bench.footage->segment(bench.recording, 0));
        const Buffer some = must(bench.read(within.use, 0));
        CHECK(some.size() == parts.sizeBytes);
        CHECK(some.size() < whole.size());
        CHECK(bench.vault().read(within.use, 1, 0, 10).error().kind == ErrorKind::NotFound);
        const Opened across = must(bench.view(grant, bench.seconds(2, 4)));
        REQUIRE(across.segments.size() == 2);
        CHECK(must(bench.vault().parts(across.use, 0, 0)).parts.size() == 1);
        CHECK(must(bench.vault().parts(across.use, 1, 0)).parts.size() == 1);
    }

    TEST_CASE("as often as granted, also over a start") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.all(), 2);
        const Opened first = must(bench.view(grant, bench.all()));
        bench.begin();
        CHECK(bench.vault().read(first.use, 0, 0, 10).error().kind == ErrorKind::NotFound);
        const Opened second = must(bench.view(grant, bench.all()));
        CHECK(must(bench.read(second.use, 0)).size() > 0);
        CHECK(reasonOf(bench.view(grant, bench.all())) == "used_up");
        bench.begin();
        CHECK(reasonOf(bench.view(grant, bench.all())) == "used_up");
        CHECK(bench.leavesOf("view").size() == 2);
    }

    TEST_CASE("a view ends with its time, its grant, its approver") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.all(), 5);
        const Opened opened = must(bench.view(grant, bench.all()));
        CHECK(bench.vault().read(opened.use, 0, 0, 10).has_value());
        std::string reason;
        SUBCASE("eight hours") {
            bench.later(std::chrono::hours(8));
            CHECK(bench.vault().read(opened.use, 0, 0, 10).error().kind == ErrorKind::NotFound);
            CHECK(bench.view(grant, bench.all()).has_value());
            return;
        }
        SUBCASE("the clock set back does not make it longer") {
            bench.later(std::chrono::hours(8));
            bench.hand.setUtc(core::Microseconds(opened.untilUs - 1));
            CHECK(bench.vault().read(opened.use, 0, 0, 10).error().kind == ErrorKind::NotFound);
            return;
        }
        SUBCASE("given back") {
            must(bench.vault().endGrant({grant, bench.officer}));
            reason = "ended";
        }
        SUBCASE("dismissed") {
            must(bench.dismiss(bench.head));
            reason = "dismissed";
        }
        CHECK(reasonOf(bench.vault().read(opened.use, 0, 0, 10)) == reason);
        CHECK(reasonOf(bench.view(grant, bench.all())) == reason);
        bench.begin();
        CHECK(reasonOf(bench.view(grant, bench.all())) == reason);
    }

    TEST_CASE("what is not stored is no use of the grant") {
        AccessBench bench;
        evidence::AccessSubject other = bench.all();
        other.recording = bench.recording + 1000;
        const Digest grant = bench.grant(other, 1);
        CHECK(bench.view(grant, other).error().kind == ErrorKind::NotFound);
        CHECK(bench.leavesOf("view").empty());
    }

    TEST_CASE("a damaged segment gives nothing, the others do") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.all(), 5);
        const Buffer& file = bench.footage->segment(bench.recording, 0);
        const std::string hex = core::toHex(crypto::sha256(file));
        const std::string path = bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex;
        must(bench.files->remove(path));
        Buffer damaged = file;
        SUBCASE("gone") {
            damaged.clear();
        }
        SUBCASE("its beginning") {
            damaged[100] ^= 1U;
        }
        SUBCASE("its footage") {
            damaged[file.size() - 1000] ^= 1U;
        }
        if (!damaged.empty()) {
            writeFile(*bench.files, path, damaged);
        }
        const Opened opened = must(bench.view(grant, bench.all()));
        REQUIRE(opened.segments.size() == 2);
        const auto read = bench.read(opened.use, 0);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind == (damaged.empty() ? ErrorKind::NotFound : ErrorKind::DataLoss));
        CHECK(must(bench.read(opened.use, 1)) ==
              clearOf(bench.footage->segment(bench.recording, 1)));
    }

    TEST_CASE("what is quarantined is looked into as it is") {
        AccessBench bench;
        Buffer bytes = bench.footage->segment(bench.recording, 1);
        bytes[bytes.size() - 3] ^= 1U;
        Place place = segmentPlace(*bench.footage, bench.recording, 1);
        const auto kept =
            must(takeIn(bench.vault(), Offer{place, bytes.size(), tests::idOf("x")}, bytes));
        REQUIRE(kept.state == State::Quarantined);
        evidence::AccessSubject subject{
            bench.footage->device(), 0, std::nullopt, crypto::sha256(bytes), std::nullopt};
        const Digest grant = bench.grant(subject, 1, "inspect");
        const Opened opened = must(bench.view(grant, subject));
        CHECK(must(bench.read(opened.use, 0)) == bytes);
        // A grant for an object is none for what is stored.
        evidence::AccessSubject stored = subject;
        stored.object = crypto::sha256(bench.footage->segment(bench.recording, 0));
        const Digest other = bench.grant(stored, 1, "inspect");
        CHECK(bench.view(other, stored).error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("an import is looked at as it was handed over, under a grant for it alone") {
        AccessBench bench;
        const Buffer bytes(700'000, 0x5a);
        Import made = must(
            Import::begin(bench.vault(),
                          {{"photo", "maker", "camera 3", 1, 2, "file", "wearer", "reason", "by"},
                           bytes.size()}));
        must(made.append(bytes));
        evidence::AccessSubject subject;
        subject.device = kImportDevice;
        subject.object = must(made.finish()).object;
        const Opened opened = must(bench.view(bench.grant(subject, 1), subject));
        CHECK(must(bench.read(opened.use, 0)) == bytes);
        // Neither under another device's name nor for what a recorder brought.
        evidence::AccessSubject other = subject;
        other.device = bench.footage->device();
        CHECK(bench.view(bench.grant(other, 1), other).error().kind == ErrorKind::NotFound);
        other = subject;
        other.object = crypto::sha256(bench.footage->segment(bench.recording, 0));
        CHECK(bench.view(bench.grant(other, 1), other).error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("copies have grants and leaves of their own") {
        AccessBench bench;
        const Digest grant = bench.grant(bench.all(), 1, "copy");
        CHECK(reasonOf(bench.view(grant, bench.all())) == "request");
        evidence::UseBody body;
        body.copy = true;
        body.grant = grant;
        body.by = bench.officer;
        body.subject = bench.all();
        const Opened opened = must(bench.vault().use(body));
        CHECK(must(bench.read(opened.use, 0)).size() > 0);
        CHECK(bench.leavesOf("copy").size() == 1);
    }

    TEST_CASE("a replayed appointment, a foreign one, and who they are") {
        AccessBench bench;
        Approver deputy("deputy");
        const auto one = deputy.appointment(kOrigin, {"view"}, {bench.now(), bench.now() + kDayUs});
        CHECK(reasonOf(bench.vault().present(one.sign(crypto::PrivateKey::generate()), false)) ==
              "signature");
        const Buffer message = one.sign(bench.agency.root.key());
        CHECK(reasonOf(bench.vault().present(message, true)) == "malformed");
        must(bench.vault().present(message, false));
        CHECK(reasonOf(bench.vault().present(message, false)) == "replayed");
        must(bench.dismiss(deputy));
        CHECK(reasonOf(bench.vault().present(message, false)) == "replayed");
        CHECK(bench.leavesOf("appointment").size() == 2);
        CHECK(bench.leavesOf("dismissal").size() == 1);
    }
}
