// SPDX-License-Identifier: Apache-2.0
// Requests to a witness over HTTP.
#pragma once

#include "common/net/client.hpp"
#include "dock/witness/answer.hpp"
#include "dock/witness/place.hpp"

#include <memory>
#include <string>

namespace liuhen::witnessing {

/// How long a witness is waited for.
[[nodiscard]] net::ClientLimits witnessLimits();

/// One witness's connection, made when it is needed. Used by one thread.
class Post {
public:
    Post(Url url, const net::ClientLimits& limits) : url_(std::move(url)), limits_(limits) {}

    /// Posts an add-checkpoint request. Blocks no longer than the limits say. Errors: as
    /// net::HttpClient.
    [[nodiscard]] core::Result<Answer> addCheckpoint(const std::string& body);
    /// Closes the connection.
    void rest() { client_.reset(); }

private:
    Url url_;
    net::ClientLimits limits_;
    std::unique_ptr<net::HttpClient> client_;
};

}  // namespace liuhen::witnessing
