// SPDX-License-Identifier: Apache-2.0
// One intake: from the first look at a recorder to its last receipt.
#pragma once

#include "common/core/files.hpp"
#include "dock/ingest/nonce_store.hpp"
#include "dock/ingest/session.hpp"
#include "dock/register/register.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace liuhen::ingest {

/// Devices whose intake is under way, so that no recorder is taken in by two bays at once.
/// Thread-safe.
class Claims {
public:
    /// Answers false if another holds it.
    [[nodiscard]] bool take(const std::string& device);
    void release(const std::string& device);

private:
    std::mutex mutex_;
    std::set<std::string> devices_;
};

/// What all bays of a dock share. Everything here is thread-safe, or not changed any more.
struct DockParts {
    catalogue::Catalogue& catalogue;
    core::Files& files;
    Claims& claims;
    const Stop& stop;
    net::TlsIdentity identity;  // role DockTls, peers of role RecorderTls
    crypto::PrivateKey dockKey;
    core::Buffer dockCertificate;  // DER, role Dock
    std::string vaultSocket;
    std::string nonceFolder;
    std::string spoolFolder;
    net::ClientLimits limits;
    Patience patience;
    registry::Register* records = nullptr;  // none: no recorder is handed out here
};

/// One bay's place at the dock.
struct BayPlace {
    std::string name;  // letters, digits, - and _: it names a scratch file
    Endpoint endpoint;
};

/// Takes in all that the recorder at a bay has. Everything may be cut at any byte and run again:
/// what is stored is found by the vault, what is half there goes on where it ended.
///
/// Blocks. Never fails as a whole: what kept it from ending well is in the outcome.
class Intake {
public:
    Intake(DockParts& parts, BayPlace bay, Progress& progress)
        : parts_(parts), bay_(std::move(bay)), progress_(progress) {}

    [[nodiscard]] Outcome run();

private:
    /// Trouble with one ledger that ends the intake only after all else was taken in.
    using Later = std::optional<core::Error>;

    [[nodiscard]] Result<Flow> connectAndTake(Outcome& outcome);
    [[nodiscard]] Result<Flow> take(Session& session);
    [[nodiscard]] Result<Flow> takeLedgers(Session& session,
                                           const DeviceState& state,
                                           Later& later);
    [[nodiscard]] Result<evidence::Head> dock(Session& session, const NonceStore::Nonce& nonce);
    /// What one look at all generations found.
    struct Pass {
        bool tailMatters = false;  // the newest one's tail holds what should not wait
        Later later;
    };
    [[nodiscard]] Result<Flow> passLedgers(Session& session,
                                           const std::vector<std::uint64_t>& generations,
                                           const evidence::Head& docking,
                                           Pass& pass);
    [[nodiscard]] Result<void> checkEnd(Session& session, const evidence::Head& docking);
    void conclude(Outcome& outcome, const Result<Flow>& flow);

    DockParts& parts_;
    BayPlace bay_;
    Progress& progress_;
    core::SystemClock clock_;
    IncidentLog incidents_{clock_};
};

}  // namespace liuhen::ingest
