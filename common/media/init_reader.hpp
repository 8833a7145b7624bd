// SPDX-License-Identifier: Apache-2.0
// Reads an init that makeInit wrote, and no other.
#pragma once

#include "common/media/track.hpp"

namespace liuhen::media {

/// Reads an init: `bytes` must be exactly what makeInit writes for the tracks that it answers.
///
/// Errors: DataLoss with the offset of the first byte that makeInit would not have written.
[[nodiscard]] Result<Tracks> readInit(ByteView bytes);

}  // namespace liuhen::media
