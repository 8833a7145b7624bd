// SPDX-License-Identifier: Apache-2.0
// The table of roles, and certificates read strictly.
#include "common/crypto/x509.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <openssl/objects.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kMaxCertificateBytes = 16384;  // ours are below 700 bytes
constexpr std::size_t kMaxSubjectBytes = 64;         // ub-common-name of RFC 5280

/// 2.25.<n>: an arc of the UUID f9838ae2-efa6-427b-8909-923007cf2665 (ITU-T X.667).
constexpr std::string_view kRoleArc = "2.25.331660778791170059915013728614600353381";

// The role's place in the table and in the enum is its number in the arc, from 1.
constexpr std::array<Profile, 11> kProfiles = {{
    {Role::Root, "root", true, true, false, KU_KEY_CERT_SIGN},
    {Role::Recorder, "recorder", false, false, false, KU_DIGITAL_SIGNATURE},
    {Role::RecorderTls, "recorder_tls", true, false, true, KU_DIGITAL_SIGNATURE},
    {Role::DockTls, "dock_tls", false, true, false, KU_DIGITAL_SIGNATURE},
    {Role::Dock, "dock", false, false, false, KU_DIGITAL_SIGNATURE},
    {Role::Receipt, "receipt", false, false, false, KU_DIGITAL_SIGNATURE},
    {Role::Checkpoint, "checkpoint", false, false, false, KU_DIGITAL_SIGNATURE},
    {Role::Custodian, "custodian", false, false, false, KU_DIGITAL_SIGNATURE},
    {Role::Evidence, "evidence", false, false, false, KU_KEY_AGREEMENT},
    {Role::Escrow, "escrow", false, false, false, KU_KEY_AGREEMENT},
    {Role::Web, "web", true, false, true, KU_DIGITAL_SIGNATURE},
}};

const std::array<Asn1Object, kProfiles.size()>& roleObjects() {
    static const std::array<Asn1Object, kProfiles.size()> objects = [] {
        std::array<Asn1Object, kProfiles.size()> made;
        for (std::size_t i = 0; i < made.size(); ++i) {
            made[i].reset(OBJ_txt2obj(fmt::format("{}.{}", kRoleArc, i + 1).c_str(), 1));
            LIUHEN_ASSERT(made[i] != nullptr);
        }
        return made;
    }();
    return objects;
}

/// The objects of a role's extended key usage, in order; they live as long as the program.
std::vector<const ASN1_OBJECT*> objectsOf(const Profile& profile) {
    std::vector<const ASN1_OBJECT*> objects = {
        roleObjects()[static_cast<std::size_t>(profile.role)].get()};
    if (profile.serverAuth) {
        objects.push_back(OBJ_nid2obj(NID_server_auth));
    }
    if (profile.clientAuth) {
        objects.push_back(OBJ_nid2obj(NID_client_auth));
    }
    return objects;
}

}  // namespace

const Profile& profileOf(Role role) {
    const Profile& profile = kProfiles[static_cast<std::size_t>(role)];
    LIUHEN_ASSERT(profile.role == role);
    return profile;
}

std::string_view name(Role role) {
    return profileOf(role).name;
}

std::optional<Role> roleOf(const EXTENDED_KEY_USAGE& usage) {
    const int count = sk_ASN1_OBJECT_num(&usage);
    for (const Profile& profile : kProfiles) {
        const std::vector<const ASN1_OBJECT*> objects = objectsOf(profile);
        bool same = count == static_cast<int>(objects.size());
        for (int i = 0; same && i < count; ++i) {
            same =
                OBJ_cmp(sk_ASN1_OBJECT_value(&usage, i), objects[static_cast<std::size_t>(i)]) == 0;
        }
        if (same) {
            return profile.role;
        }
    }
    return std::nullopt;
}

ExtendedKeyUsage usageOf(Role role) {
    ExtendedKeyUsage usage(EXTENDED_KEY_USAGE_new());
    LIUHEN_ASSERT(usage != nullptr);
    for (const ASN1_OBJECT* object : objectsOf(profileOf(role))) {
        Asn1Object copy(OBJ_dup(object));
        LIUHEN_ASSERT(copy != nullptr && sk_ASN1_OBJECT_push(usage.get(), copy.get()) > 0);
        (void)copy.release();  // the stack's now
    }
    return usage;
}

Result<X509Owned> readX509(ByteView der) {
    if (der.empty() || der.size() > kMaxCertificateBytes) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "read certificate: {} bytes, 1 to {} expected", der.size(), kMaxCertificateBytes));
    }
    const unsigned char* at = der.data();
    X509Owned x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (x509 == nullptr) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read certificate: {}", takeOpensslError()));
    }
    if (at != der.data() + der.size()) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("read certificate: {} bytes left over", der.data() + der.size() - at));
    }
    Buffer again(der.size() + 1);
    unsigned char* to = again.data();
    const int size = i2d_X509(x509.get(), nullptr);
    if (size != static_cast<int>(der.size()) || i2d_X509(x509.get(), &to) != size ||
        !core::equal(ByteView(again).first(der.size()), der)) {
        return fail(ErrorKind::InvalidArgument, "read certificate: its encoding is not DER");
    }
    return x509;
}

X509Owned x509Of(const Certificate& certificate) {
    const unsigned char* at = certificate.der().data();
    X509Owned x509(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
    LIUHEN_ASSERT(x509 != nullptr);
    return x509;
}

bool isId(std::string_view subject) {
    return !subject.empty() && subject.size() <= kMaxSubjectBytes &&
           std::all_of(subject.begin(), subject.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

bool isAgencyName(std::string_view subject) {
    if (subject.empty() || subject.size() > kMaxSubjectBytes) {
        return false;
    }
    // Without a place to put it, the text is only looked at: -1 for ill-formed UTF-8.
    if (ASN1_mbstring_copy(nullptr,
                           core::viewOf(subject).data(),
                           static_cast<int>(subject.size()),
                           MBSTRING_UTF8,
                           B_ASN1_UTF8STRING) < 0) {
        (void)takeOpensslError();
        return false;
    }
    return std::all_of(subject.begin(), subject.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
    });
}

}  // namespace liuhen::crypto
