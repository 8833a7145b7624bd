// SPDX-License-Identifier: Apache-2.0
// What record_files.cpp writes down of each call, and what tells it what to do.
#pragma once

#include <cstdint>

namespace liuhen::test {

/// What a recorded program did. Only calls that changed something are written down, and a sync or
/// an injected fault that failed.
enum class CallKind : std::uint32_t {
    Started,       // a program: what the numbers of descriptors meant before is over
    Open,          // path, fd, flags as of open(2)
    Close,         // fd
    Write,         // fd, offset, data
    Resize,        // fd, offset: the new size
    Sync,          // fd, of a file or a folder
    Rename,        // path, other
    Link,          // path, other: the new name
    Remove,        // path, of a file
    MakeFolder,    // path
    RemoveFolder,  // path
    Sent,          // data: what went into a socket, written down before it did
    Unknown        // path, data: the name of a call of which the effect cannot be told
};

/// Stands before path, other and data in the log, in the machine's own byte order.
struct CallHead {
    CallKind kind = CallKind::Started;
    std::int32_t error = 0;  // errno; 0 if it was done
    std::int32_t fd = -1;
    std::int32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint32_t pathBytes = 0;
    std::uint32_t otherBytes = 0;
    std::uint64_t dataBytes = 0;
};

/// The folder, without links in its path; what is done below it is written down.
inline constexpr const char* kCallsBelow = "LIUHEN_CALLS_BELOW";
/// The log, outside of that folder; appended to.
inline constexpr const char* kCallsLog = "LIUHEN_CALLS_LOG";
/// A fault, once: "sync N": the Nth fsync or fdatasync answers EIO and nothing is synced. "space
/// N": the Nth call that needs room (data, a size, a name) answers ENOSPC. "short N": the same, but
/// of data half is written first, and what follows it finds the disk full. "kill N": before the Nth
/// fsync or fdatasync, SIGKILL. N counts from 1.
inline constexpr const char* kCallsFail = "LIUHEN_CALLS_FAIL";
/// If set, counting begins when this file is there.
inline constexpr const char* kCallsArmed = "LIUHEN_CALLS_ARMED";

}  // namespace liuhen::test
