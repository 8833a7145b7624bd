// SPDX-License-Identifier: Apache-2.0
// Checkpoints: one of a public log with its witnesses, our own, and what is nearly one.
#include "common/tlog/checkpoint.hpp"

#include "tests/common/tlog/fixtures.hpp"

namespace {

using namespace liuhen;
using namespace liuhen::test;

/// A checkpoint of a public test log, as its witnesses cosigned it in 2026.
const std::string kPublic =
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
    "\n"
    "\xE2\x80\x94 arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFb"
    "on5"
    "Ch9MNL5zRNZ55lvGt0=\n"
    "\xE2\x80\x94 arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "\xE2\x80\x94 witness1.smartit.nu/witness1 "
    "pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/"
    "iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZ"
    "sDsUAQ==\n"
    "\xE2\x80\x94 remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/"
    "zZ0WBxtqB0D"
    "rAWfBw==\n";

tlog::VerifierKey keyOf(const char* text) {
    return must(tlog::parseVerifierKey(text));
}

std::string noteOf(const std::string& text) {
    return must(tlog::signNote(text, "k", exampleKey()));
}

}  // namespace

TEST_SUITE("tlog/checkpoint") {
    TEST_CASE("a public log's checkpoint verifies with its key and its witnesses' keys") {
        const tlog::SignedCheckpoint parsed = must(tlog::parseCheckpoint(kPublic));
        CHECK(parsed.checkpoint.origin == "arche2025h1.staging.ct.transparency.dev");
        CHECK(parsed.checkpoint.size == 1432088532);
        CHECK(parsed.note.signatures.size() == 4);
        const tlog::VerifierKey log = keyOf(
            "arche2025h1.staging.ct.transparency.dev+ba2f06c0+"
            "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f");
        CHECK(tlog::verifySignature(parsed.note, log.name, log.publicKey));
        for (const char* text :
             {"witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
              "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"}) {
            const tlog::VerifierKey witness = keyOf(text);
            CHECK(tlog::verifyCosignature(parsed.note, witness.name, witness.publicKey) ==
                  std::optional<std::uint64_t>(1779573024));
        }
    }

    TEST_CASE("a changed size or root no longer verifies") {
        const tlog::VerifierKey log = keyOf(
            "arche2025h1.staging.ct.transparency.dev+ba2f06c0+"
            "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f");
        const tlog::VerifierKey witness =
            keyOf("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2");
        for (const std::size_t position : {kPublic.find("1432"), kPublic.find("U7WM")}) {
            std::string changed = kPublic;
            changed[position] = changed[position] == '1' ? '2' : 'V';
            const tlog::SignedCheckpoint parsed = must(tlog::parseCheckpoint(changed));
            CHECK_FALSE(tlog::verifySignature(parsed.note, log.name, log.publicKey));
            CHECK_FALSE(tlog::verifyCosignature(parsed.note, witness.name, witness.publicKey));
        }
    }

    TEST_CASE("a checkpoint of ours is the one that an independent tool makes") {
        tlog::Checkpoint checkpoint{"example.com/behind-the-sofa", 20852163, {}};
        const core::Buffer root =
            must(core::fromBase64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="));
        std::copy(root.begin(), root.end(), checkpoint.root.begin());
        const std::string note =
            must(tlog::signCheckpoint(checkpoint, checkpoint.origin, exampleKey()));
        CHECK(note ==
              "example.com/behind-the-sofa\n20852163\n"
              "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
              "\xE2\x80\x94 example.com/behind-the-sofa "
              "vtVYG5/3L9NHv4CxP0XTzEcSuWnwY/BYfHU7NnQPhQyrEuH+AqeHvF+HXNvu8ujR9RQHE17Tcer4sDE9uIi/"
              "Yx6ihwc=\n");
        CHECK(must(tlog::parseCheckpoint(note)).checkpoint == checkpoint);
    }

    TEST_CASE("what is nearly a checkpoint is refused") {
        const std::string root = core::toBase64(tlog::leafHash({})) + "\n";
        REQUIRE(tlog::parseCheckpoint(noteOf("o\n1\n" + root)));
        for (const std::string& text : {std::string("o\n1\n"),
                                        "\n1\n" + root,
                                        "o\n01\n" + root,
                                        "o\n+1\n" + root,
                                        "o\n-1\n" + root,
                                        "o\n 1\n" + root,
                                        "o\n\n" + root,
                                        "o\n0x1\n" + root,
                                        "o\n18446744073709551616\n" + root,
                                        "o\n1\n" + root + "extension\n",
                                        "o\n1\n" + root + "\n",
                                        std::string("o\n1\nAAAA\n"),
                                        "o\n1\nA" + root,
                                        "o\n0\n" + root}) {
            CAPTURE(text);
            const auto parsed = tlog::parseCheckpoint(noteOf(text));
            REQUIRE_FALSE(parsed);
            CHECK(parsed.error().kind == core::ErrorKind::InvalidArgument);
        }
        CHECK(tlog::parseCheckpoint(noteOf("o\n18446744073709551615\n" + root)));
        CHECK(tlog::parseCheckpoint(noteOf("o\n0\n" + core::toBase64(tlog::emptyRoot()) + "\n")));
    }

    TEST_CASE("an origin that would break the text is not signed") {
        for (const char* origin : {"", "a\nb", "a\tb", "\xFF"}) {
            CHECK_FALSE(tlog::signCheckpoint({origin, 0, tlog::emptyRoot()}, "k", exampleKey()));
        }
    }
}
