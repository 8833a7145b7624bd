// SPDX-License-Identifier: Apache-2.0
// Known answers made by other tools: python3-cryptography 38 with python3-cbor2, and openssl 3.0.
#pragma once

#include <string_view>

namespace liuhen::crypto::vectors {

// python3: ec.generate_private_key(SECP256R1()); sign(b"the sixth harmony", ECDSA(SHA256())), r and
// s as 32 bytes each; kSignature has s <= n / 2, kHighSignature the twin n - s.
// cbor2.dumps(CBORTag(18, [protected, {}, payload, signature]), canonical=True) with the same key;
// kSign1Sm names algorithm -65537, kSign1NoType has no header 3 but a good signature.
// HKDF(SHA256(), 32, b"", info).derive(key): key 00..1f and info "liuhen/salt"; key and info empty.
// AESGCM(00..1f).encrypt(nonce 00000000 0102030405060708, b"first, second", b"header").
constexpr std::string_view kPublicKey =
    "02a858cbf05ac56fba62f3d72712ed67d72ee66eda04f874d173221ab396a6601d";
constexpr std::string_view kSignature =
    "3b4a73bba4256df684285ef84ba72c5d8e2d6ec82f60344646d5dc2e74cbf24634ce9128a123caae"
    "a78c7e0ea704923d2aa152c05f3f5a467b5ed1abdd2abd00";
constexpr std::string_view kHighSignature =
    "3b4a73bba4256df684285ef84ba72c5d8e2d6ec82f60344646d5dc2e74cbf246cb316ed65edc3552"
    "587381f158fb6dc29245a7ed47d8443e785af9171f386851";
constexpr std::string_view kSign1 =
    "d28451a20126036c6c697568656e2f656e747279a051a26373657107646b696e6465737461727458"
    "40e87e64416ada2cdd74007e3723a4d12919f5bdc3a74fca204c2a871fcfd710fb4fae91fd89aba0"
    "fab74a07061afe8e94540d1a8d71a7f4831d150d8a29b916cf";
constexpr std::string_view kSign1Payload = "a26373657107646b696e64657374617274";
constexpr std::string_view kSign1Sm =
    "d28455a2013a00010000036c6c697568656e2f656e747279a051a26373657107646b696e64657374"
    "61727458400000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kSign1NoType =
    "d28443a10126a051a26373657107646b696e646573746172745840cdf7b4d61ced25e4973f0c15e2"
    "95396b805ab2264d55dd662b3294f317a32d0e3c1e289af1ca91c37af8f42b028fb19b57d11d0b45"
    "765ddfd3e2cd13939e8fbd";
constexpr std::string_view kHkdf =
    "f09c3536f12514afcb3f48f83e5965538d9481de618fb999b57019e77159211d";
constexpr std::string_view kHkdfEmpty =
    "eb70f01dede9afafa449eee1b1286504e1f62388b3f7dd4f956697b0e828fe18";
constexpr std::string_view kLocked = "6238177da9cd29ed66fc92817ac74650599085d8026d1e7aaf1cb54c20";

// openssl req -x509 and openssl x509 -req with the extensions of docs/format/certificates.md: a
// root and a recorder, base64 of the DER; valid from November 2026 for 7300 days.
constexpr std::string_view kRoot =
    "MIIBqjCCAU+gAwIBAgIURdLuOcfg249Lp49/iT+N0QCpMXcwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwL"
    "VGVzdCBBZ2VuY3kwHhcNMjYxMTIzMjMwMTMxWhcNNDYxMTE4MjMwMTMxWjAWMRQwEgYDVQQDDAtUZXN0"
    "IEFnZW5jeTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGEPx6PUOC/RWlx/s47Mz+S1TGKrLgygjQGN"
    "40FOBcv/L2So3Hr3v5zqQ40T/wOeJeMQDLazS39xIEd56vo8tzGjezB5MBIGA1UdEwEB/wQIMAYBAf8C"
    "AQAwDgYDVR0PAQH/BAQDAgIEMDQGA1UdJQQtMCsGFWmD84PFuN36son3iYTkxoC+vMxlAQYIKwYBBQUH"
    "AwEGCCsGAQUFBwMCMB0GA1UdDgQWBBRXE3KwSwmEc0ooYIuJRel6znDv6zAKBggqhkjOPQQDAgNJADBG"
    "AiEAsdR5uDWSWAdZ8kOMbHfeIAWAMsF0vR9Y7jsgIJlyKD8CIQC6/OmgLjXzYjAvb03N7j8IgLwZTqzc"
    "55nywuzIuZgGgw==";
constexpr std::string_view kRecorder =
    "MIIBsDCCAVegAwIBAgIUKrr/EHCDfZ3fN+r3KXX14x3NoOYwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwL"
    "VGVzdCBBZ2VuY3kwHhcNMjYxMTIzMjMwMTMyWhcNNDYxMTE4MjMwMTMyWjAVMRMwEQYDVQQDDApyZWNv"
    "cmRlci03MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1ilwkPk6WEq5ckp+SHSHFA6PUX1ieXzeV19G"
    "+12xUGBOw/OK/iRV7Z3TFGOciHOn/X2FEOiAXfwSqtnwix5Qg6OBgzCBgDAMBgNVHRMBAf8EAjAAMA4G"
    "A1UdDwEB/wQEAwIHgDAgBgNVHSUEGTAXBhVpg/ODxbjd+rKJ94mE5MaAvrzMZQIwHQYDVR0OBBYEFCWO"
    "LXWqKvFCyIVWMH1CrdX/ULfcMB8GA1UdIwQYMBaAFFcTcrBLCYRzSihgi4lF6XrOcO/rMAoGCCqGSM49"
    "BAMCA0cAMEQCICmRDBRS6LnyTVzb29Ny6Tl+HMi4OrF1BMgYdi1Hjj62AiApIrxB/Y3d+ciNi2J1xKpM"
    "ci2gdKct58jBAi54fmiEMg==";

// openssl cms -encrypt -aes-256-gcm -binary -outform DER -keyopt ecdh_kdf_md:sha256 -recip CERT, of
// the text "thirty-two bytes of secret key.."; kCbcEnvelope with -aes-256-cbc; and CERT's key.
constexpr std::string_view kEnvelopeKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQBZILafte2isuP9h\n"
    "UawqYwYZAL0QMlusRUbwLr/AC1yhRANCAATP0t2xX0r/p9bxFUQ1h+Y/MT88wqTV\n"
    "opuL4toc4h9RAf3ulHTGdaWGpHTDjZS4gbfM6Wt4TrAf4yhOf7DFAEKT\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kEnvelope =
    "MIIBSQYLKoZIhvcNAQkQARegggE4MIIBNAIBADGBzaGBygIBA6BRoU8wCQYHKoZIzj0CAQNCAARg5qDp"
    "j+oilxdnpFLzxXf63eBPOldnr49QU01cWZE8pil6/kMPi9wyc8+tupFw58cEq0l6WJUptGdKyum/kK2Z"
    "MBUGBiuBBAELATALBglghkgBZQMEAS0wWzBZMC0wFTETMBEGA1UEAwwKZXZpZGVuY2UtMQIUfN5f/0fk"
    "31TOlbWKkPAMPJKK/ScEKLdcHphftZszF1dSZKFxHQYqftu27S8mmyEFByS1+MA5pYTjv86syl0wTQYJ"
    "KoZIhvcNAQcBMB4GCWCGSAFlAwQBLjARBAyaHjXtyI80KijhAEQCARCAIKFT4a/1vxS7BIoJHI54xJib"
    "BVozOvzhuyn7uidhsSVGBBBN9t6LyBR/WzbnZOR9Fk39";
constexpr std::string_view kCbcEnvelope =
    "MIIBRAYJKoZIhvcNAQcDoIIBNTCCATECAQIxgc2hgcoCAQOgUaFPMAkGByqGSM49AgEDQgAE4z9QL0JE"
    "7Btdv2vxcwJFZOpbdr668BnMFIs4BgDelrUQUKIC4uFSkhoZxrtdHer36Q0GnZEV1USk17pKKDy9ijAV"
    "BgYrgQQBCwEwCwYJYIZIAWUDBAEtMFswWTAtMBUxEzARBgNVBAMMCmV2aWRlbmNlLTECFHzeX/9H5N9U"
    "zpW1ipDwDDySiv0nBChhGL2YHjyY4he4A7eLTLQOUiJWSkpMUVaPOQhRYDrxuACSHtG8946tMFwGCSqG"
    "SIb3DQEHATAdBglghkgBZQMEASoEEBla2vwqHpQWu16kHDsLcFiAMCU+mxAc5tm1AJAGPvJStUyQyoTc"
    "m/Pdb+BHADDvY4DAvf1Lg0MGcE3IMHhNBBTzdg==";

}  // namespace liuhen::crypto::vectors
