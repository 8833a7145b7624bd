// SPDX-License-Identifier: Apache-2.0
// A witness in memory that keeps the rule of C2SP tlog-witness, and a dock's bench to ask it from.
#pragma once

#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/add_checkpoint.hpp"
#include "common/tlog/witness.hpp"
#include "dock/witness/exchange.hpp"
#include "tests/dock/ingest/dock_bench.hpp"

#include <mutex>

namespace liuhen::test {

using witnessing::Answer;

/// Thread-safe.
class FakeWitness {
public:
    explicit FakeWitness(std::string name) : name_(std::move(name)) {}

    Answer addCheckpoint(const std::string& body) {
        const std::lock_guard guard(mutex_);
        ++asked_;
        const auto request = tlog::parseAddCheckpoint(body);
        if (!request) {
            return {400, "no request\n"};
        }
        const tlog::Checkpoint& next = request->shown.checkpoint;
        const std::uint64_t known = seen_ ? seen_->size : 0;
        if (request->request.oldSize != known) {
            return {409, fmt::format("{}\n", known)};
        }
        switch (tlog::judgeCheckpoint(seen_, next, request->request.path)) {
            case tlog::WitnessVerdict::Accept:
                break;
            case tlog::WitnessVerdict::Fork:
                return {409, fmt::format("{}\n", known)};
            default:
                return {422, "no proof\n"};
        }
        seen_ = tlog::SeenTree{next.size, next.root};
        return {200, must(tlog::cosign(request->shown.note.text, name_, key_, 1'770'000'000))};
    }
    /// From now on it remembers this.
    void remember(std::uint64_t size, std::uint8_t root) {
        const std::lock_guard guard(mutex_);
        seen_ = tlog::SeenTree{size, core::Digest{root}};
    }
    [[nodiscard]] std::uint64_t seen() const {
        const std::lock_guard guard(mutex_);
        return seen_ ? seen_->size : 0;
    }
    [[nodiscard]] int asked() const {
        const std::lock_guard guard(mutex_);
        return asked_;
    }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] tlog::VerifierKey verifier() const {
        return {name_, tlog::NoteKeyType::CosignatureV1, key_.publicBytes()};
    }

private:
    std::string name_;
    crypto::NoteKey key_ = crypto::NoteKey::generate();
    mutable std::mutex mutex_;
    std::optional<tlog::SeenTree> seen_;
    int asked_ = 0;
};

/// A vault behind its socket, and an agency that names witnesses.
struct WitnessBench {
    DockBench dock;
    ingest::Stop stop;
    ingest::Progress unused;
    ingest::VaultFeed feed{
        {dock.socket(), dock.vault().agency.root.certificate(), patience()}, stop, unused};
    core::SystemClock clock;
    ingest::IncidentLog incidents{clock};

    static ingest::Patience patience() {
        ingest::Patience patience;
        patience.vaultWait = std::chrono::milliseconds(500);
        return patience;
    }
    void name(const FakeWitness& witness) {
        vault::test::writeFile(
            *dock.vault().files,
            dock.vault().folder / ("agency/witnesses/" + witness.name() + ".vkey"),
            core::viewOf(tlog::toText(witness.verifier()) + "\n"));
    }
    /// Makes the log grow by one leaf.
    void grow() {
        must(dock.vault().vault().incident({"test", "", fmt::format("leaf {}", ++grown_)}));
        must(dock.vault().vault().publish());
    }
    [[nodiscard]] std::uint64_t size() { return dock.vault().vault().hello().logSize; }
    /// Whether the newest checkpoint carries the witness's cosignature.
    bool carries(const FakeWitness& witness) {
        const auto note = must(tlog::parseNote(must(dock.vault().vault().checkpoint(0)).note));
        return tlog::verifyCosignature(note, witness.name(), witness.verifier().publicKey)
            .has_value();
    }
    std::size_t incidentLeaves() {
        std::size_t count = 0;
        must(dock.vault().vault().publish());
        auto tiles = must(tlog::TileStore::open(*dock.vault().files,
                                                dock.vault().path() + "/log",
                                                dock.vault().path() + "/test-scratch"));
        for (std::uint64_t i = 0; i < tiles.size(); ++i) {
            const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(i))));
            const auto what = evidence::textAt(leaf.body, "what");
            count += leaf.kind == "incident" && what && *what == "witness.refused" ? 1 : 0;
        }
        return count;
    }

private:
    int grown_ = 0;
};

}  // namespace liuhen::test
