// SPDX-License-Identifier: Apache-2.0
// The same exchange by file, for witnesses that no network reaches.
#pragma once

#include "common/core/files.hpp"
#include "dock/witness/exchange.hpp"

#include <string>

namespace liuhen::witnessing {

/// Requests out, answers in; between them the dock's folder remembers:
///
///     FOLDER/witness/NAME.request    the newest request, as it was given out
///     FOLDER/witness/NAME.size       what the witness is thought to remember
class FileExchange {
public:
    /// All must outlive it. `folder` is the dock's.
    FileExchange(core::Files& files,
                 const std::string& folder,
                 std::string name,
                 Exchange& exchange)
        : files_(files),
          folder_(core::joinPath(folder, "witness")),
          name_(std::move(name)),
          exchange_(exchange) {}

    /// Answers the request for the witness and keeps it. Errors: of the vault and the folder.
    [[nodiscard]] Result<std::string> request();
    /// Takes the answer to the newest request: as `liuhen witness sign` or an HTTP client wrote it.
    /// Errors: NotFound without a request; InvalidArgument if it is no answer; of the folder.
    [[nodiscard]] Result<Ended> answer(const std::string& text);

private:
    [[nodiscard]] std::string path(const std::string& ending) const {
        return core::joinPath(folder_, name_ + ending);
    }

    core::Files& files_;
    std::string folder_;
    std::string name_;
    Exchange& exchange_;
};

/// An answer without its status: signature lines are 200, a size alone is 409, and what begins
/// "refused STATUS: " says it. Errors: InvalidArgument.
[[nodiscard]] Result<Answer> readAnswer(const std::string& text);

}  // namespace liuhen::witnessing
