// SPDX-License-Identifier: Apache-2.0
// Signing, reading and opening of assignments.
#include "common/evidence/assignment.hpp"

#include "common/crypto/cose.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::string_view kContentType = "liuhen/assignment";
constexpr std::size_t kFields = 8;
constexpr std::size_t kSaltBytes = 16;

core::Result<std::string> malformed(std::string_view what) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read assignment: {}", what));
}

Result<crypto::Sign1> takeApart(ByteView message) {
    LIUHEN_TRY(crypto::Sign1 sign1, crypto::parseSign1(message));
    if (sign1.contentType != kContentType) {
        return tl::make_unexpected(malformed("it is none").error());
    }
    return sign1;
}

Result<AssignmentMessage> readPayload(ByteView payload) {
    LIUHEN_TRY(const Cbor value, decodePlain(payload));
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(value, "version"));
    if (version != 1 || value.pairs()->size() != kFields) {
        return tl::make_unexpected(malformed("version, or a field more or less").error());
    }
    AssignmentMessage result;
    LIUHEN_TRY(result.certificate, bytesAt(value, "certificate"));
    LIUHEN_TRY(const Cbor::Array committed, itemsAt(value, "committed"));
    for (const Cbor& item : committed) {
        LIUHEN_TRY(const Digest commitment, digestAt(item, "commitment"));
        if (item.pairs()->size() != 1) {
            return tl::make_unexpected(malformed("a commitment with more beside").error());
        }
        result.committed.push_back(commitment);
    }
    LIUHEN_TRY(result.device, textAt(value, "device"));
    LIUHEN_TRY(result.fromUs, integerAt(value, "from"));
    LIUHEN_TRY(const Cbor::Array matters, itemsAt(value, "matters"));
    for (const Cbor& item : matters) {
        if (item.text() == nullptr) {
            return tl::make_unexpected(malformed("a matter that is no text").error());
        }
        result.matters.push_back(*item.text());
    }
    LIUHEN_TRY(result.number, textAt(value, "number"));
    LIUHEN_TRY(result.untilUs, integerAt(value, "until"));
    if (result.untilUs <= result.fromUs) {
        return tl::make_unexpected(malformed("it ends before it begins").error());
    }
    return result;
}

}  // namespace

Buffer AssignmentMessage::sign(const crypto::PrivateKey& dockKey) const {
    Cbor::Array commitments;
    for (const Digest& one : committed) {
        commitments.push_back(Cbor::map({{"commitment", one}}));
    }
    Cbor::Array texts;
    for (const std::string& matter : matters) {
        texts.emplace_back(matter);
    }
    const Cbor payload = Cbor::map({{"version", 1},
                                    {"certificate", certificate},
                                    {"committed", std::move(commitments)},
                                    {"device", device},
                                    {"from", fromUs},
                                    {"matters", std::move(texts)},
                                    {"number", number},
                                    {"until", untilUs}});
    return crypto::sign1(dockKey, kContentType, payload.encode());
}

Result<AssignmentMessage> AssignmentMessage::parse(ByteView message) {
    LIUHEN_TRY(const crypto::Sign1 sign1, takeApart(message));
    return readPayload(sign1.payload);
}

Result<AssignmentMessage> AssignmentMessage::verify(ByteView message,
                                                    const crypto::Certificate& root) {
    LIUHEN_TRY(const crypto::Sign1 sign1, takeApart(message));
    LIUHEN_TRY(AssignmentMessage result, readPayload(sign1.payload));
    LIUHEN_TRY(const crypto::Certificate dock, crypto::Certificate::fromDer(result.certificate));
    if (const auto wrong = crypto::judge(dock, root, crypto::Role::Dock, std::nullopt)) {
        return core::fail(core::ErrorKind::Unauthenticated, "read assignment: " + *wrong);
    }
    LIUHEN_TRY(const crypto::PublicKey key, dock.key());
    if (!crypto::verifySign1(sign1, key)) {
        return core::fail(core::ErrorKind::Unauthenticated,
                          "read assignment: the dock's certificate did not sign it");
    }
    return result;
}

Opening Opening::make(std::string text) {
    return {crypto::randomBytes(kSaltBytes), std::move(text)};
}

Digest Opening::commitment() const {
    return crypto::sha256({salt, Cbor(text).encode()});
}

Buffer Assignment::encode() const {
    Cbor::Array list;
    for (const Opening& name : names) {
        list.push_back(Cbor::map({{"salt", name.salt}, {"text", name.text}}));
    }
    return Cbor::map({{"message", message}, {"names", std::move(list)}}).encode();
}

Result<Assignment> Assignment::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor value, decodePlain(bytes));
    Assignment result;
    LIUHEN_TRY(result.message, bytesAt(value, "message"));
    LIUHEN_TRY(const Cbor::Array names, itemsAt(value, "names"));
    for (const Cbor& item : names) {
        Opening opening;
        LIUHEN_TRY(opening.salt, bytesAt(item, "salt"));
        LIUHEN_TRY(opening.text, textAt(item, "text"));
        result.names.push_back(std::move(opening));
    }
    return result;
}

bool Assignment::opens(const AssignmentMessage& content) const {
    return names.empty() || std::equal(names.begin(),
                                       names.end(),
                                       content.committed.begin(),
                                       content.committed.end(),
                                       [](const Opening& opening, const Digest& commitment) {
                                           return opening.salt.size() == kSaltBytes &&
                                                  opening.commitment() == commitment;
                                       });
}

}  // namespace liuhen::evidence
