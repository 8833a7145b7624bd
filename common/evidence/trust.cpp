// SPDX-License-Identifier: Apache-2.0
// Reading of an agency folder.
#include "common/evidence/trust.hpp"

#include "common/evidence/messages.hpp"

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 20U;

}  // namespace

core::Result<Trust> Trust::open(core::Files& files, const std::string& rootPem) {
    LIUHEN_TRY(const core::Buffer pem, core::readFile(files, rootPem, kMaxFileBytes));
    auto root = crypto::Certificate::fromPem(core::textOf(pem));
    if (!root || root->role() != crypto::Role::Root) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "read trust root " + rootPem + ": it is no root certificate");
    }
    Trust trust(files, *std::move(root));
    trust.folder_ = core::folderOf(rootPem);
    return trust;
}

core::Result<Witnesses> Trust::witnesses() const {
    return Witnesses::open(*files_, core::joinPath(folder_, "witnesses"));
}

std::optional<core::Buffer> Trust::registration(const std::string& device,
                                                std::uint64_t generation) const {
    const std::string path =
        core::joinPath(core::joinPath(folder_, "registered"), registrationName(device, generation));
    auto message = core::readFile(*files_, path, kMaxFileBytes);
    if (!message && message.error().kind == core::ErrorKind::ResourceExhausted) {
        return core::Buffer{};  // far too long: malformed
    }
    return message ? std::optional(*std::move(message)) : std::nullopt;
}

}  // namespace liuhen::evidence
