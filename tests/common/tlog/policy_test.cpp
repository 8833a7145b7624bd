// SPDX-License-Identifier: Apache-2.0
// Policies: the shape of C2SP's example, quorums with witnesses away and lying, malformed lines.
#include "common/tlog/policy.hpp"

#include "common/tlog/checkpoint.hpp"
#include "tests/common/tlog/fixtures.hpp"

#include <fmt/format.h>

namespace {

using namespace liuhen;
using namespace liuhen::test;

constexpr std::uint64_t kTime = 1'770'000'000;

/// A log and six witnesses, x1 to x3 and y1 to y3.
struct Site {
    crypto::NoteKey log = crypto::NoteKey::generate();
    std::vector<std::string> names = {"x1", "x2", "x3", "y1", "y2", "y3"};
    std::vector<crypto::NoteKey> keys;
    tlog::Checkpoint checkpoint{"log.example", 3, core::Digest{7}};

    Site() {
        for (std::size_t i = 0; i < names.size(); ++i) {
            keys.push_back(crypto::NoteKey::generate());
        }
    }
    [[nodiscard]] std::string logLine() const {
        return fmt::format("log {}\n",
                           toText(tlog::VerifierKey{
                               checkpoint.origin, tlog::NoteKeyType::Ed25519, log.publicBytes()}));
    }
    [[nodiscard]] std::string witnessLine(std::size_t i) const {
        return fmt::format("witness {} {}\n",
                           names[i],
                           toText(tlog::VerifierKey{
                               names[i], tlog::NoteKeyType::CosignatureV1, keys[i].publicBytes()}));
    }
    [[nodiscard]] std::string witnessLines() const {
        std::string text;
        for (std::size_t i = 0; i < names.size(); ++i) {
            text += witnessLine(i);
        }
        return text;
    }
    /// The checkpoint as so many cosigned it; those of `lying` another text.
    [[nodiscard]] tlog::Note note(const std::vector<std::size_t>& who,
                                  const std::vector<std::size_t>& lying = {}) const {
        std::string note = must(tlog::signCheckpoint(checkpoint, checkpoint.origin, log));
        for (const std::size_t i : who) {
            const std::string line =
                must(tlog::cosign(tlog::toText(checkpoint), names[i], keys[i], kTime));
            note = must(tlog::withSignature(note, line));
        }
        for (const std::size_t i : lying) {
            const std::string line =
                must(tlog::cosign("another\n4\nroot\n", names[i], keys[i], kTime));
            note = must(tlog::withSignature(note, line));
        }
        return must(tlog::parseNote(note));
    }
};

tlog::WitnessPolicy policyOf(const std::string& text) {
    return must(tlog::WitnessPolicy::parse(text));
}

}  // namespace

TEST_SUITE("tlog/policy") {
    TEST_CASE("two of three witnesses are enough, one away or lying or not") {
        const Site site;
        const auto policy = policyOf(site.witnessLines() + "group g 2 x1 x2 x3\nquorum g\n");
        CHECK(policy.witnesses().size() == 6);
        CHECK(policy.isWitnessed(site.note({0, 1})));
        CHECK(policy.isWitnessed(site.note({2, 0})));
        CHECK(policy.isWitnessed(site.note({0, 1}, {2})));
        CHECK(policy.isWitnessed(site.note({0, 1, 2})));
        CHECK_FALSE(policy.isWitnessed(site.note({})));
        CHECK_FALSE(policy.isWitnessed(site.note({1})));
        CHECK_FALSE(policy.isWitnessed(site.note({1}, {0, 2})));
        CHECK_FALSE(policy.isWitnessed(site.note({1, 3, 4, 5})));
    }

    TEST_CASE("groups of groups, and the log that a policy names") {
        const Site site;
        const std::string groups =
            "group X-witnesses 2 x1 x2 x3\n"
            "group Y-witnesses any y1 y2 y3\n"
            "group X-and-Y all X-witnesses Y-witnesses\n"
            "quorum X-and-Y\n";
        const auto policy =
            policyOf("# example\n\n" + site.logLine() + site.witnessLines() + groups);
        CHECK(policy.isWitnessed(site.note({0, 1, 3})));
        CHECK(policy.isWitnessed(site.note({1, 2, 5})));
        CHECK_FALSE(policy.isWitnessed(site.note({0, 1, 2})));
        CHECK_FALSE(policy.isWitnessed(site.note({0, 3, 4, 5})));
        Site other;
        other.keys = site.keys;  // the same witnesses, another log
        CHECK_FALSE(policy.isWitnessed(other.note({0, 1, 3})));
    }

    TEST_CASE("with the quorum none nothing is ever witnessed") {
        const Site site;
        CHECK_FALSE(policyOf("quorum none\n").isWitnessed(site.note({0})));
        CHECK_FALSE(policyOf(site.witnessLines() + "quorum none\n").isWitnessed(site.note({0})));
        CHECK(policyOf(site.witnessLines() + "quorum x1\n").isWitnessed(site.note({0})));
    }

    TEST_CASE("a malformed policy is refused with its line") {
        const Site site;
        const std::string w = site.witnessLine(0);
        struct Row {
            const char* name;
            std::string text;
            const char* told;
        };
        const std::vector<Row> rows = {
            {"empty", "", "no quorum"},
            {"no quorum", w, "no quorum"},
            {"two quorums", w + "quorum x1\nquorum x1\n", "line 3: there is a quorum already"},
            {"an unknown quorum", w + "quorum x2\n", "line 2: the quorum is not defined"},
            {"an unknown word", "mirror\n" + w + "quorum x1\n", "line 1: it begins with none of"},
            {"no last newline", w + "quorum x1", "line 2: it does not end"},
            {"a control character", w + "quorum x1\r\n", "control character"},
            {"a name twice", w + "group x1 any x1\nquorum x1\n", "line 2: this name is taken"},
            {"a key twice", w + "witness again" + w.substr(10) + "quorum x1\n", "there already"},
            {"a member twice", w + "group g any x1 x1\nquorum g\n", "in a group already"},
            {"a member that is not there", w + "group g any x2\nquorum g\n", "not defined"},
            {"a threshold too high", w + "group g 2 x1\nquorum g\n", "threshold"},
            {"a threshold of 0", w + "group g 0 x1\nquorum g\n", "threshold"},
            {"the name none", "witness none" + w.substr(10) + "quorum x1\n", "'none'"},
            {"a log's key",
             site.logLine() + "witness a" + site.logLine().substr(3) + "quorum a\n",
             "another signature type"},
            {"a key that is none", "witness a b+c\nquorum a\n", "line 1: read verifier key"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            SUBCASE(row.name) {
                const auto policy = tlog::WitnessPolicy::parse(row.text);
                REQUIRE_FALSE(policy.has_value());
                CAPTURE(policy.error().message);
                CHECK(policy.error().message.find(row.told) != std::string::npos);
            }
        }
    }
}
