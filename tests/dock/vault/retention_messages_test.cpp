// SPDX-License-Identifier: Apache-2.0
// Tests of the messages about holds and classes.
#include "dock/vault/messages.hpp"
#include "tests/dock/vault/bench.hpp"

#include <map>

TEST_SUITE_BEGIN("vault/retention_messages");

namespace liuhen::vault::test {

using core::Cbor;

namespace {

/// A good request with another value for one of its fields, or without it.
Cbor requestWith(const char* verb, const char* field, const std::optional<Cbor>& value) {
    std::map<std::string, Cbor> fields = {{"verb", verb}, {"by", "who"}};
    if (std::string_view(verb) == "hold.lift") {
        fields["hold"] = Digest{1};
        fields["reason"] = "why";
    } else {
        fields["device"] = "CAM-1";
        fields["generation"] = 0;
        fields["recording"] = 7;
        fields[std::string_view(verb) == "retention.set" ? "class" : "reason"] = "years-10";
    }
    if (value) {
        fields[field] = *value;
    } else {
        fields.erase(field);
    }
    Cbor map = Cbor::map({});
    for (const auto& [name, each] : fields) {
        map.set(name, each);
    }
    return map;
}

}  // namespace

TEST_CASE("requests about holds and classes with anything wrong are refused") {
    struct Row {
        const char* verb;
        const char* field;
        std::optional<Cbor> value;
    };
    const std::vector<Row> rows = {
        {"hold.place", "device", "../x"},
        {"hold.place", "device", std::nullopt},
        {"hold.place", "generation", -1},
        {"hold.place", "generation", UINT64_MAX},
        {"hold.place", "recording", std::nullopt},  // on nothing
        {"hold.place", "object", Digest{1}},        // on both
        {"hold.place", "recording", nullptr},
        {"hold.place", "recording", "7"},
        {"hold.place", "reason", ""},
        {"hold.place", "reason", std::string(4097, 'x')},
        {"hold.place", "reason", "a\nb"},
        {"hold.place", "by", 1},
        {"hold.place", "by", std::nullopt},
        {"hold.place", "more", 1},
        {"hold.lift", "hold", Buffer(31, 0)},
        {"hold.lift", "hold", std::nullopt},
        {"hold.lift", "by", std::string(5000, 'x')},
        {"hold.lift", "device", "CAM-1"},
        {"hold.lift", "grant", nullptr},
        {"hold.lift", "grant", Buffer(33, 0)},
        {"hold.place", "grant", Digest{1}},
        {"retention.set", "grant", "yes"},
        {"retention.set", "class", ""},
        {"retention.set", "class", "Permanent"},
        {"retention.set", "class", std::string(65, 'x')},
        {"retention.set", "by", "\x1b"},
        {"retention.set", "reason", "why"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.verb);
        CAPTURE(row.field);
        CHECK(parseRequest(requestWith(row.verb, "by", "who").encode()));
        const auto request = parseRequest(requestWith(row.verb, row.field, row.value).encode());
        REQUIRE_FALSE(request);
        CHECK(request.error().kind == core::ErrorKind::InvalidArgument);
    }
    for (const char* verb : {"hold.list", "retention.list"}) {
        CHECK(parseRequest(Cbor::map({{"verb", verb}, {"after", 3}}).encode()));
        CHECK_FALSE(parseRequest(Cbor::map({{"verb", verb}, {"after", -3}}).encode()));
        CHECK_FALSE(parseRequest(Cbor::map({{"verb", verb}, {"before", 3}}).encode()));
    }
}

TEST_CASE("lists of holds and classes are read as they were written") {
    const Subject subject{"CAM-1", 2, 7, std::nullopt};
    const CommittedText who = CommittedText::make("who");
    const CommittedText erased{Digest{5}, {}, {}};
    const HoldList holds =
        must(readHolds(toCbor(HoldList{{{3, -4, Digest{6}, subject, who, erased}}, std::nullopt})));
    REQUIRE(holds.holds.size() == 1);
    CHECK(holds.holds[0].leaf == 3);
    CHECK(holds.holds[0].placedUs == -4);
    CHECK(holds.holds[0].hold == Digest{6});
    CHECK(holds.holds[0].subject == subject);
    CHECK(holds.holds[0].reason == who);
    CHECK(holds.holds[0].by == erased);
    CHECK_FALSE(holds.more);
    const Subject object{"CAM-1", 2, std::nullopt, Digest{8}};
    const RetentionList list = must(readRetentions(
        toCbor(RetentionList{archiveClasses(), {{9, 10, object, "years-10", who}}, 11})));
    CHECK(list.classes == archiveClasses());
    REQUIRE(list.set.size() == 1);
    CHECK(list.set[0].leaf == 9);
    CHECK(list.set[0].setUs == 10);
    CHECK(list.set[0].subject == object);
    CHECK(list.set[0].classId == "years-10");
    CHECK(list.set[0].by == who);
    CHECK(list.more == 11);
    const HoldAnswer answer = must(readHoldAnswer(toCbor(HoldAnswer{Digest{1}, object, 12})));
    CHECK(answer.hold == Digest{1});
    CHECK(answer.subject == object);
    CHECK(answer.leaf == 12);
    CHECK_FALSE(readHoldAnswer(Cbor::map({{"hold", Digest{1}}, {"leaf", 1}})));
    CHECK_FALSE(readHolds(Cbor::map({{"holds", Cbor::array({1})}, {"more", nullptr}})));
    CHECK_FALSE(readRetentions(Cbor::map({{"set", Cbor::array({})}})));
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
