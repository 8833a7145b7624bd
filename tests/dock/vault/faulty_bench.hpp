// SPDX-License-Identifier: Apache-2.0
// A vault whose disk fails when it is told to.
#pragma once

#include "common/core/fault_files.hpp"
#include "tests/dock/vault/bench.hpp"

#include <memory>

namespace liuhen::vault::test {

/// A vault on storage that can be told to fail.
struct FaultyBench : Bench {
    explicit FaultyBench(std::uint64_t quotaBytes = UINT64_MAX) : Bench(false) {
        auto faulty = std::make_unique<core::FaultFiles>(quotaBytes);
        disk = faulty.get();
        files = std::move(faulty);
        medium = std::make_unique<SeamMedium>(*files);
        open();
    }
    ~FaultyBench() { close(); }
    FaultyBench(const FaultyBench&) = delete;
    FaultyBench& operator=(const FaultyBench&) = delete;
    core::FaultFiles* disk = nullptr;
};

}  // namespace liuhen::vault::test
