// SPDX-License-Identifier: Apache-2.0
// What the recorder answers to a dock, also to one that means no good.
#include "firmware/offload/service.hpp"

#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tree.hpp"
#include "tests/firmware/recorder/assignments.hpp"

#include <nlohmann/json.hpp>

namespace liuhen::offload {

namespace {

using nlohmann::json;
using recorder::test::Bench;
using recorder::test::kCard;
using recorder::test::kDevice;
using recorder::test::kNow;

/// A recorder behind its service, and a dock and vault of the same agency.
struct Site {
    explicit Site(Bench& used)
        : bench(used),
          writer(used.release(), [] { return recorder::WriterThread::Health{}; }),
          service(writer, used.files, kCard, used.authority.certificate()) {}

    net::Response ask(std::string method, std::string target, core::Buffer body = {}) {
        net::Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        return service.handle(request);
    }

    net::Response dock(std::uint8_t nonce) {
        const json body{{"nonce", core::toBase64(core::Buffer(32, nonce))}};
        return ask("POST", "/v1/docking", core::toBuffer(core::viewOf(body.dump())));
    }

    core::Buffer clockMessage(const core::Digest& docking) const {
        const auto key = crypto::PrivateKey::generate();
        const auto certificate =
            *bench.authority.certify(key.publicKey(), crypto::Role::Dock, "dock-1", 5, kNow);
        return evidence::ClockMessage{certificate.der(), kDevice, docking, kNow.count()}.sign(key);
    }

    /// The receipt of a vault for the chapter that ends with this docking.
    core::Buffer receiptFor(const evidence::Entry& docking) const {
        const auto key = crypto::PrivateKey::generate();
        evidence::Receipt receipt;
        receipt.vault = "vault-1";
        receipt.certificate =
            bench.authority.certify(key.publicKey(), crypto::Role::Receipt, "vault-1", 5, kNow)
                ->der();
        receipt.device = kDevice;
        receipt.generation = docking.generation;
        receipt.type = "chapter";
        receipt.seq = docking.seq;
        receipt.entry = docking.hash;
        receipt.size = 1000;
        receipt.storedUs = kNow.count();
        receipt.copies = 1;
        evidence::ObjectLeaf leaf;
        leaf.timeUs = receipt.storedUs;
        leaf.size = receipt.size;
        leaf.type = receipt.type;
        leaf.device = receipt.device;
        leaf.generation = receipt.generation;
        leaf.seq = receipt.seq;
        leaf.entry = receipt.entry;
        leaf.first = 0;
        leaf.verdict = "intact";
        receipt.leaf = leaf.encode();
        receipt.checkpoint =
            *tlog::signCheckpoint(tlog::Checkpoint{"vault-1", 1, tlog::leafHash(receipt.leaf)},
                                  "vault-1",
                                  crypto::NoteKey::generate());
        return receipt.sign(key);
    }

    Bench& bench;
    recorder::WriterThread writer;
    Service service;
};

}  // namespace

TEST_SUITE("offload/service") {
    TEST_CASE("messages that no entry can hold are refused before anything is signed") {
        Bench bench;
        bench.mustStart();
        Site site(bench);
        REQUIRE(site.dock(1).status == 200);
        const json before = json::parse(site.ask("GET", "/v1/device").body);
        const json note{
            {"note", std::string(20'000, 'x')}, {"certificate", ""}, {"path", json::array()}};
        CHECK(
            site.ask("POST", "/v1/checkpoints", core::toBuffer(core::viewOf(note.dump()))).status ==
            413);
        CHECK(site.ask("PUT", "/v1/clock", core::Buffer(1'000'000, 1)).status == 413);
        CHECK(site.ask("POST", "/v1/receipts", core::Buffer(64'000, 1)).status == 413);
        CHECK(json::parse(site.ask("GET", "/v1/device").body) == before);
    }

    TEST_CASE("an assignment is taken once, for this recorder alone, and told") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        const auto right = recorder::test::assignmentOf(bench, {}).encode();
        const auto other = recorder::test::assignmentOf(bench, {.device = "LH-2"}).encode();
        const auto forged =
            recorder::test::assignmentOf(bench, {.role = crypto::Role::Receipt}).encode();
        Site site(bench);
        const auto device = [&site] { return json::parse(site.ask("GET", "/v1/device").body); };
        CHECK(device()["assignment"].is_null());
        CHECK(device()["selfcheck"].is_null());
        CHECK(site.ask("PUT", "/v1/assignment", core::Buffer(20'001, 1)).status == 413);
        CHECK(site.ask("PUT", "/v1/assignment", other).status == 403);
        CHECK(site.ask("PUT", "/v1/assignment", forged).status == 401);
        CHECK(site.ask("PUT", "/v1/assignment", core::Buffer(100, 1)).status >= 400);
        CHECK(device()["assignment"].is_null());
        const auto taken = site.ask("PUT", "/v1/assignment", right);
        REQUIRE(taken.status == 200);
        const auto entry = evidence::parseEntry(taken.body);
        REQUIRE(entry.has_value());
        CHECK(entry->kind == "assignment");
        CHECK(device()["assignment"]["number"] == "2026-17");
        CHECK(device()["assignment"]["state"] == "valid");
        CHECK(site.ask("PUT", "/v1/assignment", right).status == 409);
        CHECK(bench.kinds()["assignment"] == 1);
    }

    TEST_CASE("a clock message is taken over the last docking alone") {
        Bench bench;
        bench.mustStart();
        Site site(bench);
        CHECK(site.ask("PUT", "/v1/clock", site.clockMessage({})).status == 403);
        const net::Response docked = site.dock(1);
        const auto docking = evidence::parseEntry(docked.body);
        REQUIRE(docking.has_value());
        core::Digest other = docking->hash;
        other[0] ^= 1U;
        CHECK(site.ask("PUT", "/v1/clock", site.clockMessage(other)).status == 403);
        CHECK(site.ask("PUT", "/v1/clock", site.clockMessage(docking->hash)).status == 200);
    }

    TEST_CASE("a receipt is entered once, also if it comes again after a restart") {
        Bench bench;
        bench.mustStart();
        core::Buffer receipt;
        {
            Site site(bench);
            const auto docking = evidence::parseEntry(site.dock(1).body);
            REQUIRE(docking.has_value());
            receipt = site.receiptFor(*docking);
            evidence::Entry foreign = *docking;
            foreign.hash[0] ^= 1U;
            CHECK(site.ask("POST", "/v1/receipts", site.receiptFor(foreign)).status == 403);
            foreign.generation = 7;
            CHECK(site.ask("POST", "/v1/receipts", site.receiptFor(foreign)).status == 403);
            CHECK(site.ask("POST", "/v1/receipts", receipt).status == 200);
            CHECK(site.ask("POST", "/v1/receipts", receipt).status == 409);
        }
        bench.stop();
        bench.mustStart();
        {
            Site site(bench);
            CHECK(site.ask("POST", "/v1/receipts", receipt).status == 409);
        }
        CHECK(bench.kinds()["receipt"] == 1);
    }

    TEST_CASE("on a new card the receipt for the last docking of the old one is taken") {
        Bench bench;
        bench.mustStart();
        evidence::Entry docking;
        {
            Site site(bench);
            docking = *evidence::parseEntry(site.dock(1).body);
        }
        bench.stop();
        REQUIRE(bench.files.rename("recorder/card", "recorder/old-card").has_value());
        REQUIRE(bench.files.makeFolders("recorder/card").has_value());
        bench.mustStart();
        {
            Site site(bench);
            CHECK(site.ask("POST", "/v1/receipts", site.receiptFor(docking)).status == 200);
            docking.hash[0] ^= 1U;
            CHECK(site.ask("POST", "/v1/receipts", site.receiptFor(docking)).status == 403);
        }
        CHECK(bench.kinds(1)["receipt"] == 1);
    }

    TEST_CASE("the nonce of the last docking gives that docking, whatever came after it") {
        Bench bench;
        bench.mustStart();
        core::Buffer first;
        {
            Site site(bench);
            first = site.dock(1).body;
            CHECK(site.dock(1).body == first);
        }
        bench.stop();
        bench.mustStart();
        REQUIRE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        {
            Site site(bench);
            CHECK(site.dock(1).body == first);
            CHECK(site.dock(2).body != first);
        }
    }

    TEST_CASE("the device's head is one that is durable") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(1900);
        const auto synced = bench->ledger().syncedHead();
        REQUIRE(bench->ledger().head().seq > synced.seq);
        Site site(bench);
        const json device = json::parse(site.ask("GET", "/v1/device").body);
        CHECK(device["head"]["seq"] == synced.seq);
    }

    TEST_CASE("the ledger is read from any entry on, over chapters, in whole entries") {
        Bench bench;
        bench.mustStart();
        for (int i = 0; i < 200; ++i) {
            REQUIRE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        }
        REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
        for (int i = 0; i < 100; ++i) {
            REQUIRE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        }
        const auto all = bench.entries();
        for (const std::uint64_t from : {0U, 1U, 63U, 64U, 65U, 150U, 202U, 205U, 206U, 300U}) {
            CAPTURE(from);
            for (int again = 0; again < 2; ++again) {
                const auto bytes = bench->ledger().read(0, from, 1U << 20U);
                REQUIRE(bytes.has_value());
                const auto read = evidence::parseEntries(*bytes);
                REQUIRE(read.has_value());
                REQUIRE(read->size() == all.size() - from);
                CHECK(read->front().hash == all[from].hash);
                CHECK(read->back().hash == all.back().hash);
            }
            CHECK(*bench->ledger().read(0, from, 1) == all[from].bytes);
        }
        CHECK(bench->ledger().read(0, all.size(), 1)->empty());
    }
}

}  // namespace liuhen::offload
