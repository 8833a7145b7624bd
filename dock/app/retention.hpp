// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock hold` and `liuhen-dock retention`: what is to be kept, said by whom. Each answers
// the program's exit code.
#pragma once

#include "dock/app/config.hpp"
#include "dock/vault/retention.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::dock {

/// What the flags of both commands say, as they were typed.
struct RetentionOptions {
    std::string device;
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> recording;
    std::string object;  // hex; "" if it is none
    std::string hold;    // hex
    std::string classId;
    std::string reason;
    std::string by;
    std::string grant;  // hex; "" if there is none
    bool json = false;
};

/// The errors of all: InvalidArgument, with the flag, for what the vault would not take; NotFound
/// for a subject that no leaf tells of, a hold that does not stand, a class that is not configured;
/// PermissionDenied for a lifting or a shorter class without a grant of two persons for it;
/// Unavailable if the vault does not run.
[[nodiscard]] core::Result<int> holdPlace(const Config& config, const RetentionOptions& options);
[[nodiscard]] core::Result<int> holdLift(const Config& config, const RetentionOptions& options);
[[nodiscard]] core::Result<int> holdList(const Config& config, const RetentionOptions& options);
[[nodiscard]] core::Result<int> retentionSet(const Config& config, const RetentionOptions& options);
[[nodiscard]] core::Result<int> retentionList(const Config& config,
                                              const RetentionOptions& options);

/// What the list commands print, with an end of line, as text for people or as JSON.
[[nodiscard]] std::string holdsText(const std::vector<vault::Hold>& holds);
[[nodiscard]] std::string holdsJson(const std::vector<vault::Hold>& holds);
[[nodiscard]] std::string retentionText(const vault::RetentionList& list);
[[nodiscard]] std::string retentionJson(const vault::RetentionList& list);

}  // namespace liuhen::dock
