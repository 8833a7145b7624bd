// SPDX-License-Identifier: Apache-2.0
// One call; what it answers is the witness's affair.
#include "tools/witness/service.hpp"

#include "common/net/status.hpp"
#include "common/tlog/add_checkpoint.hpp"

namespace liuhen::witness {

net::Limits serviceLimits() {
    net::Limits limits;
    limits.bodyBytes = tlog::kAddCheckpointBytes;
    limits.bodyTime = std::chrono::seconds(10);
    limits.idleTime = std::chrono::seconds(90);  // docks come once a minute
    return limits;
}

net::Response serve(Witness& witness, const net::Request& request) {
    if (request.target != "/add-checkpoint") {
        return net::refusal(404, core::ErrorKind::NotFound, "only /add-checkpoint is here");
    }
    if (request.method != "POST") {
        net::Response wrong =
            net::refusal(405, core::ErrorKind::Unimplemented, "add-checkpoint is a POST");
        wrong.headers.add("Allow", "POST");
        return wrong;
    }
    const Answer answer = witness.addCheckpoint(core::textOf(request.body));
    net::Response response;
    response.status = answer.status;
    response.contentType = answer.contentType;
    response.body = core::toBuffer(core::viewOf(answer.body));
    return response;
}

}  // namespace liuhen::witness
