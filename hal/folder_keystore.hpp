// SPDX-License-Identifier: Apache-2.0
// A keystore that is a folder on internal flash.
#pragma once

#include "common/core/files.hpp"
#include "hal/keystore.hpp"

namespace liuhen::hal {

/// The blob is the file "state.cbor"; the enrolment's files lie beside it.
///
/// store() replaces the file; the medium may keep the old bytes in blocks that no file owns, which
/// is why a board with a secure element or a TEE should use that instead.
class FolderKeystore final : public Keystore {
public:
    /// `files` must outlive the keystore; `folder` must exist when it is used.
    FolderKeystore(core::Files& files, std::string folder)
        : files_(files), folder_(std::move(folder)) {}

    [[nodiscard]] core::Result<std::optional<core::Buffer>> load() override;
    [[nodiscard]] core::Result<void> store(core::ByteView blob) override;
    [[nodiscard]] core::Result<core::Buffer> readNamed(const std::string& name) override;

private:
    core::Files& files_;
    std::string folder_;
};

}  // namespace liuhen::hal
