// SPDX-License-Identifier: Apache-2.0
// Leaves that say how long, and in how many copies, things are kept (custody.md sections 2, 7, 8).
#include "common/evidence/messages.hpp"

#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("evidence/leaf");

namespace liuhen::evidence::test {

namespace {

struct Row {
    const char* name;
    const char* kind;
    const char* field;
    Cbor value;
    bool good;
};

/// A good body of a kind, with other values for some of its fields.
Buffer leafOf(std::string_view kind, const std::map<std::string, Cbor>& others) {
    std::map<std::string, Cbor> fields = {{"single_copy", true}, {"minimum_age_hours", nullptr}};
    if (kind != "policy") {
        fields = {{"device", "CAM-1"},
                  {"generation", 0},
                  {"recording", 7},
                  {"object", nullptr},
                  {"by", Digest{1}}};
    }
    if (kind == "retention") {
        fields["class"] = "case";
    } else if (kind != "policy") {
        fields["hold"] = Digest{2};
        fields["reason"] = Digest{3};
    }
    Cbor body = Cbor::map({});
    for (const auto& [name, value] : fields) {
        const auto other = others.find(name);
        body.set(name, other == others.end() ? value : other->second);
    }
    return encodeLeaf(1, kind, std::move(body));
}

Buffer importOf(const std::map<std::string, Cbor>& others) {
    const std::map<std::string, Cbor> fields = {{"object", Digest{1}},
                                                {"size", 7},
                                                {"origin", "import"},
                                                {"verdict", "unproven"},
                                                {"media", "photo"},
                                                {"maker", "m"},
                                                {"device", "d"},
                                                {"from", 5},
                                                {"until", 6},
                                                {"file", Digest{2}},
                                                {"wearer", Digest{3}},
                                                {"reason", Digest{4}},
                                                {"by", Digest{5}}};
    Cbor body = Cbor::map({});
    for (const auto& [name, value] : fields) {
        const auto other = others.find(name);
        body.set(name, other == others.end() ? value : other->second);
    }
    return encodeLeaf(1, "imported", std::move(body));
}

}  // namespace

TEST_CASE("a leaf of an import says that it is one, and that it is unproven") {
    CHECK(Leaf::decode(importOf({})));
    CHECK(Leaf::decode(importOf({{"from", 6}})));
    CHECK(Leaf::decode(importOf({{"media", "video"}})));
    CHECK(Leaf::decode(importOf({{"media", "sound"}})));
    CHECK(Leaf::decode(importOf({{"device", std::string(64, 'x')}})));
    const std::vector<std::pair<std::string, Cbor>> wrong = {{"verdict", "intact"},
                                                             {"origin", "recorder"},
                                                             {"media", "text"},
                                                             {"media", nullptr},
                                                             {"maker", ""},
                                                             {"device", std::string(65, 'x')},
                                                             {"from", 7},
                                                             {"until", -1},
                                                             {"size", nullptr},
                                                             {"wearer", "who"},
                                                             {"file", "name.jpg"},
                                                             {"reason", nullptr},
                                                             {"by", 1}};
    for (const auto& [field, value] : wrong) {
        CAPTURE(field);
        CHECK_FALSE(Leaf::decode(importOf({{field, value}})));
    }
    CHECK_FALSE(ObjectLeaf::decode(importOf({})));
}

TEST_CASE("leaves of policy, holds and retention have their fields") {
    const std::vector<Row> rows = {
        {"a policy", "policy", "single_copy", false, true},
        {"of an age", "policy", "minimum_age_hours", 72, true},
        {"which is a number", "policy", "minimum_age_hours", "72", false},
        {"of no truth", "policy", "single_copy", 1, false},
        {"a hold", "hold.placed", "generation", 3, true},
        {"on a recording and an object", "hold.placed", "object", Digest{4}, false},
        {"on nothing", "hold.placed", "recording", nullptr, false},
        {"whose reason is told in clear", "hold.placed", "reason", "because", false},
        {"lifted", "hold.lifted", "generation", 3, true},
        {"lifted without a name", "hold.lifted", "hold", nullptr, false},
        {"a class", "retention", "class", "minor", true},
        {"that is none", "retention", "class", nullptr, false},
        {"by somebody told in clear", "retention", "by", "who", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(Leaf::decode(leafOf(row.kind, {})));
        CHECK(Leaf::decode(leafOf(row.kind, {{row.field, row.value}})).has_value() == row.good);
    }
    CHECK(Leaf::decode(leafOf("hold.placed", {{"recording", nullptr}, {"object", Digest{5}}})));
}

}  // namespace liuhen::evidence::test

TEST_SUITE_END();
