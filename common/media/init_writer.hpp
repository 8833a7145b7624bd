// SPDX-License-Identifier: Apache-2.0
// Makes the init of a segment, ftyp and moov, from configuration alone.
#pragma once

#include "common/media/track.hpp"

namespace liuhen::media {

/// The init for these tracks; the same bytes for the same tracks at any time.
///
/// Layout: docs/format/media.md. Errors: as checkTracks.
[[nodiscard]] Result<Buffer> makeInit(const Tracks& tracks);

}  // namespace liuhen::media
