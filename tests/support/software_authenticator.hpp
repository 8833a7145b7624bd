// SPDX-License-Identifier: Apache-2.0
// An authenticator in software, and the persons and approvals of tests.
#pragma once

#include "common/evidence/access_book.hpp"

#include <string>
#include <utility>

namespace liuhen::tests {

/// DER of a raw ECDSA signature.
inline core::Buffer derOf(const crypto::SignatureBytes& raw) {
    core::Buffer der = {0x30, 0};
    for (std::size_t half = 0; half < 2; ++half) {
        core::ByteView number = core::ByteView(raw).subspan(half * 32, 32);
        while (number.size() > 1 && number[0] == 0) {
            number = number.subspan(1);
        }
        const bool pad = (number[0] & 0x80U) != 0;
        der.push_back(0x02);
        der.push_back(static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0)));
        if (pad) {
            der.push_back(0);
        }
        core::append(der, number);
    }
    der[1] = static_cast<std::uint8_t>(der.size() - 2);
    return der;
}

/// The 32 bytes that name something in a test.
inline core::Digest idOf(std::string_view text) {
    return crypto::sha256(core::viewOf(text));
}

constexpr const char* kSampleRp = "dock.example";
constexpr const char* kSamplePage = "https://dock.example:8443";

/// A person with one authenticator.
class Approver {
public:
    explicit Approver(std::string_view name)
        : person(idOf(name)), credential(core::toBuffer(core::viewOf(name))) {}

    evidence::Person person;
    core::Buffer credential;
    std::uint32_t counter = 0;  // of the next signature, if it counts
    std::uint8_t flags = 0x05;
    std::string page = kSamplePage;

    /// What the root would sign.
    [[nodiscard]] evidence::Appointment appointment(const std::string& vault,
                                                    std::set<std::string> powers,
                                                    evidence::TimeSpan time) const {
        return {vault,
                person,
                std::move(powers),
                time,
                credential,
                crypto::pointOfKey(key_.publicKey()),
                kSampleRp,
                kSamplePage};
    }

    [[nodiscard]] evidence::ApprovalSignature sign(core::ByteView approval) {
        const core::Digest challenge = evidence::approvalChallenge(approval);
        const std::string client = "{\"type\":\"webauthn.get\",\"challenge\":\"" +
                                   crypto::toBase64Url(challenge) + "\",\"origin\":\"" + page +
                                   "\",\"crossOrigin\":false}";
        evidence::ApprovalSignature made;
        made.person = person;
        made.credential = credential;
        core::Buffer& data = made.assertion.authenticator;
        core::append(data, crypto::sha256(core::viewOf(kSampleRp)));
        data.push_back(flags);
        core::appendU32(data, counter);
        made.assertion.client = core::toBuffer(core::viewOf(client));
        core::Buffer message = data;
        core::append(message, crypto::sha256(made.assertion.client));
        made.assertion.signature = derOf(key_.sign(message));
        return made;
    }

private:
    crypto::PrivateKey key_ = crypto::PrivateKey::generate();
};

}  // namespace liuhen::tests
