// SPDX-License-Identifier: Apache-2.0
// Which folders a process may still reach, by the kernel's Landlock.
#pragma once

#include "common/core/result.hpp"

#include <span>
#include <string>

namespace liuhen::vault {

using core::Result;

/// What may be done below a folder, or with a file. A right given further up holds below as well.
enum class FolderUse {
    Read,    // read files, list folders
    Add,     // Read; new files moved in, new folders; nothing changed, cut, removed or moved out
    Change,  // everything but devices, links, sockets and programs
    Listen,  // Read; new sockets
};

struct FolderRule {
    std::string path;
    FolderUse use = FolderUse::Read;
};

/// The version of Landlock that the kernel has switched on and that this program can use; 0 if
/// there is none.
[[nodiscard]] int landlockVersion();

/// From here on the calling thread, and those that it starts, reach no other folder, no TCP port
/// and, where the kernel knows that (version 6), no process outside. What is open stays open. A
/// second call restricts further, and never gives back. A process must have given up rights first.
///
/// Below a folder that is only added to, files that were moved in cannot be moved out again.
///
/// Errors: Unimplemented without Landlock; NotFound for a path that is not there.
[[nodiscard]] Result<void> restrictFolders(std::span<const FolderRule> rules);

/// Threads of this process.
[[nodiscard]] unsigned threadCount();

}  // namespace liuhen::vault
