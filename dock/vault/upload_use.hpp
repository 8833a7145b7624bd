// SPDX-License-Identifier: Apache-2.0
// How the vault's calls get hold of an upload.
#pragma once

#include "dock/vault/incoming.hpp"

#include <chrono>

#include <fmt/format.h>

namespace liuhen::vault {

/// An upload for one call. Errors: Unavailable if another connection is at it for longer than one
/// needs that was just cut.
inline Result<std::unique_lock<TimedMutex>> takeUpload(Upload& upload) {
    std::unique_lock lock(upload.mutex, std::chrono::seconds(1));
    if (!lock.owns_lock()) {
        return core::fail(core::ErrorKind::Unavailable,
                          "use an upload: another connection is at it");
    }
    return lock;
}

/// Errors: NotFound.
inline Result<std::shared_ptr<Upload>> findUpload(Incoming& incoming, const std::string& name) {
    std::shared_ptr<Upload> found = incoming.find(name);
    if (found == nullptr) {
        return core::fail(core::ErrorKind::NotFound,
                          "use an upload: it is not known; offer it again");
    }
    return found;
}

/// Opens an upload that rests. Errors: NotFound if it must be offered again; those of the files.
inline Result<void> takeUpAgain(Incoming& incoming, Upload& upload) {
    auto open = upload.open();
    if (!open && upload.spoilt()) {
        incoming.drop(upload);
        return core::fail(core::ErrorKind::NotFound,
                          "use an upload: it was given up; offer it again");
    }
    return open;
}

/// Why footage must wait.
inline std::string chapterIsDue(const Place& place) {
    return fmt::format("The chapter that tells of recording {} of recorder {} is not stored yet",
                       place.recording,
                       place.device);
}

}  // namespace liuhen::vault
