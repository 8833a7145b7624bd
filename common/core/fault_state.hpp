// SPDX-License-Identifier: Apache-2.0
// What FaultFiles and the files that it opened share. Included by their two sources alone.
#pragma once

#include "common/core/fault_files.hpp"
#include "common/core/fault_tree.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace liuhen::core {

/// The verb of an operation, for messages.
[[nodiscard]] std::string_view verbOf(FileOperation operation);
/// The error of everything that is tried without power.
[[nodiscard]] tl::unexpected<Error> powerCut(std::string_view what);

/// The storage itself, shared by FaultFiles and the files that it opened.
class FaultFiles::State {
public:
    class OpenFile;

    explicit State(std::uint64_t quota) : quotaBytes(quota) {}

    /// Counts an operation and asks the fault about it. Answers 0 or an errno; fails without power.
    [[nodiscard]] Result<int> begin(FileOperation operation, const std::string& path);

    /// As begin, with the errno as error.
    [[nodiscard]] Result<void> pass(FileOperation operation, const std::string& path);

    [[nodiscard]] bool dark() const { return syncsLeft == 0 || operationsLeft == 0; }

    [[nodiscard]] std::uint64_t freeBytes() const;

    [[nodiscard]] Result<void> move(const std::string& from, const std::string& to, bool replace);

    /// Makes the object for an inode. Called with the mutex held.
    [[nodiscard]] static std::unique_ptr<File> openFile(std::shared_ptr<State> state,
                                                        std::shared_ptr<FaultInode> inode,
                                                        std::string path,
                                                        bool writable);

    std::mutex mutex;
    FaultTree tree;
    Fault fault;
    std::uint64_t quotaBytes;
    std::uint64_t operations = 0;
    std::uint64_t syncs = 0;
    // Too far away ever to be reached, until a cut is asked for.
    std::uint64_t syncsLeft = UINT64_MAX;
    std::uint64_t operationsLeft = UINT64_MAX;
    std::uint64_t crashes = 0;
};

}  // namespace liuhen::core
