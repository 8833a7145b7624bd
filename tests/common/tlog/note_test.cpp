// SPDX-License-Identifier: Apache-2.0
// Notes against vectors of other implementations, and against everything that is nearly a note.
#include "common/tlog/note.hpp"

#include "tests/common/tlog/fixtures.hpp"

namespace {

using namespace liuhen;
using namespace liuhen::test;
using core::ErrorKind;

const std::string kKeyText = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kLine =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

tlog::NotePublicKey exampleBytes() {
    return exampleKey().publicBytes();
}

bool refused(const std::string& note) {
    const auto parsed = tlog::parseNote(note);
    return !parsed && parsed.error().kind == ErrorKind::InvalidArgument;
}

}  // namespace

TEST_SUITE("tlog/note") {
    TEST_CASE("the example of Go's sumdb/note is made and verified byte for byte") {
        const std::string made = must(tlog::signNote(kText, "PeterNeumann", exampleKey()));
        CHECK(made == kText + "\n" + kLine);
        const tlog::Note note = must(tlog::parseNote(made));
        CHECK(note.text == kText);
        REQUIRE(note.signatures.size() == 1);
        CHECK(note.signatures[0].name == "PeterNeumann");
        CHECK(note.signatures[0].keyId == 0xC74F20A3);
        CHECK(tlog::verifySignature(note, "PeterNeumann", exampleBytes()));
        CHECK_FALSE(tlog::verifySignature(note, "PeterNeuman", exampleBytes()));
        CHECK_FALSE(
            tlog::verifySignature(note, "PeterNeumann", crypto::NoteKey::generate().publicBytes()));
    }

    TEST_CASE("verifier keys of other implementations are read and written the same") {
        for (const std::string& text :
             {kKeyText,
              std::string("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"),
              std::string(
                  "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")}) {
            CAPTURE(text);
            const tlog::VerifierKey key = must(tlog::parseVerifierKey(text));
            CHECK(tlog::toText(key) == text);
        }
        CHECK(must(tlog::parseVerifierKey(kKeyText)) ==
              tlog::VerifierKey{"PeterNeumann", tlog::NoteKeyType::Ed25519, exampleBytes()});
    }

    TEST_CASE("a verifier key with any part cut off or any character changed is refused") {
        for (std::size_t begin = 0; begin <= kKeyText.size(); ++begin) {
            for (std::size_t end = begin; end <= kKeyText.size(); ++end) {
                if (end - begin != kKeyText.size()) {
                    CHECK_FALSE(tlog::parseVerifierKey(kKeyText.substr(begin, end - begin)));
                }
            }
        }
        for (std::size_t i = 0; i < kKeyText.size(); ++i) {
            std::string changed = kKeyText;
            changed[i] = static_cast<char>(changed[i] + 1);
            CHECK_FALSE(tlog::parseVerifierKey(changed));
        }
        // A longer key with a matching id, and an unknown signature type (0x65) with a matching id.
        CHECK_FALSE(tlog::parseVerifierKey(
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="));
        CHECK_FALSE(tlog::parseVerifierKey(
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
    }

    TEST_CASE("what is nearly a note is refused") {
        const std::string good = kText + "\n" + kLine;
        REQUIRE_FALSE(refused(good));
        for (std::size_t length = 0; length < good.size(); ++length) {
            CHECK(refused(good.substr(0, length)));
        }
        CHECK(refused(good + "\n"));
        CHECK(refused(good + "x"));
        CHECK(refused(kText + kLine));
        CHECK(refused("\n" + kLine));
        CHECK(refused(kText + "\n"));
        CHECK(refused(kText + "\n- PeterNeumann x08go/ZJ\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94 PeterNeumann\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94  x08go/ZJ\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94 Peter+Neumann x08go/ZJ\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94 Peter\xC2\xA0Neumann x08go/ZJ\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94 PeterNeumann x08go/ZJ x\n"));
        CHECK(refused(kText + "\n\xE2\x80\x94 PeterNeumann x08gow==\n"));  // an id alone
        CHECK(refused("a\tb\n\n" + kLine));
        CHECK(refused("a\rb\n\n" + kLine));
        CHECK(refused(std::string("a\0b\n\n", 5) + kLine));
        CHECK(refused("a\xFF\n\n" + kLine));
    }

    TEST_CASE("a text may have empty lines; the last one ends it") {
        const std::string made = must(tlog::signNote("one\n\ntwo\n", "k", exampleKey()));
        CHECK(must(tlog::parseNote(made)).text == "one\n\ntwo\n");
    }

    TEST_CASE("size and number of signatures are bounded") {
        std::string note = kText + "\n";
        for (std::size_t i = 0; i < tlog::kNoteSignatures; ++i) {
            note += kLine;
        }
        CHECK(tlog::verifySignature(must(tlog::parseNote(note)), "PeterNeumann", exampleBytes()));
        CHECK(refused(note + kLine));
        const std::string longText(tlog::kNoteBytes - kLine.size() - 2, 'x');
        CHECK_FALSE(refused(longText + "\n\n" + kLine));
        CHECK(refused(longText + "x\n\n" + kLine));
    }

    TEST_CASE("a bad signature under the key's name and id spoils a good one beside it") {
        const std::string other = must(tlog::signNote("other\n", "PeterNeumann", exampleKey()));
        const std::string badLine = other.substr(other.find("\n\n") + 2);
        const std::string stranger =
            must(tlog::signNote(kText, "PeterNeumann", crypto::NoteKey::generate()));
        const std::string strangerLine = stranger.substr(stranger.find("\n\n") + 2);
        const auto verifies = [](const std::string& lines) {
            return tlog::verifySignature(
                must(tlog::parseNote(kText + "\n" + lines)), "PeterNeumann", exampleBytes());
        };
        CHECK(verifies(kLine + strangerLine));
        CHECK_FALSE(verifies(strangerLine));
        CHECK_FALSE(verifies(kLine + badLine));
        CHECK_FALSE(verifies(badLine + kLine));
    }

    TEST_CASE("a cosignature is the one that an independent tool makes") {
        // Made with openssl pkeyutl over the message of C2SP tlog-cosignature, with the example
        // key.
        const std::string text =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        const std::string line =
            must(tlog::cosign(text, "witness.example.com/w1", exampleKey(), 1679315147));
        CHECK(
            line ==
            "\xE2\x80\x94 witness.example.com/w1 "
            "1GorGwAAAABkGFDLJeR//pqzhnEKVvEm2wWbh2RJ6oru5+cUUfm5X9NnlaGr8aSH9QE5RVZD4QGlxl2F5UpVI"
            "Ii94p178KLfqPPsAA==\n");
        const tlog::Note note = must(tlog::parseNote(text + "\n" + line));
        CHECK(tlog::verifyCosignature(note, "witness.example.com/w1", exampleBytes()) ==
              std::optional<std::uint64_t>(1679315147));
        // It is no plain signature, and no other witness's.
        CHECK_FALSE(tlog::verifySignature(note, "witness.example.com/w1", exampleBytes()));
        CHECK_FALSE(tlog::verifyCosignature(note, "witness.example.com/w2", exampleBytes()));
        CHECK(tlog::toText(
                  {"witness.example.com/w1", tlog::NoteKeyType::CosignatureV1, exampleBytes()}) ==
              "witness.example.com/w1+d46a2b1b+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    }

    TEST_CASE("a cosignature over other text or at another time is refused") {
        const std::string line = must(tlog::cosign("text\n", "w", exampleKey(), 1000));
        const auto timeOf = [](const std::string& note) {
            return tlog::verifyCosignature(must(tlog::parseNote(note)), "w", exampleBytes());
        };
        CHECK(timeOf("text\n\n" + line) == std::optional<std::uint64_t>(1000));
        CHECK_FALSE(timeOf("test\n\n" + line));
        // "— w " and base64 of id (4), time (8), signature (64): one bit of each byte in turn.
        const std::string_view digits = std::string_view(line).substr(6, line.size() - 7);
        const core::Buffer good = must(core::fromBase64(digits));
        REQUIRE(good.size() == 76);
        for (std::size_t i = 0; i < good.size(); ++i) {
            core::Buffer turned = good;
            turned[i] ^= 0x10U;
            CHECK_FALSE(timeOf("text\n\n" + line.substr(0, 6) + core::toBase64(turned) + "\n"));
        }
        const std::string later = must(tlog::cosign("text\n", "w", exampleKey(), 2000));
        CHECK(timeOf("text\n\n" + later + line) == std::optional<std::uint64_t>(2000));
        CHECK_FALSE(tlog::cosign("text\n", "w", exampleKey(), std::uint64_t{1} << 63U));
    }

    TEST_CASE("a line is added to a note once") {
        const std::string note = must(tlog::signNote(kText, "PeterNeumann", exampleKey()));
        const std::string line = must(tlog::cosign(kText, "w", exampleKey(), 1));
        const std::string more = must(tlog::withSignature(note, line));
        CHECK(more == note + line);
        CHECK(must(tlog::withSignature(more, line)) == more);
        CHECK_FALSE(tlog::withSignature(note, line + line));
        CHECK_FALSE(tlog::withSignature(note, line.substr(0, line.size() - 1)));
        CHECK_FALSE(tlog::withSignature(note, "\n"));
        CHECK_FALSE(tlog::withSignature(note, ""));
        CHECK_FALSE(tlog::withSignature(kText, line));
    }

    TEST_CASE("what cannot stand in a note is not signed") {
        for (const char* text : {"", "no newline", "a\tb\n", "\xC0\x80\n", "\xED\xA0\x80\n"}) {
            CHECK_FALSE(tlog::signNote(text, "k", exampleKey()));
            CHECK_FALSE(tlog::cosign(text, "k", exampleKey(), 1));
        }
        for (const char* name :
             {"", "a b", "a+b", "a\nb", "a\xE3\x80\x80z", "a\xE2\x80\xA8z", "\xFF"}) {
            CHECK_FALSE(tlog::isKeyName(name));
            CHECK_FALSE(tlog::signNote("t\n", name, exampleKey()));
            CHECK_FALSE(tlog::cosign("t\n", name, exampleKey(), 1));
        }
        CHECK(tlog::isKeyName("vault.example/log"));
        CHECK(tlog::isKeyName("\xE7\x95\x99\xE7\x97\x95"));
    }
}
