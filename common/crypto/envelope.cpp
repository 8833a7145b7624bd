// SPDX-License-Identifier: Apache-2.0
// CMS AuthEnvelopedData (RFC 5083, 5084, 5753) by OpenSSL.
#include "common/crypto/envelope.hpp"

#include "common/crypto/x509.hpp"

#include <fmt/format.h>
#include <openssl/objects.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kMaxEnvelopeBytes = 65536;  // a key for two recipients is below 1 KiB

Result<void> addRecipient(CMS_ContentInfo* cms, const Certificate& certificate) {
    if (certificate.role() == Role::Checkpoint) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("wrap key for {}: not a P-256 certificate", certificate.subject()));
    }
    const X509Owned x509 = x509Of(certificate);
    CMS_RecipientInfo* recipient =
        CMS_add1_recipient_cert(cms, x509.get(), CMS_BINARY | CMS_KEY_PARAM);
    EVP_PKEY_CTX* agreement =
        recipient == nullptr ? nullptr : CMS_RecipientInfo_get0_pkey_ctx(recipient);
    // OpenSSL's own default is SHA-1.
    if (agreement == nullptr || EVP_PKEY_CTX_set_ecdh_kdf_md(agreement, EVP_sha256()) != 1) {
        return fail(ErrorKind::Internal,
                    fmt::format("wrap key for {}: {}", certificate.subject(), takeOpensslError()));
    }
    return {};
}

Result<CmsOwned> readEnvelope(ByteView envelope) {
    if (envelope.empty() || envelope.size() > kMaxEnvelopeBytes) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("open wrapped key: {} bytes, 1 to {} expected",
                                envelope.size(),
                                kMaxEnvelopeBytes));
    }
    const unsigned char* at = envelope.data();
    CmsOwned cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(envelope.size())));
    if (cms == nullptr) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("open wrapped key: not CMS: {}", takeOpensslError()));
    }
    if (at != envelope.data() + envelope.size()) {
        return fail(ErrorKind::DataLoss, "open wrapped key: bytes left over");
    }
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_id_smime_ct_authEnvelopedData) {
        return fail(ErrorKind::DataLoss, "open wrapped key: not AuthEnvelopedData");
    }
    return cms;
}

}  // namespace

Result<Buffer> envelop(ByteView secret, const std::vector<Certificate>& recipients) {
    if (recipients.empty()) {
        return fail(ErrorKind::InvalidArgument, "wrap key: no recipients");
    }
    constexpr unsigned kFlags = CMS_BINARY | CMS_PARTIAL;
    const CmsOwned cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_gcm(), kFlags));
    LIUHEN_ASSERT(cms != nullptr);
    for (const Certificate& recipient : recipients) {
        LIUHEN_CHECK(addRecipient(cms.get(), recipient));
    }
    const Bio content = readBio(core::textOf(secret));
    if (CMS_final(cms.get(), content.get(), nullptr, kFlags) != 1) {
        return fail(ErrorKind::Internal, fmt::format("wrap key: {}", takeOpensslError()));
    }
    const int size = i2d_CMS_ContentInfo(cms.get(), nullptr);
    LIUHEN_ASSERT(size > 0);
    Buffer der(static_cast<std::size_t>(size));
    unsigned char* to = der.data();
    LIUHEN_ASSERT(i2d_CMS_ContentInfo(cms.get(), &to) == size);
    return der;
}

Result<Buffer> openEnvelope(ByteView envelope, const PrivateKey& key) {
    LIUHEN_TRY(const CmsOwned cms, readEnvelope(envelope));
    // Without a certificate OpenSSL tries the key on every recipient; AES key wrap tells which
    // fits.
    if (CMS_decrypt_set1_pkey(cms.get(), key.handle().key.get(), nullptr) != 1) {
        (void)takeOpensslError();
        return fail(ErrorKind::PermissionDenied,
                    "open wrapped key: the private key is no recipient's");
    }
    const Bio clear = writeBio();
    if (CMS_decrypt(cms.get(), nullptr, nullptr, nullptr, clear.get(), CMS_BINARY) != 1) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("open wrapped key: damaged: {}", takeOpensslError()));
    }
    std::string text = textOf(clear);
    Buffer secret = core::toBuffer(core::viewOf(text));
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return secret;
}

}  // namespace liuhen::crypto
