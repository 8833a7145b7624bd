// SPDX-License-Identifier: Apache-2.0
// The leaves that tell of bytes (docs/format/custody.md section 2).
#pragma once

#include "dock/vault/chapter_judge.hpp"
#include "dock/vault/records.hpp"

namespace liuhen::vault {

/// `time` is microseconds since 1970-01-01 UTC, here and below.
[[nodiscard]] Buffer objectLeaf(std::int64_t time,
                                const ObjectRow& row,
                                const Judgement& judgement);
[[nodiscard]] Buffer quarantineLeaf(std::int64_t time, const ObjectRow& row);
[[nodiscard]] Buffer forkLeaf(std::int64_t time,
                              const ObjectRow& row,
                              const Divergence& divergence);

}  // namespace liuhen::vault
