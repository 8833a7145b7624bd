// SPDX-License-Identifier: Apache-2.0
// Reads what record_files.cpp wrote down.
#pragma once

#include "common/core/bytes.hpp"
#include "tests/crash/call_record.hpp"

#include <memory>
#include <string>
#include <vector>

namespace liuhen::test {

/// One call, as in CallHead.
struct FileCall {
    CallKind kind = CallKind::Started;
    int error = 0;
    int fd = -1;
    int flags = 0;
    std::uint64_t offset = 0;
    std::string path;
    std::string other;
    std::shared_ptr<const core::Buffer> data;
};

/// All calls of a log, in order. A last record that a kill cut off is left out. Errors: DataLoss if
/// it cannot be read as one.
[[nodiscard]] core::Result<std::vector<FileCall>> readCalls(core::ByteView log);

}  // namespace liuhen::test
