// SPDX-License-Identifier: Apache-2.0
// Assertions against vectors of another tool, and each rule broken once.
#include "common/crypto/webauthn.hpp"

#include "common/crypto/client_data.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::Buffer;
using core::viewOf;
using crypto::JsonMember;

namespace {

// python3-cryptography 38: a P-256 key signs authenticatorData ‖ SHA-256(clientDataJSON); the
// second signature is the twin with n - s, the second point the one with the other y.
constexpr std::string_view kPoint =
    "044a336a32b3f83f9c351b0d8ecff3bf504c20677494a5d03e62c689dc43a762cd67cf4d00d4d2ed"
    "0c36e9baf8e0c90141acd233e58059bce7f1438df10a11843b";
constexpr std::string_view kChallenge =
    "a0c61f6ff837b313736406d33fe306a3b28f90a570df918170acb5d62ef37d46";
constexpr std::string_view kClient =
    "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226f4d5966"
    "625f673373784e7a5a416254502d4d476f374b506b4b567733354742634b79313169377a66555922"
    "2c226f726967696e223a2268747470733a2f2f646f636b2e66616e676368656e672e6578616d706c"
    "653a38343433222c2263726f73734f726967696e223a66616c73657d";
constexpr std::string_view kAuthenticator =
    "c36fff4259aa63a58e4864bc645d8e52129a1f4947545fd298142bbefae9a8850500000007";
constexpr std::string_view kLowSignature =
    "3044022052fb3f9e9e6b3ef667703acc66e17b9efc48cfc147ba68ad47259dd7ac71645802202b9b"
    "059c79f58f27a29133f9fa2e31fc1f0b7d95283fdfc405e01957870c55e2";
constexpr std::string_view kHighSignature =
    "3045022052fb3f9e9e6b3ef667703acc66e17b9efc48cfc147ba68ad47259dd7ac716458022100d4"
    "64fa62860a70d95d6ecc0605d1ce039ddb7d187ed7bec0edd9b16b7556cf6f";
constexpr std::string_view kOtherPoint =
    "044a336a32b3f83f9c351b0d8ecff3bf504c20677494a5d03e62c689dc43a762cd9830b2fe2b2d12"
    "f4c91645071f36febe532dcc1b7fa643180ebc720ef5ee7bc4";

Buffer hex(std::string_view text) {
    return *core::fromHex(text);
}

struct Sample {
    crypto::Assertion assertion{hex(kAuthenticator), hex(kClient), hex(kLowSignature)};
    crypto::AssertionDemand demand{*core::digestFromHex(kChallenge),
                                   "dock.fangcheng.example",
                                   "https://dock.fangcheng.example:8443"};
    crypto::PublicKey key = *crypto::keyFromPoint(hex(kPoint));

    [[nodiscard]] std::string wrong() const {
        return crypto::wrongWith(assertion, demand, key).value_or("");
    }
};

/// A key of ours, to sign what the vectors do not have.
struct Signer {
    crypto::PrivateKey key = crypto::PrivateKey::generate();

    [[nodiscard]] std::string wrong(std::string_view client) const {
        Sample sample;
        sample.key = key.publicKey();
        sample.assertion.client = core::toBuffer(viewOf(client));
        Buffer message = sample.assertion.authenticator;
        core::append(message, crypto::sha256(sample.assertion.client));
        const crypto::SignatureBytes raw = key.sign(message);
        Buffer der = {0x30, 0};
        for (std::size_t half = 0; half < 2; ++half) {
            der.insert(der.end(),
                       {0x02, 33, 0});  // a leading zero, as DER forbids where it is not due
            der.insert(der.end(),
                       raw.begin() + static_cast<std::ptrdiff_t>(half * 32),
                       raw.begin() + static_cast<std::ptrdiff_t>(half * 32 + 32));
        }
        der[1] = static_cast<std::uint8_t>(der.size() - 2);
        sample.assertion.signature = canonical(der);
        return sample.wrong();
    }

    /// DER without needless zeros.
    static Buffer canonical(const Buffer& der) {
        Buffer made = {0x30, 0};
        for (std::size_t at = 2; at < der.size(); at += 35) {
            core::ByteView number = core::ByteView(der).subspan(at + 2, 33);
            while (number.size() > 1 && number[0] == 0 && number[1] < 0x80) {
                number = number.subspan(1);
            }
            made.push_back(0x02);
            made.push_back(static_cast<std::uint8_t>(number.size()));
            core::append(made, number);
        }
        made[1] = static_cast<std::uint8_t>(made.size() - 2);
        return made;
    }
};

std::string clientWith(std::string_view more, std::string_view type = "webauthn.get") {
    return "{\"type\":\"" + std::string(type) + "\",\"challenge\":\"" +
           crypto::toBase64Url(hex(kChallenge)) +
           "\",\"origin\":\"https://dock.fangcheng.example:8443\"" + std::string(more) + "}";
}

}  // namespace

TEST_SUITE("crypto/webauthn") {
    TEST_CASE("an assertion by another tool holds, with a low and with a high s") {
        Sample sample;
        CHECK(sample.wrong() == "");
        sample.assertion.signature = hex(kHighSignature);
        CHECK(sample.wrong() == "");
        CHECK(crypto::assertionCounter(sample.assertion.authenticator) == 7U);
    }

    TEST_CASE("no bit of an assertion can be changed") {
        const Sample good;
        for (auto part : {&crypto::Assertion::authenticator,
                          &crypto::Assertion::client,
                          &crypto::Assertion::signature}) {
            for (std::size_t bit = 0; bit < (good.assertion.*part).size() * 8; ++bit) {
                CAPTURE(bit);
                Sample bad;
                Buffer& bytes = bad.assertion.*part;
                bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
                CHECK(bad.wrong() != "");
            }
        }
    }

    TEST_CASE("another challenge, page, relying party or key does not hold") {
        Sample sample;
        SUBCASE("challenge") {
            sample.demand.challenge[0] ^= 1U;
        }
        SUBCASE("page") {
            sample.demand.origin = "https://dock.fangcheng.example";
        }
        SUBCASE("relying party") {
            sample.demand.rp = "fangcheng.example";
        }
        SUBCASE("key") {
            sample.key = crypto::PrivateKey::generate().publicKey();
        }
        SUBCASE("cut authenticator") {
            sample.assertion.authenticator.resize(36);
        }
        SUBCASE("signature with a byte behind") {
            sample.assertion.signature.push_back(0);
        }
        SUBCASE("signature cut") {
            sample.assertion.signature.pop_back();
        }
        SUBCASE("no signature") {
            sample.assertion.signature.clear();
        }
        CHECK(sample.wrong() != "");
    }

    TEST_CASE("what client data may say") {
        struct Row {
            const char* name;
            std::string client;
            bool holds;
        };
        const Row rows[] = {
            {"as browsers write it", clientWith(",\"crossOrigin\":false"), true},
            {"no word of another page", clientWith(""), true},
            {"more beside",
             clientWith(",\"tokenBinding\":{\"status\":\"supported\",\"a\":[1,-2.5e+3,null]}"),
             true},
            {"in a page within another", clientWith(",\"crossOrigin\":true"), false},
            {"a text for a truth", clientWith(",\"crossOrigin\":\"false\""), false},
            {"null for a truth", clientWith(",\"crossOrigin\":null"), false},
            {"a registration", clientWith("", "webauthn.create"), false},
            {"a name twice", clientWith(",\"type\":\"webauthn.get\""), false},
            {"a name twice, escaped", clientWith(",\"\\u0074ype\":\"webauthn.get\""), false},
            {"a name twice further in", clientWith(",\"x\":{\"a\":1,\"a\":1}"), false},
            {"escaped text", clientWith("", "webauthn\\u002eget"), true},
            {"spaces", " \t" + clientWith("") + "\r\n", true},
            {"something behind", clientWith("") + "x", false},
            {"a byte order mark", "\xEF\xBB\xBF" + clientWith(""), false},
            {"no UTF-8", clientWith(",\"x\":\"\xC0\x80\""), false},
            {"half a surrogate", clientWith(",\"x\":\"\\ud800\""), false},
            {"a surrogate pair", clientWith(",\"x\":\"\\ud83d\\ude00\""), true},
            {"a comma too many", clientWith(","), false},
            {"a leading zero", clientWith(",\"x\":01"), false},
            {"not a number", clientWith(",\"x\":NaN"), false},
            {"an array", "[" + clientWith("") + "]", false},
            {"too long", clientWith(",\"x\":\"" + std::string(4096, 'x') + "\""), false},
        };
        const Signer signer;
        for (const Row& row : rows) {
            CAPTURE(row.name);
            CHECK((signer.wrong(row.client) == "") == row.holds);
        }
    }

    TEST_CASE("a point is on the curve and has its own y") {
        CHECK(crypto::keyFromPoint(hex(kPoint)).has_value());
        const auto other = crypto::keyFromPoint(hex(kOtherPoint));
        REQUIRE(other.has_value());
        CHECK_FALSE(*other == *crypto::keyFromPoint(hex(kPoint)));
        for (std::size_t at : {0U, 1U, 32U, 33U, 64U}) {
            CAPTURE(at);
            Buffer bad = hex(kPoint);
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ 2U);
            CHECK_FALSE(crypto::keyFromPoint(bad).has_value());
        }
        CHECK_FALSE(crypto::keyFromPoint(core::ByteView(hex(kPoint)).first(33)).has_value());
        CHECK_FALSE(crypto::keyFromPoint({}).has_value());
    }

    TEST_CASE("base64url has no padding and its own two letters") {
        CHECK(crypto::toBase64Url(hex("fbff")) == "-_8");
        CHECK(crypto::toBase64Url(hex("00")) == "AA");
        CHECK(crypto::toBase64Url({}) == "");
        for (const char* text : {"", "fb", "fbff", "fbffff", "00112233"}) {
            const auto again = crypto::fromBase64Url(crypto::toBase64Url(hex(text)));
            REQUIRE(again.has_value());
            CHECK(*again == hex(text));
        }
        for (const char* text : {"+_8", "-_8=", "A", "AB", "A A", "-_9"}) {
            CAPTURE(text);
            CHECK_FALSE(crypto::fromBase64Url(text).has_value());
        }
    }
}

TEST_SUITE("crypto/client_data") {
    TEST_CASE("depth is bounded") {
        const auto nested = [](std::size_t depth) {
            return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
        };
        CHECK(crypto::readJsonObject(viewOf(nested(crypto::kJsonDepth))).has_value());
        CHECK_FALSE(crypto::readJsonObject(viewOf(nested(crypto::kJsonDepth + 1))).has_value());
        CHECK_FALSE(crypto::readJsonObject(viewOf(nested(100'000))).has_value());
    }

    TEST_CASE("members have their types and texts") {
        const auto object = crypto::readJsonObject(
            viewOf(R"({"a":"\u00e9\n\/\u6c49","b":true,"c":false,"d":null,"e":-0.5E-7,"f":{}})"));
        REQUIRE(object.has_value());
        CHECK(object->at("a").text == "é\n/汉");
        CHECK(object->at("b").type == JsonMember::Type::True);
        CHECK(object->at("c").type == JsonMember::Type::False);
        CHECK(object->at("d").type == JsonMember::Type::Null);
        CHECK(object->at("e").type == JsonMember::Type::Number);
        CHECK(object->at("f").type == JsonMember::Type::Container);
    }

    TEST_CASE("what is no object is nothing") {
        for (const char* text : {"",
                                 "{",
                                 "}",
                                 "null",
                                 R"("a")",
                                 R"({"a"})",
                                 R"({"a":})",
                                 "{,}",
                                 R"({"a":1,})",
                                 R"({"a":1 "b":2})",
                                 "{a:1}",
                                 R"({"a":1}})",
                                 R"({"a":tru})",
                                 R"({"a":-})",
                                 R"({"a":1.})",
                                 R"({"a":.5})",
                                 R"({"a":1e})",
                                 R"({"a":+1})",
                                 "{\"a\":\"\t\"}",
                                 R"({"a":"\x"})",
                                 R"({"a":"\u12"})",
                                 R"({"a":")",
                                 R"({"a":[1,]})",
                                 R"({"a":[})",
                                 R"({"a":[1}])",
                                 R"({"a":"\udc00"})",
                                 R"({"a":"\ud800\u0041"})"}) {
            CAPTURE(text);
            CHECK_FALSE(crypto::readJsonObject(viewOf(text)).has_value());
        }
    }
}
