// SPDX-License-Identifier: Apache-2.0
// All witnesses of a dock: each is shown what is new, by a thread of its own.
#pragma once

#include "common/net/client.hpp"
#include "dock/ingest/vault_feed.hpp"
#include "dock/witness/exchange.hpp"
#include "dock/witness/place.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace liuhen::witnessing {

/// The most witnesses of one dock.
inline constexpr std::size_t kMaxWitnesses = 32;

/// What the threads stand on. All must outlive them.
struct CircleParts {
    std::string vaultSocket;
    crypto::Certificate root;
    ingest::Patience patience;
    net::ClientLimits limits;
    const ingest::Stop& stop;
    /// Leaves that are new are shown within this span.
    std::chrono::milliseconds pause{60'000};
};

/// One witness and its thread. A witness that is away costs nothing but its own thread's waiting,
/// and one line in the log until it is back.
class Watch {
public:
    Watch(const CircleParts& parts, Place place);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

    /// Looks for new leaves at once; answers a number for served(). With `gentle` a witness that
    /// just was away is left in peace.
    std::uint64_t poke(bool gentle);
    /// Waits until a look that began after that poke has ended; no longer than `span`.
    [[nodiscard]] bool served(std::uint64_t poke, std::chrono::milliseconds span);
    /// How the last exchange ended; nothing before the first.
    [[nodiscard]] std::optional<Ended> last();

private:
    void run();
    void look();
    void tell(const Ended& ended);

    const CircleParts& parts_;
    Place place_;
    core::SystemClock clock_;
    ingest::Progress unused_;
    ingest::VaultFeed feed_;
    ingest::IncidentLog incidents_{clock_};
    Exchange exchange_;
    std::uint64_t shownSize_ = 0;  // of the newest checkpoint that carries its cosignature
    std::string told_;             // what the log has last, of a witness that does not cosign
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t poked_ = 0;  // under mutex_, as are the next ones
    std::uint64_t served_ = 0;
    bool gentle_ = false;
    std::optional<Ended> last_;
    std::thread thread_;
};

/// The witnesses that have a URL. Destruction waits for their threads: ask the `Stop` before.
class Circle {
public:
    Circle(CircleParts parts, const std::vector<Place>& places);
    Circle(const Circle&) = delete;
    Circle& operator=(const Circle&) = delete;
    ~Circle() = default;
    /// Shows each what is new, soon.
    void poke();
    /// The same, and waits for all of them; the log may grow by what they say, so those that
    /// answered are asked once more.
    void settle();
    [[nodiscard]] const std::vector<std::unique_ptr<Watch>>& watches() const { return watches_; }

private:
    void round(bool gentle);

    CircleParts parts_;
    std::vector<std::unique_ptr<Watch>> watches_;
};

}  // namespace liuhen::witnessing
