// SPDX-License-Identifier: Apache-2.0
// Certificate::fromDer on any bytes: what it accepts can be judged, printed and read back.
#include "common/crypto/certificate.hpp"

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    const auto certificate = crypto::Certificate::fromDer(bytes);
    if (!certificate) {
        return 0;
    }
    LIUHEN_ASSERT(core::equal(certificate->der(), bytes));
    const auto again = crypto::Certificate::fromPem(certificate->toPem());
    LIUHEN_ASSERT(again && again->der() == certificate->der());
    const bool note = certificate->role() == crypto::Role::Checkpoint;
    LIUHEN_ASSERT(certificate->key().has_value() != note);
    LIUHEN_ASSERT(certificate->noteKey().has_value() == note);
    const auto wrong =
        judge(*certificate, *certificate, certificate->role(), certificate->notBefore());
    LIUHEN_ASSERT(wrong || certificate->role() == crypto::Role::Root);
    return 0;
}
