// SPDX-License-Identifier: Apache-2.0
// Assignments as a dock of the bench's agency signs them.
#pragma once

#include "tests/firmware/recorder/recorder_bench.hpp"

#include <string>

namespace liuhen::recorder::test {

struct Wanted {
    std::string device = kDevice;
    std::string number = "2026-17";
    std::string wearer = "Wang Wu 4711";
    std::int64_t fromUs = kNow.count();
    std::int64_t untilUs = kNow.count() + std::int64_t{8} * 3600 * 1'000'000;
    crypto::Role role = crypto::Role::Dock;
};

inline evidence::Assignment assignmentOf(const Bench& bench, const Wanted& wanted) {
    const auto key = crypto::PrivateKey::generate();
    evidence::Assignment assignment;
    assignment.names = {evidence::Opening::make(wanted.wearer), evidence::Opening::make("market")};
    evidence::AssignmentMessage message;
    message.certificate =
        bench.authority.certify(key.publicKey(), wanted.role, "dock-1", 5, kNow)->der();
    for (const evidence::Opening& name : assignment.names) {
        message.committed.push_back(name.commitment());
    }
    message.device = wanted.device;
    message.fromUs = wanted.fromUs;
    message.untilUs = wanted.untilUs;
    message.matters = {"site inspection"};
    message.number = wanted.number;
    assignment.message = message.sign(key);
    return assignment;
}

}  // namespace liuhen::recorder::test
