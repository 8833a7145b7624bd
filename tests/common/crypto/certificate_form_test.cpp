// SPDX-License-Identifier: Apache-2.0
// Certificates that are signed well but formed wrongly, and bytes that are none.
#include "common/crypto/certificate.hpp"

#include <functional>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

using namespace liuhen;
using core::Buffer;
using core::ByteView;
using core::ErrorKind;
using core::Microseconds;
using crypto::Role;

namespace {

constexpr Microseconds kNow = std::chrono::seconds(1795000000);
constexpr const char* kRoleArc = "2.25.331660778791170059915013728614600353381";

crypto::Authority newAgency() {
    return *crypto::Authority::create("Test Agency", 10, kNow);
}

crypto::Certificate newLeaf(const crypto::Authority& agency, Role role = Role::Recorder) {
    return *agency.certify(crypto::PrivateKey::generate().publicKey(), role, "unit-1", 5, kNow);
}

/// `certificate` changed and signed anew with the agency's own key.
Buffer changed(const crypto::Certificate& certificate,
               const crypto::Authority& agency,
               const std::function<void(X509*)>& change,
               const EVP_MD* digest = EVP_sha256()) {
    const unsigned char* at = certificate.der().data();
    X509* x509 = d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size()));
    change(x509);
    const std::string pem = agency.key().toPem();
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    REQUIRE(X509_sign(x509, key, digest) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509(x509, &der);
    Buffer bytes(der, der + size);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    BIO_free(bio);
    X509_free(x509);
    return bytes;
}

/// Puts an extension, written as in openssl.cnf, in the place of what was there.
void setExtension(X509* x509, int nid, const std::string& value) {
    for (int at = X509_get_ext_by_NID(x509, nid, -1); at >= 0;
         at = X509_get_ext_by_NID(x509, nid, -1)) {
        X509_EXTENSION_free(X509_delete_ext(x509, at));
    }
    if (!value.empty()) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        REQUIRE(extension != nullptr);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

}  // namespace

TEST_SUITE("crypto/certificate form") {
    TEST_CASE("a certificate must name exactly one role") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate leaf = newLeaf(agency);
        const std::string arc = kRoleArc;
        const auto read = [&](const std::string& usage) {
            return crypto::Certificate::fromDer(changed(
                leaf, agency, [&](X509* x509) { setExtension(x509, NID_ext_key_usage, usage); }));
        };
        REQUIRE(read(arc + ".5"));
        CHECK(read(arc + ".5")->role() == Role::Dock);
        for (const std::string& usage : {std::string(),
                                         std::string("serverAuth"),
                                         arc,
                                         arc + ".0",
                                         arc + ".12",
                                         arc + ".2," + arc + ".5",
                                         arc + ".2,serverAuth",
                                         arc + ".3",
                                         arc + ".4,serverAuth",
                                         arc + ".2," + arc + ".2",
                                         arc + ".2.1"}) {
            CAPTURE(usage);
            const auto certificate = read(usage);
            REQUIRE_FALSE(certificate);
            CHECK(certificate.error().kind == ErrorKind::InvalidArgument);
        }
        const auto doubled = crypto::Certificate::fromDer(changed(leaf, agency, [&](X509* x509) {
            X509_add_ext(
                x509, X509_get_ext(x509, X509_get_ext_by_NID(x509, NID_ext_key_usage, -1)), -1);
        }));
        CHECK_FALSE(doubled);
    }

    TEST_CASE("the key must be of the role's kind, and the subject an id") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate leaf = newLeaf(agency);
        EVP_PKEY* p384 = EVP_EC_gen("P-384");
        CHECK_FALSE(crypto::Certificate::fromDer(
            changed(leaf, agency, [&](X509* x509) { X509_set_pubkey(x509, p384); })));
        EVP_PKEY_free(p384);
        CHECK_FALSE(crypto::Certificate::fromDer(changed(leaf, agency, [&](X509* x509) {
            setExtension(x509, NID_ext_key_usage, std::string(kRoleArc) + ".7");
        })));
        const auto withName = [&](const char* field, const char* text) {
            return crypto::Certificate::fromDer(changed(leaf, agency, [&](X509* x509) {
                X509_NAME* name = X509_NAME_new();
                const auto* bytes = core::viewOf(text).data();
                X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, -1, -1, 0);
                X509_set_subject_name(x509, name);
                X509_NAME_free(name);
            }));
        };
        CHECK(withName("CN", "other"));
        CHECK_FALSE(withName("CN", "../other"));
        CHECK_FALSE(withName("CN", "two words"));
        CHECK_FALSE(withName("O", "other"));
    }

    TEST_CASE("an unknown extension is let pass unless it is critical") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate leaf = newLeaf(agency);
        const auto read = [&](const std::string& value) {
            return crypto::Certificate::fromDer(changed(leaf, agency, [&](X509* x509) {
                setExtension(x509, NID_netscape_comment, value);
            }));
        };
        CHECK(read("a remark"));
        CHECK_FALSE(read("critical,a remark"));
    }

    TEST_CASE("constraints of another role or none are judged bad") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate leaf = newLeaf(agency);
        struct Row {
            const char* name;
            int nid;
            const char* value;
        };
        const std::array<Row, 6> rows = {{
            {"authority", NID_basic_constraints, "critical,CA:TRUE"},
            {"no constraints", NID_basic_constraints, ""},
            {"may sign certificates", NID_key_usage, "critical,digitalSignature,keyCertSign"},
            {"agrees keys", NID_key_usage, "critical,keyAgreement"},
            {"no key usage", NID_key_usage, ""},
            {"other key usage", NID_key_usage, "nonRepudiation"},
        }};
        for (const Row& row : rows) {
            CAPTURE(row.name);
            const auto certificate = crypto::Certificate::fromDer(
                changed(leaf, agency, [&](X509* x509) { setExtension(x509, row.nid, row.value); }));
            REQUIRE(certificate);
            CHECK(judge(*certificate, agency.certificate(), Role::Recorder, kNow));
        }
        const auto same = crypto::Certificate::fromDer(changed(leaf, agency, [](X509*) {}));
        REQUIRE(same);
        CHECK_FALSE(judge(*same, agency.certificate(), Role::Recorder, kNow));
    }

    TEST_CASE("a root that is no authority, and another digest, are judged bad") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate leaf = newLeaf(agency);
        const auto root =
            crypto::Certificate::fromDer(changed(agency.certificate(), agency, [](X509* x509) {
                setExtension(x509, NID_basic_constraints, "critical,CA:FALSE");
            }));
        REQUIRE(root);
        CHECK(judge(leaf, *root, Role::Recorder, kNow));
        const auto sha512 = crypto::Certificate::fromDer(changed(
            leaf, agency, [](X509*) {}, EVP_sha512()));
        REQUIRE(sha512);
        CHECK(judge(*sha512, agency.certificate(), Role::Recorder, kNow));
    }

    TEST_CASE("cuts, extra bytes and other PEM are no certificate") {
        const crypto::Authority agency = newAgency();
        Buffer der = newLeaf(agency).der();
        for (std::size_t size = 0; size < der.size(); ++size) {
            CHECK_FALSE(crypto::Certificate::fromDer(ByteView(der).first(size)));
        }
        der.push_back(0);
        const auto extra = crypto::Certificate::fromDer(der);
        REQUIRE_FALSE(extra);
        CHECK(extra.error().kind == ErrorKind::InvalidArgument);
        CHECK_FALSE(crypto::Certificate::fromPem(agency.key().toPem()));
        CHECK_FALSE(crypto::Certificate::fromPem(""));
    }

    TEST_CASE("no flipped bit of a certificate leaves it good") {
        const crypto::Authority agency = newAgency();
        const Buffer good = newLeaf(agency).der();
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            CAPTURE(bit);
            Buffer bad = good;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
            const auto certificate = crypto::Certificate::fromDer(bad);
            const bool accepted =
                certificate && !judge(*certificate, agency.certificate(), Role::Recorder, kNow);
            CHECK_FALSE(accepted);
        }
    }
}
