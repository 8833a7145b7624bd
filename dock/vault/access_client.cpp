// SPDX-License-Identifier: Apache-2.0
// One request and one answer each.
#include "dock/vault/access_client.hpp"

#include "common/evidence/fields.hpp"

namespace liuhen::vault {

using core::Cbor;

Result<std::uint64_t> AccessClient::appoint(Buffer message) {
    LIUHEN_TRY(const Cbor answer, client_.ask(PresentRequest{false, std::move(message)}));
    return evidence::unsignedAt(answer, "index");
}

Result<std::uint64_t> AccessClient::dismiss(Buffer message) {
    LIUHEN_TRY(const Cbor answer, client_.ask(PresentRequest{true, std::move(message)}));
    return evidence::unsignedAt(answer, "index");
}

Result<Asked> AccessClient::request(evidence::RequestBody body) {
    LIUHEN_TRY(const Cbor answer, client_.ask(AskRequest{std::move(body)}));
    return readAsked(answer);
}

Result<std::uint64_t> AccessClient::approve(evidence::SignedApproval approval) {
    LIUHEN_TRY(const Cbor answer, client_.ask(ApproveRequest{std::move(approval)}));
    return evidence::unsignedAt(answer, "index");
}

Result<Opened> AccessClient::use(evidence::UseBody body) {
    LIUHEN_TRY(const Cbor answer, client_.ask(UseRequest{std::move(body)}));
    return readOpened(answer);
}

Result<ListedParts> AccessClient::parts(const Digest& use,
                                        std::uint64_t segment,
                                        std::uint64_t first) {
    LIUHEN_TRY(const Cbor answer, client_.ask(PartsRequest{use, segment, first}));
    return readListedParts(answer);
}

Result<ReadBytes> AccessClient::read(const Digest& use,
                                     std::uint64_t segment,
                                     std::uint64_t offset,
                                     std::uint64_t length) {
    LIUHEN_TRY(const Cbor answer, client_.ask(ReadRequest{use, segment, offset, length}));
    return readReadBytes(answer);
}

Result<std::uint64_t> AccessClient::end(const Digest& grant, const Digest& by) {
    LIUHEN_TRY(const Cbor answer, client_.ask(EndRequest{{grant, by}}));
    return evidence::unsignedAt(answer, "index");
}

}  // namespace liuhen::vault
