// SPDX-License-Identifier: Apache-2.0
// The benches of `liuhen bench`, each of which gives some figures.
#pragma once

#include "common/core/result.hpp"
#include "tools/bench/figure.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::bench {

struct BenchOptions {
    std::string self;     // this program, for its children
    std::string scratch;  // where recordings and copies go: on the medium that is measured
    std::optional<unsigned> rounds;
};

/// Fewest rounds that a figure's median is taken of.
inline constexpr unsigned kRecorderRounds = 7;
inline constexpr unsigned kVerifyRounds = 7;
inline constexpr unsigned kIngestRounds = 3;
inline constexpr unsigned kWholeRounds = 5;
inline constexpr unsigned kOsdRounds = 5;
inline constexpr unsigned kRingRounds = 3;
inline constexpr unsigned kLogRounds = 3;
inline constexpr unsigned kSearchRounds = 5;

/// recorder, recorder.encrypted: CPU of the recorder's writer over splitmuxsink.
[[nodiscard]] core::Result<std::vector<Figure>> recorderBench(const BenchOptions& options);
/// ring.press, ring.live: a press with a full ring, and live footage while it is written.
[[nodiscard]] core::Result<std::vector<Figure>> ringBench(const BenchOptions& options);
/// whole: CPU of the whole recorder, encoders included, over a plain gst-launch recording.
[[nodiscard]] core::Result<std::vector<Figure>> wholeBench(const BenchOptions& options);
/// osd: CPU that the on-screen display takes for a picture, over clockoverlay.
[[nodiscard]] core::Result<std::vector<Figure>> osdBench(const BenchOptions& options);
/// proof, proof.encrypted: bytes of proof over bytes of footage. One round: it is always the same.
[[nodiscard]] core::Result<std::vector<Figure>> proofBench(const BenchOptions& options);
/// verify, verify.encrypted: throughput of the check on one core over openssl dgst.
[[nodiscard]] core::Result<std::vector<Figure>> verifyBench(const BenchOptions& options);
/// ingest.cp, ingest.rsync, ingest.tus: throughput of a durable intake over the peers'.
[[nodiscard]] core::Result<std::vector<Figure>> ingestBench(const BenchOptions& options);
/// log.*: the custody log under 64 clients, its proofs, its check, the restart of its vault.
[[nodiscard]] core::Result<std::vector<Figure>> logBench(const BenchOptions& options);
/// search: a page of a catalogue of a million recordings.
[[nodiscard]] core::Result<std::vector<Figure>> searchBench(const BenchOptions& options);

}  // namespace liuhen::bench
