// SPDX-License-Identifier: Apache-2.0
// What is read of an open view: its pieces, its bytes.
#pragma once

#include "common/net/http_types.hpp"
#include "dock/catalogue/browse.hpp"
#include "dock/web/api/open_views.hpp"
#include "dock/web/api/vault_pool.hpp"

#include <optional>

namespace liuhen::web {

/// Lists what of a view's segments can be played, cut where a key frame begins; of each segment the
/// vault is asked for the list of parts and the init, and no footage. One that is damaged or gone
/// is left out, and shows as a gap. `timeline`, if there is one, tells the times of day.
///
/// Errors: those of VaultPool; DataLoss if all of it is damaged; InvalidArgument if it is nothing
/// that plays, such as a photo.
[[nodiscard]] Result<Playlist> readPlaylist(VaultPool& vault,
                                            const OpenView& view,
                                            const std::optional<catalogue::Timeline>& timeline);

/// Bytes of a segment's clear file, as a source for a response; `vault` must outlive it.
/// Errors: those of AccessClient::read.
[[nodiscard]] Result<net::BodySource> segmentSource(VaultPool& vault,
                                                    const core::Digest& view,
                                                    std::uint64_t segment);

}  // namespace liuhen::web
