// SPDX-License-Identifier: Apache-2.0
// The register: judges what people enter, writes it as events, shows what these come to.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/keys.hpp"
#include "dock/register/rules.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::registry {

/// What became of something that was to be entered.
struct Entered {
    std::uint64_t event = 0;         // 0 if it was refused
    std::optional<Refusal> refusal;  // nothing: it is entered, and durable
};

struct HandedOut {
    Entered entered;
    std::string number;  // of the hand-out; empty if it was refused
};

/// With what assignments are signed: the dock's key and its certificate, DER, role Dock.
struct Signer {
    const crypto::PrivateKey& key;
    const core::Buffer& certificate;
};

/// The file `register.db` in a folder (docs/format/register.md), and the view made from it.
/// Thread-safe; other processes may use the same file.
///
/// Errors of all calls: those of the database; DataLoss if its events cannot have been written by
/// this rule.
/// Power loss, kill: what was answered is durable; what was not is there as a whole or not at all,
/// and the next call sees it: the view is made from the events, never stored.
class Register {
public:
    /// `clock` must outlive it. Errors besides: FailedPrecondition if the file is of another
    /// version.
    [[nodiscard]] static Result<std::unique_ptr<Register>> open(const std::string& folder,
                                                                const core::Clock& clock);

    /// Enters one body (all but Handout), if the rules let it: `by` is who does it, kDock for what
    /// the dock itself enters.
    template <class Body>
    [[nodiscard]] Result<Entered> enter(const Body& body, const Person& by);

    /// Hands a recorder out: draws the number, signs the assignment, enters it.
    [[nodiscard]] Result<HandedOut> handOut(const HandoutOrder& order,
                                            const Person& by,
                                            const Signer& signer);

    /// Shows the view as it is now. `look` must not call the register.
    [[nodiscard]] Result<void> look(const std::function<void(const View&)>& look);

    /// Events behind `after`, in order: what was done, by whom.
    [[nodiscard]] Result<std::vector<Event>> history(std::uint64_t after, std::size_t limit);

    /// The time that events get now.
    [[nodiscard]] std::int64_t nowUs() const { return clock_.utc().count(); }

    /// Whether a recorder of this name may connect: it is neither lost nor revoked. One that the
    /// register does not know may. Nobody may while the register cannot be read.
    [[nodiscard]] bool admits(const std::string& device);

private:
    Register(EventStore store, const core::Clock& clock)
        : clock_(clock), store_(std::move(store)) {}
    [[nodiscard]] Result<void> catchUp();
    [[nodiscard]] Result<std::uint64_t> write(EventStore::Turn& turn,
                                              std::string_view kind,
                                              std::string body,
                                              const Asked& asked);

    const core::Clock& clock_;
    std::mutex mutex_;
    EventStore store_;  // under mutex_, as the view
    View view_;
};

/// 32 new random bytes.
[[nodiscard]] Person newPerson();

}  // namespace liuhen::registry
