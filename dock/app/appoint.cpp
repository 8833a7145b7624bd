// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock appoint`: presents an appointment or a dismissal to the vault.
#include "common/crypto/cose.hpp"
#include "dock/app/commands.hpp"
#include "dock/vault/access_client.hpp"

#include <fmt/format.h>

namespace liuhen::dock {

using core::Result;

namespace {

constexpr std::uint64_t kMessageBytes = 8192;

}  // namespace

Result<int> appoint(core::Files& files, const Config& config, const std::string& path) {
    LIUHEN_TRY(core::Buffer message, core::readFile(files, path, kMessageBytes));
    const auto sign1 = crypto::parseSign1(message);
    const bool dismissal = sign1 && sign1->contentType == "liuhen/dismissal";
    if (!dismissal && !(sign1 && sign1->contentType == "liuhen/appointment")) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "read " + path +
                              ": it is no appointment and no dismissal; make one with 'liuhen "
                              "enroll approver' or 'liuhen dismiss'");
    }
    LIUHEN_TRY(vault::Client client, vault::Client::connect(config.vaultSocket));
    vault::AccessClient access(client);
    const auto index =
        dismissal ? access.dismiss(std::move(message)) : access.appoint(std::move(message));
    if (!index) {
        return core::failWith(index.error(), "present " + path);
    }
    fmt::print("{} logged, leaf {}\n", dismissal ? "dismissal" : "appointment", *index);
    return 0;
}

}  // namespace liuhen::dock
