// SPDX-License-Identifier: Apache-2.0
// A body fetched to its end across cut connections, with progress.
#pragma once

#include "common/core/clock.hpp"
#include "common/net/client.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace liuhen::net {

/// How far a fetch is.
struct Progress {
    std::uint64_t received = 0;  // by this fetch
    std::uint64_t position = 0;  // the next byte of the body
    std::uint64_t total = 0;     // size of the whole body, as the server promises
    double bytesPerSecond = 0;   // mean of this fetch, pauses included; 0 before any time passed
};

/// What to fetch and how patiently.
struct FetchPlan {
    DownloadRequest wanted;
    unsigned attempts = 5;                      // in a row that gain less than `gainBytes`
    std::uint64_t gainBytes = 32UL * 1024;      // an attempt that brings so much counts as good
    std::chrono::milliseconds firstPause{200};  // doubled after each poor attempt
    std::chrono::milliseconds longestPause{5'000};
};

/// What a fetch needs of its surroundings.
struct FetchSeams {
    /// One attempt: a connection, and a download on it.
    std::function<Result<DownloadEnd>(const DownloadRequest&, const Sink&)> attempt;
    /// Waits; answers false if the fetch shall be given up.
    std::function<bool(std::chrono::milliseconds)> pause;
    const core::Clock* clock = nullptr;            // for the rate; must be given
    std::function<void(const Progress&)> observe;  // after each piece; may be empty
};

/// Fetches `plan.wanted` into `sink`, each byte once and in order, and answers when all are there.
///
/// Attempts that end Unavailable or DeadlineExceeded are repeated from the byte reached; ETag and
/// total must stay what the first answer said. Blocks.
/// Errors: those of the last attempt; those of the sink, at once; FailedPrecondition if the body
/// changed meanwhile; Unavailable if `pause` said to give up. What went to the sink stays there.
[[nodiscard]] Result<DownloadEnd> fetchWithResume(const FetchPlan& plan,
                                                  const FetchSeams& seams,
                                                  const Sink& sink);

/// An attempt on connections from `connect`; one is kept as long as it is usable.
[[nodiscard]] std::function<Result<DownloadEnd>(const DownloadRequest&, const Sink&)> attemptWith(
    std::function<Result<std::unique_ptr<HttpClient>>()> connect);

}  // namespace liuhen::net
