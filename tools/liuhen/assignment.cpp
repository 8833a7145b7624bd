// SPDX-License-Identifier: Apache-2.0
// `liuhen enroll assignment`: signs an assignment with a dock's key, for recorders without a call.
#include "common/evidence/assignment.hpp"

#include "tools/liuhen/commands.hpp"
#include "tools/liuhen/local_time.hpp"

#include <fmt/format.h>

namespace liuhen::cli {

using core::joinPath;
using core::Result;

namespace {

constexpr std::uint64_t kMaxPemBytes = 65'536;

}  // namespace

Result<int> enrollAssignment(core::Files& files, const AssignmentOptions& options) {
    if (!evidence::isDeviceName(options.device)) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "sign assignment: a device name has 1 to 32 of A-Z a-z 0-9 . _ -");
    }
    LIUHEN_TRY(const core::Buffer keyPem,
               core::readFile(files, joinPath(options.dock, "keys/dock.pem"), kMaxPemBytes));
    LIUHEN_TRY(const core::Buffer certificatePem,
               core::readFile(files, joinPath(options.dock, "keys/dock.crt"), kMaxPemBytes));
    LIUHEN_TRY(const crypto::PrivateKey key, crypto::PrivateKey::fromPem(core::textOf(keyPem)));
    LIUHEN_TRY(const crypto::Certificate certificate,
               crypto::Certificate::fromPem(core::textOf(certificatePem)));
    LIUHEN_TRY(const core::Microseconds from, parseTime(options.from, kLocalOffset));
    LIUHEN_TRY(const core::Microseconds until, parseTime(options.until, kLocalOffset));
    if (until <= from) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "sign assignment: --to must be later than --from");
    }
    evidence::Assignment assignment;
    assignment.names.push_back(evidence::Opening::make(options.wearer));
    assignment.names.push_back(evidence::Opening::make(options.place));
    for (const std::string& name : options.with) {
        assignment.names.push_back(evidence::Opening::make(name));
    }
    evidence::AssignmentMessage message;
    message.certificate = certificate.der();
    for (const evidence::Opening& name : assignment.names) {
        message.committed.push_back(name.commitment());
    }
    message.device = options.device;
    message.fromUs = from.count();
    message.untilUs = until.count();
    message.matters = options.matters;
    message.number = options.number;
    assignment.message = message.sign(key);
    if (files.exists(options.out)) {
        return core::fail(core::ErrorKind::AlreadyExists,
                          "write " + options.out + ": it is there already; nothing was changed");
    }
    LIUHEN_CHECK(core::replaceFile(files, options.out, assignment.encode()));
    fmt::print("assignment {} of {}: {} to {} (+08:00)\n",
               options.number,
               options.device,
               formatTime(from, kLocalOffset),
               formatTime(until, kLocalOffset));
    return 0;
}

}  // namespace liuhen::cli
