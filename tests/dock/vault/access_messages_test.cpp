// SPDX-License-Identifier: Apache-2.0
// The verbs of access on the socket: read as they were written, and nothing else.
#include "dock/vault/messages.hpp"
#include "tests/dock/vault/bench.hpp"
#include "tests/support/software_authenticator.hpp"

TEST_SUITE_BEGIN("vault/access_messages");

namespace liuhen::vault::test {

using core::Cbor;
using tests::idOf;

namespace {

std::vector<AccessRequest> everyRequest() {
    evidence::RequestBody ask;
    ask.purpose = "copy";
    ask.subjects = {{"LH-1", 0, 3, std::nullopt, std::pair(1, 2)},
                    {"LH-1", std::nullopt, std::nullopt, idOf("o"), std::nullopt}};
    ask.by = idOf("officer");
    ask.caseNumber = idOf("case");
    tests::Approver head("head");
    evidence::SignedApproval approval{core::Buffer(200, 1), {}};
    approval.signatures.push_back(head.sign(approval.approval));
    evidence::UseBody view{false, {}, idOf("grant"), idOf("officer"), ask.subjects[0]};
    evidence::UseBody copy{true, {}, idOf("grant"), idOf("officer"), ask.subjects[1]};
    return {PresentRequest{false, core::Buffer(100, 1)},
            PresentRequest{true, core::Buffer(100, 1)},
            AskRequest{ask},
            ApproveRequest{approval},
            UseRequest{view},
            UseRequest{copy},
            PartsRequest{idOf("view"), 1, 2},
            ReadRequest{idOf("view"), 1, 2, 3},
            EndRequest{{idOf("grant"), idOf("officer")}}};
}

}  // namespace

TEST_CASE("every request of access is read as it was written") {
    std::size_t kind = 0;
    for (const AccessRequest& request : everyRequest()) {
        const Buffer bytes = encode(Request(request));
        const Request read = must(parseRequest(bytes));
        REQUIRE(std::holds_alternative<AccessRequest>(read));
        CHECK(std::get<AccessRequest>(read).index() == request.index());
        CHECK(encode(read) == bytes);
        kind = std::max(kind, request.index());
    }
    CHECK(kind + 1 == std::variant_size_v<AccessRequest>);
}

TEST_CASE("no field can be left out, added or be of another type") {
    for (const AccessRequest& request : everyRequest()) {
        const Cbor whole = toCbor(request);
        const std::string verb = *whole.find("verb")->text();
        for (const auto& [key, value] : *whole.pairs()) {
            CAPTURE(verb);
            CAPTURE(*key.text());
            if (*key.text() == "verb") {
                continue;
            }
            Cbor::Map without;
            Cbor::Map other;
            for (const auto& pair : *whole.pairs()) {
                if (!(pair.first == key)) {
                    without.push_back(pair);
                    other.push_back(pair);
                }
            }
            other.emplace_back(key, Cbor(-1));
            CHECK(parseRequest(Cbor::mapOf(without).encode()).error().kind ==
                  core::ErrorKind::InvalidArgument);
            CHECK_FALSE(parseRequest(Cbor::mapOf(other).encode()).has_value());
            // What the vault draws cannot stand in the place of another field.
            for (const char* drawn : {"request", "view", "copy", "more"}) {
                Cbor::Map exchanged = without;
                if (whole.find(drawn) == nullptr) {
                    exchanged.emplace_back(drawn, idOf("drawn"));
                    CHECK_FALSE(parseRequest(Cbor::mapOf(exchanged).encode()).has_value());
                }
            }
        }
        Cbor more = whole;
        more.set("more", 1);
        CHECK_FALSE(parseRequest(more.encode()).has_value());
    }
}

TEST_CASE("no field can be added deeper in a request") {
    Cbor subject = evidence::AccessSubject{"LH-1", 0, 3, std::nullopt, std::nullopt}.toCbor();
    const auto view = [](const Cbor& of) {
        return Cbor::map(
            {{"verb", "view"}, {"grant", idOf("g")}, {"by", idOf("o")}, {"subject", of}});
    };
    CHECK(parseRequest(view(subject).encode()).has_value());
    subject.set("more", 1);
    CHECK_FALSE(parseRequest(view(subject).encode()).has_value());
}

TEST_CASE("bounds of requests") {
    evidence::RequestBody ask;
    ask.purpose = "view";
    ask.subjects = {{"LH-1", 0, 3, std::nullopt, std::nullopt}};
    CHECK(parseRequest(encode(Request(AccessRequest(AskRequest{ask})))).has_value());
    SUBCASE("a path as device") {
        ask.subjects[0].device = "../x";
    }
    SUBCASE("a number that no row holds") {
        ask.subjects[0].recording = UINT64_MAX;
    }
    SUBCASE("another purpose") {
        ask.purpose = "delete";
    }
    SUBCASE("no subject") {
        ask.subjects.clear();
    }
    CHECK_FALSE(parseRequest(encode(Request(AccessRequest(AskRequest{ask})))).has_value());
    CHECK_FALSE(parseRequest(encode(Request(AccessRequest(PresentRequest{false, Buffer(9000)}))))
                    .has_value());
    CHECK_FALSE(parseRequest(encode(Request(AccessRequest(ReadRequest{{}, 0, UINT64_MAX, 1}))))
                    .has_value());
}

TEST_CASE("answers are read as they were written") {
    const Asked asked{idOf("a"), idOf("b"), 7};
    const Asked askedAgain = must(readAsked(toCbor(asked)));
    CHECK(askedAgain.request == asked.request);
    CHECK(askedAgain.leaf == asked.leaf);
    CHECK(askedAgain.index == 7);
    const Opened opened = must(readOpened(toCbor(Opened{idOf("v"), 8, 9, {{1, 2, 3}, {4, 5, 6}}})));
    CHECK(opened.use == idOf("v"));
    CHECK(opened.untilUs == 9);
    REQUIRE(opened.segments.size() == 2);
    CHECK(opened.segments[1].fromNs == 6);
    const ListedParts parts = must(readListedParts(toCbor(ListedParts{
        10, 2, "avc1", {{1, 2, 3, 4, true}, {5, 6, 7, 8, false}, {9, 1, 2, 3, {}}}, true})));
    CHECK(parts.sizeBytes == 10);
    CHECK(parts.more);
    CHECK(parts.parts ==
          std::vector<ListedPart>{{1, 2, 3, 4, true}, {5, 6, 7, 8, false}, {9, 1, 2, 3, {}}});
    CHECK_FALSE(readListedParts(Cbor::map({{"size", 1},
                                           {"init", 1},
                                           {"codecs", ""},
                                           {"more", false},
                                           {"parts", Cbor::array({Cbor::array({1, 2, 3, 4, 5})})}}))
                    .has_value());
    const ReadBytes bytes = must(readReadBytes(toCbor(ReadBytes{Buffer(5, 1), 100})));
    CHECK(bytes.bytes == Buffer(5, 1));
    CHECK(bytes.sizeBytes == 100);
    CHECK_FALSE(readListedParts(Cbor::map({{"size", 1}})).has_value());
}

TEST_CASE("a refusal tells its reason") {
    CHECK(refusedReason({core::ErrorKind::PermissionDenied, "access refused: used_up: ask anew"}) ==
          "used_up");
    CHECK_FALSE(refusedReason({core::ErrorKind::NotFound, "nothing"}).has_value());
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
