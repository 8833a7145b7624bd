// SPDX-License-Identifier: Apache-2.0
// A dock for tests: a real vault behind its socket, a catalogue, and what intakes share.
#pragma once

#include "dock/ingest/intake.hpp"
#include "dock/vault/server.hpp"
#include "tests/dock/ingest/fake_recorder.hpp"
#include "tests/dock/vault/bench.hpp"

#include <memory>
#include <string>
#include <thread>

namespace liuhen::test {

using vault::test::must;

/// Everything but the recorders.
class DockBench {
public:
    DockBench() {
        must(vault_.files->makeFolders(vault_.folder / "dock"));
        catalogue_ = must(catalogue::Catalogue::open(vault_.folder / "dock"));
        startVault();
    }
    DockBench(const DockBench&) = delete;
    DockBench& operator=(const DockBench&) = delete;
    ~DockBench() { stopVault(); }

    void startVault() {
        server_ = must(vault::Server::listen(vault_.vault(), socket(), vault::ServerLimits{}));
        thread_ = std::thread([this] { server_->run(); });
    }
    void stopVault() {
        if (server_) {
            server_->stop();
            thread_.join();
            server_.reset();
        }
    }

    [[nodiscard]] std::string socket() const { return vault_.folder / "vault.sock"; }
    vault::test::Bench& vault() { return vault_; }
    catalogue::Catalogue& catalogue() { return *catalogue_; }
    /// A new, empty catalogue, as after someone deleted it.
    void forgetCatalogue() {
        catalogue_.reset();
        for (const char* name : {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"}) {
            const std::string path = vault_.folder / ("dock/" + std::string(name));
            if (vault_.files->exists(path)) {
                must(vault_.files->remove(path));
            }
        }
        catalogue_ = must(catalogue::Catalogue::open(vault_.folder / "dock"));
    }

    [[nodiscard]] net::TlsIdentity identity(crypto::Role role,
                                            crypto::Role peer,
                                            const std::string& subject) const {
        return identityOf(vault_.agency.root, role, peer, subject);
    }
    [[nodiscard]] net::TlsIdentity identityOf(const crypto::Authority& agency,
                                              crypto::Role role,
                                              crypto::Role peer,
                                              const std::string& subject) const {
        const auto key = crypto::PrivateKey::generate();
        return net::TlsIdentity{
            key.toPem(),
            must(agency.certify(key.publicKey(), role, subject, 1, vault_.agency.now)),
            vault_.agency.root.certificate(),
            peer,
            {},
            {},
            {},
            false};
    }

    /// A registered recorder with so many segments of three parts, not docked yet.
    FakeLedger ledger(const std::string& name, std::uint64_t segments = 2) {
        FakeLedger made(vault_.agency.root, name, vault_.agency.now);
        if (segments > 0) {
            made.record(segments, 3);
        }
        enroll(made);
        return made;
    }
    void enroll(const FakeLedger& ledger) {
        vault::test::writeFile(
            *vault_.files,
            vault_.folder / ("agency/registered/" +
                             evidence::registrationName(ledger.device(), ledger.generation())),
            ledger.registration().sign(vault_.agency.root.key()));
    }
    std::unique_ptr<FakeRecorder> serve(FakeLedger ledger) {
        const std::string name = ledger.device();
        return std::make_unique<FakeRecorder>(
            std::move(ledger), identity(crypto::Role::RecorderTls, crypto::Role::DockTls, name));
    }

    /// What intakes share; made anew for each use.
    ingest::DockParts parts() {
        ingest::Patience patience;
        patience.vaultWait = std::chrono::milliseconds(500);
        patience.firstPause = std::chrono::milliseconds(5);
        patience.longestPause = std::chrono::milliseconds(20);
        patience.attempts = 3;
        patience.roomWait = std::chrono::milliseconds(0);
        const auto key = crypto::PrivateKey::generate();
        const auto certificate = must(vault_.agency.root.certify(
            key.publicKey(), crypto::Role::Dock, "dock-1", 1, vault_.agency.now));
        must(vault_.files->makeFolders(vault_.folder / "dock/nonces"));
        must(vault_.files->makeFolders(vault_.folder / "dock/spool"));
        return ingest::DockParts{
            *catalogue_,
            *vault_.files,
            claims,
            stop,
            identity(crypto::Role::DockTls, crypto::Role::RecorderTls, "dock-1"),
            key,
            certificate.der(),
            socket(),
            vault_.folder / "dock/nonces",
            vault_.folder / "dock/spool",
            net::ClientLimits{},
            patience};
    }
    static ingest::BayPlace place(const FakeRecorder& recorder, const std::string& name = "bay-1") {
        return ingest::BayPlace{name, {"127.0.0.1", recorder.port()}};
    }
    /// One intake at one bay.
    ingest::Outcome takeIn(const FakeRecorder& recorder) {
        ingest::DockParts shared = parts();
        ingest::Progress progress;
        ingest::Outcome outcome = ingest::Intake(shared, place(recorder), progress).run();
        CHECK(progress.snapshot().phase == outcome.end);
        return outcome;
    }
    [[nodiscard]] vault::Held held(const std::string& device) {
        return must(vault_.vault().held(device, 0));
    }

    ingest::Stop stop;
    ingest::Claims claims;

private:
    vault::test::Bench vault_;
    std::unique_ptr<catalogue::Catalogue> catalogue_;
    std::unique_ptr<vault::Server> server_;
    std::thread thread_;
};

}  // namespace liuhen::test
