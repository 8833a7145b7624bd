// SPDX-License-Identifier: Apache-2.0
// Making and signing of assignments.
#include "dock/register/signing.hpp"

#include "common/evidence/assignment.hpp"

#include <fmt/format.h>

namespace liuhen::registry {

std::string signedName(const Officer& officer) {
    return officer.licence.empty() ? officer.name : officer.name + " " + officer.licence;
}

Result<core::Buffer> signAssignment(const View& view, const Handout& body, const Signer& signer) {
    evidence::Assignment assignment;
    assignment.names.push_back(evidence::Opening::make(signedName(*view.officer(body.wearer))));
    assignment.names.push_back(evidence::Opening::make(body.place));
    for (const Person& companion : body.companions) {
        assignment.names.push_back(evidence::Opening::make(signedName(*view.officer(companion))));
    }
    evidence::AssignmentMessage message;
    message.certificate = signer.certificate;
    for (const evidence::Opening& name : assignment.names) {
        message.committed.push_back(name.commitment());
    }
    message.device = body.device;
    message.fromUs = body.fromUs;
    message.untilUs = body.untilUs;
    const MattersList& list = *view.list(body.list);
    for (const std::string& number : body.matters) {
        message.matters.push_back(View::matter(list, number)->label());
    }
    message.number = body.number;
    assignment.message = message.sign(signer.key);
    core::Buffer encoded = assignment.encode();
    if (encoded.size() > kMostAssignmentBytes) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          fmt::format("sign assignment {}: {} bytes, a recorder takes {}; name "
                                      "fewer companions or matters",
                                      body.number,
                                      encoded.size(),
                                      kMostAssignmentBytes));
    }
    return encoded;
}

}  // namespace liuhen::registry
