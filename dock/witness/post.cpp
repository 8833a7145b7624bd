// SPDX-License-Identifier: Apache-2.0
// One POST, short deadlines, no retry: whoever is away is asked again later.
#include "dock/witness/post.hpp"

#include "common/tlog/add_checkpoint.hpp"

namespace liuhen::witnessing {

net::ClientLimits witnessLimits() {
    net::ClientLimits limits;
    limits.bodyBytes = tlog::kWitnessAnswerBytes;
    limits.connectTime = std::chrono::seconds(5);
    limits.answerTime = std::chrono::seconds(10);
    limits.pieceTime = std::chrono::seconds(5);
    return limits;
}

core::Result<Answer> Post::addCheckpoint(const std::string& body) {
    if (!client_ || !client_->usable()) {
        client_.reset();
        LIUHEN_TRY(client_, net::HttpClient::connectPlain(url_.host, url_.port, limits_));
    }
    net::Request request;
    request.method = "POST";
    request.target = url_.path + "/add-checkpoint";
    request.body = core::toBuffer(core::viewOf(body));
    auto response = client_->request(request);
    if (!response) {
        client_.reset();
        return tl::make_unexpected(std::move(response).error());
    }
    return Answer{response->status, std::string(core::textOf(response->body))};
}

}  // namespace liuhen::witnessing
