// SPDX-License-Identifier: Apache-2.0
// A thread for each client; all begin before the clock counts.
#include "tools/bench/log_clients.hpp"

#include "common/evidence/messages.hpp"
#include "dock/vault/client.hpp"
#include "dock/vault/database.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;
using Clock = std::chrono::steady_clock;
using Ms = std::chrono::duration<double, std::milli>;

constexpr std::chrono::milliseconds kWarmUp{500};
constexpr std::chrono::milliseconds kReaderPause{20};
constexpr const char* kRowSchema =
    "create table if not exists leaf (idx integer primary key, kind text not null,"
    " content blob not null) strict;";

double at(std::vector<double>& sorted, double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted.empty() ? 0 : sorted[std::min(index, sorted.size() - 1)];
}

/// Threads that do something again and again until the time is over, and how long it took each.
class Crowd {
public:
    using Step = std::function<Result<void>()>;

    explicit Crowd(std::chrono::milliseconds time)
        : from_(Clock::now() + kWarmUp), until_(from_ + time) {}
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd() { static_cast<void>(join()); }

    void add(Step step, std::vector<double>& times, std::chrono::milliseconds pause = {}) {
        threads_.emplace_back([this, step = std::move(step), &times, pause] {
            std::vector<double> own;
            while (!failed_ && Clock::now() < until_) {
                const auto begun = Clock::now();
                const auto done = step();
                const auto ended = Clock::now();
                if (!done) {
                    fail(done.error());
                } else if (begun >= from_ && ended < until_) {
                    own.push_back(Ms(ended - begun).count());
                }
                if (pause.count() > 0) {
                    std::this_thread::sleep_for(pause);
                }
            }
            const std::lock_guard lock(mutex_);
            times.insert(times.end(), own.begin(), own.end());
        });
    }
    Result<void> join() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
        const std::lock_guard lock(mutex_);
        return error_ ? Result<void>(tl::make_unexpected(*error_)) : Result<void>();
    }

private:
    void fail(const core::Error& error) {
        const std::lock_guard lock(mutex_);
        error_ = error;
        failed_ = true;
    }

    Clock::time_point from_;
    Clock::time_point until_;
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::optional<core::Error> error_;
    std::vector<std::thread> threads_;
};

Awaited summed(std::vector<double>& times, std::chrono::milliseconds time) {
    std::sort(times.begin(), times.end());
    Awaited answer;
    answer.perSecond = static_cast<double>(times.size()) * 1000 / static_cast<double>(time.count());
    answer.medianMs = at(times, 0.5);
    answer.p99Ms = at(times, 0.99);
    return answer;
}

vault::Incident incident(unsigned client) {
    return {"bench", "", fmt::format("client {} of {} waits for this leaf", client, kLogClients)};
}

}  // namespace

Result<Awaited> awaitLeaves(const std::string& socket, std::chrono::milliseconds time) {
    std::vector<vault::Client> clients;
    for (unsigned i = 0; i <= kLogClients; ++i) {
        LIUHEN_TRY(vault::Client client, vault::Client::connect(socket));
        clients.push_back(std::move(client));
    }
    std::vector<double> times;
    std::vector<double> reader;
    {
        Crowd crowd(time);
        for (unsigned i = 0; i < kLogClients; ++i) {
            crowd.add(
                [&client = clients[i], told = incident(i)]() -> Result<void> {
                    LIUHEN_TRY(const std::uint64_t index, client.incident(told, true));
                    static_cast<void>(index);
                    return {};
                },
                times);
        }
        crowd.add(
            [&client = clients.back()]() -> Result<void> {
                LIUHEN_TRY(const auto answer, client.checkpoint(1));
                static_cast<void>(answer);
                return {};
            },
            reader,
            kReaderPause);
        LIUHEN_CHECK(crowd.join());
    }
    Awaited answer = summed(times, time);
    answer.checkpointMs = summed(reader, time).p99Ms;
    return answer;
}

Result<Awaited> awaitRows(const std::string& database, std::chrono::milliseconds time) {
    LIUHEN_TRY(vault::Database rows, vault::Database::open(database, kRowSchema, 1));
    std::mutex mutex;
    std::uint64_t next = 0;
    std::vector<double> times;
    {
        Crowd crowd(time);
        for (unsigned i = 0; i < kLogClients; ++i) {
            crowd.add(
                [&, told = incident(i)]() -> Result<void> {
                    const core::Buffer leaf =
                        evidence::encodeLeaf(0,
                                             "incident",
                                             core::Cbor::map({{"what", told.what},
                                                              {"subject", told.subject},
                                                              {"detail", told.detail}}));
                    const std::lock_guard lock(mutex);
                    LIUHEN_TRY(vault::Transaction transaction, vault::Transaction::begin(rows));
                    LIUHEN_TRY(vault::Statement insert,
                               rows.prepare("insert into leaf (idx, kind, content)"
                                            " values (?, ?, ?)"));
                    LIUHEN_CHECK(insert.bind(next)
                                     .bind(std::string_view("incident"))
                                     .bind(core::ByteView(leaf))
                                     .run());
                    LIUHEN_CHECK(transaction.commit());
                    ++next;
                    return {};
                },
                times);
        }
        LIUHEN_CHECK(crowd.join());
    }
    return summed(times, time);
}

}  // namespace liuhen::bench
