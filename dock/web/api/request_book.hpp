// SPDX-License-Identifier: Apache-2.0
// Requests, decisions and grants as the custody log tells of them.
#pragma once

#include "common/core/clock.hpp"
#include "common/evidence/access_book.hpp"
#include "dock/web/api/vault_pool.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::web {

using core::Digest;

/// How a request stands. Ended: granted, and nothing can be begun under the grant any more.
enum class RequestState { Open, Granted, Refused, Ended };

/// "open", "granted", "refused", "ended".
[[nodiscard]] std::string_view name(RequestState state);
[[nodiscard]] std::optional<RequestState> requestStateOf(std::string_view name);

struct Decision {
    std::uint64_t leaf = 0;
    std::int64_t timeUs = 0;
    std::vector<evidence::Person> by;
    std::optional<evidence::GrantTerms> granted;  // nothing: refused
    evidence::Manner manner = evidence::Manner::Key;
    std::uint64_t used = 0;
};

struct RequestEntry {
    evidence::RequestBody body;
    std::uint64_t leaf = 0;
    Digest leafHash{};
    std::int64_t timeUs = 0;
    RequestState state = RequestState::Open;  // when it was asked for
    std::optional<Decision> decision;

    /// Whether it was granted in a hurry, so that somebody must review it.
    [[nodiscard]] bool isEmergency() const {
        return decision && decision->granted && decision->manner == evidence::Manner::Emergency;
    }
};

/// Which requests are listed: all that is given must hold.
struct RequestFilter {
    std::optional<RequestState> state;
    std::optional<evidence::Person> by;
};

struct RequestPage {
    std::vector<RequestEntry> entries;  // the newest first
    bool more = false;
};

/// Replays the log's leaves by the rule that the vault decides by (evidence::AccessBook), as far as
/// the newest checkpoint reaches; nothing of it is stored. Leaves that should not stand are not
/// seen. Thread-safe; each call reads first what the log has gained.
///
/// Memory: about 2 KiB for a request. Errors of all calls: those of VaultPool.
class RequestBook {
public:
    /// `root` is the agency's key. Both others must outlive it.
    RequestBook(crypto::PublicKey root, VaultPool& vault, const core::Clock& clock)
        : book_(std::move(root)), vault_(&vault), clock_(&clock) {}

    [[nodiscard]] Result<std::optional<RequestEntry>> find(const Digest& request);
    /// At most `limit`, of leaves before index `before`.
    [[nodiscard]] Result<RequestPage> list(const RequestFilter& filter,
                                           std::uint64_t before,
                                           std::size_t limit);
    /// How many are open that somebody else than `person` has made.
    [[nodiscard]] Result<std::uint64_t> countOpen(const evidence::Person& person);
    /// All that were granted in a hurry, the oldest first.
    [[nodiscard]] Result<std::vector<RequestEntry>> emergencies();
    /// The authenticators with which a person may sign now.
    [[nodiscard]] Result<std::vector<evidence::Appointment>> appointmentsOf(
        const evidence::Person& person);
    /// Why an approval could not hold now, whoever signs it besides; nothing if it could.
    [[nodiscard]] Result<std::optional<evidence::AccessReason>> wrongSoFar(
        const evidence::SignedApproval& approval);
    /// The log's origin.
    [[nodiscard]] Result<std::string> origin();

private:
    [[nodiscard]] Result<void> catchUp();
    void take(std::uint64_t index, core::ByteView bytes);
    [[nodiscard]] RequestEntry seen(const RequestEntry& entry) const;

    std::mutex mutex_;  // of all below
    evidence::AccessBook book_;
    VaultPool* vault_;
    const core::Clock* clock_;
    std::uint64_t size_ = 0;  // leaves that were read
    std::vector<RequestEntry> requests_;
    std::map<Digest, std::size_t> byName_;  // places in requests_
};

}  // namespace liuhen::web
