// SPDX-License-Identifier: Apache-2.0
// One call for each verb.
#include "dock/vault/access_session.hpp"

namespace liuhen::vault {

namespace {

using core::Cbor;

/// Answers each kind of request.
struct Answers {
    Vault& vault;

    Result<Cbor> operator()(const PresentRequest& request) const {
        LIUHEN_TRY(const std::uint64_t index, vault.present(request.message, request.dismissal));
        return indexed(index);
    }
    Result<Cbor> operator()(const AskRequest& request) const {
        LIUHEN_TRY(const Asked asked, vault.ask(request.body));
        return toCbor(asked);
    }
    Result<Cbor> operator()(const ApproveRequest& request) const {
        LIUHEN_TRY(const std::uint64_t index, vault.approve(request.approval));
        return indexed(index);
    }
    Result<Cbor> operator()(const UseRequest& request) const {
        LIUHEN_TRY(const Opened opened, vault.use(request.body));
        return toCbor(opened);
    }
    Result<Cbor> operator()(const PartsRequest& request) const {
        LIUHEN_TRY(const ListedParts parts,
                   vault.parts(request.use, request.segment, request.first));
        return toCbor(parts);
    }
    Result<Cbor> operator()(const ReadRequest& request) const {
        LIUHEN_TRY(const ReadBytes bytes,
                   vault.read(request.use, request.segment, request.offset, request.length));
        return toCbor(bytes);
    }
    Result<Cbor> operator()(const EndRequest& request) const {
        LIUHEN_TRY(const std::uint64_t index, vault.endGrant(request.body));
        return indexed(index);
    }

    static Cbor indexed(std::uint64_t index) { return Cbor::map({{"index", index}}); }
};

}  // namespace

Result<Cbor> answerAccess(Vault& vault, const AccessRequest& request) {
    return std::visit(Answers{vault}, request);
}

}  // namespace liuhen::vault
