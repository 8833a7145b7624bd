// SPDX-License-Identifier: Apache-2.0
// Certificates made, read back, and judged by us and by OpenSSL's own verification.
#include "common/crypto/certificate.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

using namespace liuhen;
using core::Buffer;
using core::ErrorKind;
using core::Microseconds;
using crypto::Role;

namespace {

constexpr Microseconds kNow = std::chrono::seconds(1795000000);  // 2026-11-18T11:06:40Z
constexpr Microseconds kHour = std::chrono::hours(1);
constexpr std::array<Role, 9> kP256Leaves = {Role::Recorder,
                                             Role::RecorderTls,
                                             Role::DockTls,
                                             Role::Dock,
                                             Role::Receipt,
                                             Role::Custodian,
                                             Role::Evidence,
                                             Role::Escrow,
                                             Role::Web};

crypto::Authority newAgency(std::string_view name = "Test Agency") {
    return *crypto::Authority::create(name, 10, kNow);
}

crypto::Certificate certify(const crypto::Authority& agency,
                            Role role,
                            std::string_view subject = "unit-1") {
    return *agency.certify(crypto::PrivateKey::generate().publicKey(), role, subject, 5, kNow);
}

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

X509Pointer x509Of(const crypto::Certificate& certificate) {
    const unsigned char* at = certificate.der().data();
    return {d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())), X509_free};
}

/// OpenSSL's own path validation, as a TLS library does it: 0 or an X509_V_ERR.
int verifyAsTls(const crypto::Certificate& leaf, const crypto::Certificate& root, int purpose) {
    const X509Pointer leafX509 = x509Of(leaf);
    const X509Pointer rootX509 = x509Of(root);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, rootX509.get());
    X509_STORE_CTX_init(context, store, leafX509.get(), nullptr);
    X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(param, purpose);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(param,
                               std::chrono::duration_cast<std::chrono::seconds>(kNow).count());
    X509_verify_cert(context);
    const int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return error;
}

}  // namespace

TEST_SUITE("crypto/certificate") {
    TEST_CASE("a root and a recorder made by the openssl command are read and judged good") {
        const auto root = crypto::Certificate::fromDer(*core::fromBase64(crypto::vectors::kRoot));
        const auto recorder =
            crypto::Certificate::fromDer(*core::fromBase64(crypto::vectors::kRecorder));
        REQUIRE_MESSAGE(root, (root ? "" : root.error().message));
        REQUIRE_MESSAGE(recorder, (recorder ? "" : recorder.error().message));
        CHECK(root->role() == Role::Root);
        CHECK(recorder->role() == Role::Recorder);
        CHECK(recorder->subject() == "recorder-7");
        CHECK_FALSE(judge(*recorder, *root, Role::Recorder, recorder->notBefore()));
    }

    TEST_CASE("each role is made, read back and judged good; its key is the certified one") {
        const crypto::Authority agency = newAgency();
        for (const Role role : kP256Leaves) {
            CAPTURE(name(role));
            const crypto::PrivateKey key = crypto::PrivateKey::generate();
            const auto made = agency.certify(key.publicKey(), role, "unit-1", 5, kNow);
            REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
            CHECK(made->role() == role);
            CHECK(made->subject() == "unit-1");
            CHECK(made->notBefore() == kNow - kHour);
            const auto readKey = made->key();
            REQUIRE(readKey);
            CHECK(*readKey == key.publicKey());
            CHECK(made->noteKey().error().kind == ErrorKind::InvalidArgument);
            CHECK_FALSE(judge(*made, agency.certificate(), role, kNow));
            const auto again = crypto::Certificate::fromPem(made->toPem());
            REQUIRE(again);
            CHECK(again->der() == made->der());
        }
    }

    TEST_CASE("a checkpoint certificate holds an Ed25519 key") {
        const crypto::Authority agency = newAgency();
        const crypto::NoteKey key = crypto::NoteKey::generate();
        const auto made = agency.certifyNoteKey(key.publicBytes(), "vault-1", 5, kNow);
        REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
        CHECK(made->role() == Role::Checkpoint);
        const auto bytes = made->noteKey();
        REQUIRE(bytes);
        CHECK(*bytes == key.publicBytes());
        CHECK(made->key().error().kind == ErrorKind::InvalidArgument);
        CHECK_FALSE(judge(*made, agency.certificate(), Role::Checkpoint, kNow));
        CHECK_FALSE(agency.certifyNoteKey(Buffer(31, 1), "vault-1", 5, kNow));
    }

    TEST_CASE("no certificate passes for another role") {
        const crypto::Authority agency = newAgency();
        for (const Role role : kP256Leaves) {
            const crypto::Certificate made = certify(agency, role);
            for (const Role other : kP256Leaves) {
                const auto wrong = judge(made, agency.certificate(), other, kNow);
                CHECK(wrong.has_value() == (role != other));
            }
            CHECK(judge(made, agency.certificate(), Role::Root, kNow));
            CHECK(judge(made, made, role, kNow));  // a leaf is no root
        }
        CHECK_FALSE(judge(agency.certificate(), agency.certificate(), Role::Root, kNow));
    }

    TEST_CASE("another root is found out, of another name and of the same") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate made = certify(agency, Role::Dock);
        const auto otherName = judge(made, newAgency("Elsewhere").certificate(), Role::Dock, kNow);
        REQUIRE(otherName);
        CHECK(otherName->find("not issued by") != std::string::npos);
        const auto sameName = judge(made, newAgency().certificate(), Role::Dock, kNow);
        REQUIRE(sameName);
        CHECK(sameName->find("not signed by") != std::string::npos);
    }

    TEST_CASE("validity is judged at the time given, and not without one") {
        const crypto::Authority agency = newAgency();
        const crypto::Certificate made = certify(agency, Role::Dock);
        const auto& root = agency.certificate();
        CHECK_FALSE(judge(made, root, Role::Dock, made.notBefore()));
        CHECK_FALSE(judge(made, root, Role::Dock, made.notAfter()));
        CHECK(judge(made, root, Role::Dock, made.notBefore() - Microseconds(1)));
        CHECK(judge(made, root, Role::Dock, made.notAfter() + Microseconds(1)));
        CHECK_FALSE(judge(made, root, Role::Dock, std::nullopt));
        CHECK(core::formatUtc(made.notAfter()) == "2031-11-18T11:06:40.000000Z");
    }

    TEST_CASE("a leaf ends with its root at the latest; past 2050 and leap days work") {
        const auto agency = crypto::Authority::create("Test Agency", 40, kNow);
        REQUIRE(agency);
        const auto key = crypto::PrivateKey::generate();
        const auto longer = agency->certify(key.publicKey(), Role::Dock, "d", 90, kNow);
        REQUIRE(longer);
        CHECK(longer->notAfter() == agency->certificate().notAfter());
        CHECK(core::formatUtc(longer->notAfter()) == "2066-11-18T11:06:40.000000Z");
        const Microseconds leapDay = std::chrono::seconds(1835395200);  // 2028-02-29T00:00:00Z
        const auto leap = agency->certify(key.publicKey(), Role::Dock, "d", 1, leapDay);
        REQUIRE(leap);
        CHECK(core::formatUtc(leap->notAfter()) == "2029-02-28T00:00:00.000000Z");
        CHECK_FALSE(agency->certify(
            key.publicKey(), Role::Dock, "d", 1, agency->certificate().notAfter() + 2 * kHour));
    }

    TEST_CASE("subjects, years and roles that cannot be certified are refused") {
        const crypto::Authority agency = newAgency();
        const auto key = crypto::PrivateKey::generate().publicKey();
        for (const std::string& subject : {std::string(),
                                           std::string("a b"),
                                           std::string("../x"),
                                           std::string("a\nb"),
                                           std::string("\xC3\xA9"),
                                           std::string(65, 'a')}) {
            CAPTURE(subject);
            CHECK(agency.certify(key, Role::Dock, subject, 1, kNow).error().kind ==
                  ErrorKind::InvalidArgument);
        }
        CHECK(agency.certify(key, Role::Dock, std::string(64, 'a'), 1, kNow));
        CHECK_FALSE(agency.certify(key, Role::Dock, "d", 0, kNow));
        CHECK_FALSE(agency.certify(key, Role::Dock, "d", 101, kNow));
        CHECK_FALSE(agency.certify(key, Role::Root, "d", 1, kNow));
        CHECK_FALSE(agency.certify(key, Role::Checkpoint, "d", 1, kNow));
        CHECK_FALSE(crypto::Authority::create("", 10, kNow));
        CHECK_FALSE(crypto::Authority::create("a\nb", 10, kNow));
        CHECK_FALSE(crypto::Authority::create("\xFF\xFE", 10, kNow));
        CHECK(crypto::Authority::create("\xE5\x85\xAC\xE5\xAE\x89", 10, kNow));
    }

    TEST_CASE("an authority opens with its own key alone") {
        const crypto::Authority agency = newAgency();
        const auto again =
            crypto::Authority::open(agency.key().toPem(), agency.certificate().toPem());
        REQUIRE(again);
        const crypto::Certificate made = certify(*again, Role::Dock);
        CHECK_FALSE(judge(made, agency.certificate(), Role::Dock, kNow));
        CHECK_FALSE(crypto::Authority::open(crypto::PrivateKey::generate().toPem(),
                                            agency.certificate().toPem()));
        CHECK_FALSE(crypto::Authority::open(agency.key().toPem(), made.toPem()));
    }

    TEST_CASE("TLS roles pass OpenSSL's own purpose checks, strictly, and no others do") {
        const crypto::Authority agency = newAgency();
        const auto& root = agency.certificate();
        for (const Role role : kP256Leaves) {
            CAPTURE(name(role));
            const crypto::Certificate made = certify(agency, role);
            const bool server = role == Role::RecorderTls || role == Role::Web;
            const bool client = role == Role::DockTls;
            CHECK((verifyAsTls(made, root, X509_PURPOSE_SSL_SERVER) == X509_V_OK) == server);
            CHECK((verifyAsTls(made, root, X509_PURPOSE_SSL_CLIENT) == X509_V_OK) == client);
            CHECK(verifyAsTls(made, newAgency().certificate(), X509_PURPOSE_ANY) != X509_V_OK);
        }
    }

    TEST_CASE("TLS certificates answer under their subject, servers under localhost too") {
        const crypto::Authority agency = newAgency();
        const auto answers = [](const crypto::Certificate& certificate, const char* host) {
            return X509_check_host(x509Of(certificate).get(),
                                   host,
                                   0,
                                   X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                                   nullptr) == 1;
        };
        for (const Role role : {Role::RecorderTls, Role::Web, Role::DockTls}) {
            CAPTURE(name(role));
            const crypto::Certificate made = certify(agency, role, "unit-1.example");
            CHECK(answers(made, "unit-1.example"));
            CHECK(answers(made, "localhost") == (role != Role::DockTls));
            CHECK_FALSE(answers(made, "unit-2.example"));
        }
        CHECK_FALSE(answers(certify(agency, Role::Recorder), "unit-1"));
    }
}
