// SPDX-License-Identifier: Apache-2.0
// The sample's receipts, and the check of what it made.
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tree.hpp"
#include "tests/common/evidence/sample_ledger.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::evidence::test {

namespace {

void put(core::Files& files, const std::string& path, ByteView content) {
    REQUIRE(files.makeFolders(core::folderOf(path)).has_value());
    REQUIRE(core::replaceFile(files, path, content).has_value());
}

}  // namespace

Head SampleLedger::receipt(const ReceiptOptions& options) {
    ObjectLeaf leaf;
    leaf.timeUs = 1;
    leaf.object = options.entry.hash;
    leaf.size = 1;
    leaf.type = options.type;
    leaf.device = kDevice;
    leaf.generation = options.generation;
    leaf.seq = options.entry.seq;
    leaf.entry = options.entry.hash;
    leaf.recording = options.recording;
    leaf.segment = options.segment;
    leaf.file = options.file;
    leaf.first = options.type == "chapter" ? std::optional<std::uint64_t>(0) : std::nullopt;
    leaf.verdict = options.verdict;
    Receipt made;
    made.vault = options.vault;
    made.certificate = receiptCertificate_;
    made.device = kDevice;
    made.generation = options.generation;
    made.type = options.type;
    made.recording = options.recording;
    made.segment = options.segment;
    made.seq = options.entry.seq;
    made.entry = made.object = options.entry.hash;
    made.size = 1;
    made.storedUs = 1;
    made.copies = 2;
    made.leaf = leaf.encode();
    tlog::Tree tree;
    tree.append(tlog::leafHash(made.leaf));
    made.checkpoint =
        *tlog::signCheckpoint({options.vault, 1, tree.root()}, options.vault, noteKey_);
    return add("receipt", Cbor::map({{"message", made.sign(receiptKey_)}})).head();
}

Trust SampleLedger::trust() {
    put(*disk, "agency/root.pem", core::viewOf(agency.certificate().toPem()));
    for (const auto& [file, message] : registrations) {
        put(*disk, "agency/registered/" + file, message);
    }
    return *Trust::open(*disk, "agency/root.pem");
}

Report SampleLedger::check(bool recorder) {
    disk = std::make_unique<core::FaultFiles>();
    state_.generation = generation;
    state_.boot = bootCounter;
    REQUIRE(disk->makeFolders("r/card").has_value());
    for (const auto& [file, content] : files) {
        put(*disk, "r/card/" + file, content);
    }
    if (writeState) {
        put(*disk, "r/keystore/state.cbor", state_.encode());
    }
    const Trust trusted = trust();
    const CardCheck what{"r/card",
                         recorder ? "card/" : "",
                         recorder ? std::optional<std::string>("r/keystore") : std::nullopt};
    auto report = checkCard(*disk, what, trusted);
    INFO((report ? std::string() : report.error().message));
    REQUIRE(report.has_value());
    return *std::move(report);
}

std::string SampleLedger::told(bool recorder) {
    return textOf(check(recorder));
}

std::string textOf(const Report& report) {
    const Problem* first = report.firstBad();
    if (first == nullptr) {
        return "intact";
    }
    const Place& place = first->place;
    std::string text(evidence::name(first->verdict));
    text += place.generation ? fmt::format(" {}", *place.generation) : " -";
    text += place.seq ? fmt::format(":{}", *place.seq) : ":-";
    text += " " + place.file.value_or("-");
    text += place.offset ? fmt::format("@{}", *place.offset) : "";
    return text;
}

}  // namespace liuhen::evidence::test
