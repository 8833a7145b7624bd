// SPDX-License-Identifier: Apache-2.0
// Makes a witness: key, verifier key, configuration, empty memory.
#pragma once

#include "common/core/files.hpp"

#include <string>
#include <vector>

namespace liuhen::witness {

struct SetupOptions {
    std::string folder;
    std::string name;               // a key name
    std::vector<std::string> logs;  // files with a log's verifier key
};

/// Makes FOLDER/witness.pem, FOLDER/witness.vkey, FOLDER/witness.toml and FOLDER/state; answers the
/// verifier key's text, which the agency puts into its folder `witnesses`.
/// Errors: AlreadyExists if one of them is there, nothing being changed then; InvalidArgument.
[[nodiscard]] core::Result<std::string> setUp(core::Files& files, const SetupOptions& options);

}  // namespace liuhen::witness
