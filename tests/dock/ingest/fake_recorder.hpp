// SPDX-License-Identifier: Apache-2.0
// A recorder for the dock's tests: a signed ledger with footage behind a real HTTPS server, which
// can be told to misbehave.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/messages.hpp"
#include "common/net/server.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::test {

/// The ledger of one generation, and the files that it tells of. Its boot counter is its generation
/// and one. Copies are clones, keys included.
class FakeLedger {
public:
    FakeLedger(const crypto::Authority& agency, std::string device, core::Microseconds now);

    /// The next generation, as after a new card: its genesis names the head and docking of this
    /// one.
    [[nodiscard]] FakeLedger successor() const;

    [[nodiscard]] const std::string& device() const { return device_; }
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] const crypto::NoteKey& witness() const { return witness_; }
    [[nodiscard]] evidence::Registration registration() const;
    [[nodiscard]] const std::vector<evidence::Entry>& entries() const { return entries_; }
    [[nodiscard]] std::map<std::pair<std::uint64_t, std::uint64_t>, core::Buffer>& files() {
        return files_;
    }

    evidence::Entry add(const std::string& kind, core::Cbor body);
    /// A recording of so many segments of so many parts of one second; answers its number.
    std::uint64_t record(std::uint64_t segments, std::uint64_t parts);
    /// The docking over this nonce, made if it is not the last one.
    evidence::Entry dock(const core::Buffer& nonce);

private:
    void begin();
    evidence::NextKeys rotate();
    [[nodiscard]] evidence::EntryFields next(const std::string& kind);
    evidence::Entry sign(evidence::EntryFields fields, const crypto::PrivateKey& key);
    void writeSegment(std::uint64_t recording, std::uint64_t number, std::uint64_t parts);

    std::string device_;
    core::Microseconds utc_;
    core::Buffer certificate_;  // DER
    std::uint64_t generation_ = 0;
    std::optional<evidence::Head> former_;         // of the generation before
    std::optional<evidence::Head> formerDocking_;  // likewise
    crypto::PrivateKey identity_ = crypto::PrivateKey::generate();
    crypto::PrivateKey epoch_ = crypto::PrivateKey::generate();
    crypto::PrivateKey resume_ = crypto::PrivateKey::generate();
    crypto::NoteKey witness_ = crypto::NoteKey::generate();
    std::uint64_t uptimeNs_ = 0;
    core::Buffer link_;
    std::vector<evidence::Entry> entries_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, core::Buffer> files_;
    std::optional<evidence::Entry> docking_;
};

/// Serves a FakeLedger as docs/protocol/cable.md says. Its own members are for the test's thread
/// while no intake runs, or under its mutex.
class FakeRecorder {
public:
    FakeRecorder(FakeLedger ledger, const net::TlsIdentity& identity);

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    /// The newest generation.
    FakeLedger& ledger() { return ledgers_.back(); }
    /// Begins the next generation; the one before stays on the card.
    void nextGeneration() { ledgers_.push_back(ledgers_.back().successor()); }
    [[nodiscard]] std::size_t receipts();
    [[nodiscard]] std::map<std::string, std::string>& checkpoints() { return checkpoints_; }

    /// Segments' bytes from this offset on cannot be read: the connection is cut there.
    std::uint64_t cutAt = UINT64_MAX;
    /// Answers instead of the recorder, if it gives an answer.
    std::function<std::optional<net::Response>(const net::Request&)> instead;
    bool recording = false;
    bool selfCheckPassed = true;
    std::mutex mutex;
    std::size_t ledgerCalls = 0;
    std::size_t segmentCalls = 0;

private:
    [[nodiscard]] net::Response answer(const net::Request& request);
    [[nodiscard]] net::Response state() const;
    [[nodiscard]] net::Response ledgerFrom(std::string_view query);
    [[nodiscard]] net::Response segment(std::string_view path);
    [[nodiscard]] core::Result<net::Response> checkpoint(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> docking(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> receipt(const net::Request& request);
    [[nodiscard]] core::Result<net::Response> assignment(const net::Request& request);

    [[nodiscard]] FakeLedger* generation(std::uint64_t number);

    std::vector<FakeLedger> ledgers_;
    crypto::Certificate root_;
    std::map<std::string, std::string> checkpoints_;
    std::size_t receipts_ = 0;
    std::unique_ptr<net::HttpServer> server_;
};

}  // namespace liuhen::test
