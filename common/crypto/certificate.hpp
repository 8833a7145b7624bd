// SPDX-License-Identifier: Apache-2.0
// X.509 certificates with a role each, made and judged the same way everywhere.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/keys.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::crypto {

/// What a certificate's holder may act as. Exactly one per certificate, as the extended key usage
/// 2.25.<role arc>.<n> (docs/format/certificates.md); the TLS roles also carry
/// serverAuth/clientAuth.
enum class Role {
    Root,         // the agency's root: signs the others
    Recorder,     // identity key of a recorder
    RecorderTls,  // a recorder's end of the cable (server)
    DockTls,      // the dock's end of the cable (client)
    Dock,         // the dock's signature under clock and assignment
    Receipt,      // the vault's signature under receipts
    Checkpoint,   // the vault's Ed25519 key under checkpoints
    Custodian,    // registers recorders and generations
    Evidence,     // recipient of footage keys
    Escrow,       // second recipient of footage keys
    Web,          // HTTPS for people
};

[[nodiscard]] std::string_view name(Role role);

/// A certificate as DER, with what we read from it. Immutable; cheap to copy.
class Certificate {
public:
    /// Errors: InvalidArgument if it is no certificate, has trailing bytes, or no single role of
    /// ours.
    [[nodiscard]] static Result<Certificate> fromDer(ByteView der);
    [[nodiscard]] static Result<Certificate> fromPem(std::string_view pem);
    [[nodiscard]] std::string toPem() const;
    [[nodiscard]] const Buffer& der() const { return der_; }
    [[nodiscard]] Role role() const { return role_; }
    /// The subject's common name: the device's, dock's or vault's id.
    [[nodiscard]] const std::string& subject() const { return subject_; }
    [[nodiscard]] core::Microseconds notBefore() const { return notBefore_; }
    [[nodiscard]] core::Microseconds notAfter() const { return notAfter_; }
    /// The P-256 key. Errors: InvalidArgument for a Checkpoint certificate.
    [[nodiscard]] Result<PublicKey> key() const;
    /// The 32 bytes of an Ed25519 key. Errors: InvalidArgument for all other certificates.
    [[nodiscard]] Result<std::array<std::uint8_t, 32>> noteKey() const;

private:
    Certificate() = default;
    Buffer der_;
    Role role_ = Role::Root;
    std::string subject_;
    core::Microseconds notBefore_{};
    core::Microseconds notAfter_{};
};

/// The agency's root key and certificate, as `liuhen enroll` and the tests use it; never on a dock.
class Authority {
public:
    /// A new self-signed root of `years` years.
    [[nodiscard]] static Result<Authority> create(std::string_view agencyName,
                                                  int years,
                                                  core::Microseconds now);
    [[nodiscard]] static Result<Authority> open(std::string_view keyPem,
                                                std::string_view certificatePem);
    [[nodiscard]] const Certificate& certificate() const { return certificate_; }
    [[nodiscard]] const PrivateKey& key() const { return key_; }
    /// A certificate for `subject` in `role`, valid from an hour before `now` for `years` years.
    [[nodiscard]] Result<Certificate> certify(const PublicKey& key,
                                              Role role,
                                              std::string_view subject,
                                              int years,
                                              core::Microseconds now) const;
    [[nodiscard]] Result<Certificate> certifyNoteKey(ByteView publicBytes,
                                                     std::string_view subject,
                                                     int years,
                                                     core::Microseconds now) const;

private:
    Authority(PrivateKey key, Certificate certificate)
        : key_(std::move(key)), certificate_(std::move(certificate)) {}
    PrivateKey key_;
    Certificate certificate_;
};

/// The P-256 key of any X.509 certificate, whatever else is wrong with it: for those who must tell
/// what a key signed before they judge whose it is.
/// Errors: InvalidArgument if not even the key can be read.
[[nodiscard]] Result<PublicKey> keyOfCertificate(ByteView der);

/// Whether `certificate` has `role`, is signed by `root`, and, if `at` is given, was valid then.
/// Answers nothing if all is well, else the sentence that says what is wrong.
[[nodiscard]] std::optional<std::string> judge(const Certificate& certificate,
                                               const Certificate& root,
                                               Role role,
                                               std::optional<core::Microseconds> at);

}  // namespace liuhen::crypto
