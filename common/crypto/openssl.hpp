// SPDX-License-Identifier: Apache-2.0
// OpenSSL objects as owned values; included by the .cpp files of this folder alone.
#pragma once

#include "common/crypto/keys.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace liuhen::crypto {

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Release<Free>>;

using EvpKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using EvpKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EvpDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EvpCipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using EvpMacContext = Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using EcdsaSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using Pkcs8 = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using Bio = Owned<BIO, BIO_free_all>;
using X509Owned = Owned<X509, X509_free>;
using CmsOwned = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Asn1Object = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using Asn1Time = Owned<ASN1_TIME, ASN1_TIME_free>;
using Asn1Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Asn1Octets = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using Asn1Bits = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using X509NameOwned = Owned<X509_NAME, X509_NAME_free>;
using BasicConstraints = Owned<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using ExtendedKeyUsage = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using AuthorityKeyId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using GeneralNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

struct PublicKey::Handle {
    EvpKey key;  // with the private half, if a PrivateKey made it
};
struct NoteKey::Handle {
    EvpKey key;
};

/// The reason of this thread's newest OpenSSL error; empties the queue, which TLS code reads too.
[[nodiscard]] std::string takeOpensslError();

/// A memory BIO over `text`; `text` must outlive it. Its content is wiped when it is freed.
[[nodiscard]] Bio readBio(std::string_view text);
[[nodiscard]] Bio writeBio();
[[nodiscard]] std::string textOf(const Bio& bio);

/// Reads the one PEM block named `label` (such as "PRIVATE KEY"); `what` names it in errors.
/// Errors: InvalidArgument.
[[nodiscard]] Result<Buffer> pemBlock(std::string_view pem,
                                      std::string_view label,
                                      std::string_view what);

/// A private key from unencrypted PKCS#8 PEM. Errors: InvalidArgument.
[[nodiscard]] Result<EvpKey> keyFromPem(std::string_view pem, std::string_view what);
[[nodiscard]] std::string keyToPem(EVP_PKEY* key);

/// The compressed point. Errors: InvalidArgument if `key` is not on P-256.
[[nodiscard]] Result<PublicKeyBytes> pointOf(EVP_PKEY* key);

}  // namespace liuhen::crypto
