// SPDX-License-Identifier: Apache-2.0
// Tests of the messages on the socket.
#include "dock/vault/messages.hpp"

#include "tests/dock/vault/bench.hpp"

TEST_SUITE_BEGIN("vault/messages");

namespace liuhen::vault::test {

using core::Cbor;

TEST_CASE("every request is read as it was written") {
    const Place chapter{"CAM-1", 2, ObjectType::Chapter, 9, 0, 0};
    const Place segment{"CAM-1", 2, ObjectType::Segment, 0, 4, 5};
    const std::string upload(32, 'a');
    const Request requests[] = {HelloRequest{},
                                HeldRequest{"CAM-1", 3, std::nullopt},
                                HeldRequest{"CAM-1", 3, 9},
                                OfferRequest{{chapter, 10, std::nullopt}},
                                OfferRequest{{chapter, 10, Digest{1}}},
                                OfferRequest{{segment, 11, std::nullopt}},
                                OfferRequest{{segment, 11, Digest{2}}},
                                BytesRequest{upload, 1, 2, true},
                                CommitRequest{upload},
                                CheckpointRequest{7},
                                CheckpointRequest{7, true},
                                CosignedRequest{"line"},
                                CosignedRequest{"line", 8},
                                LeavesRequest{3, 200},
                                IncidentRequest{{"what", "", "detail"}},
                                IncidentRequest{{"what", "", "detail"}, true},
                                StatusRequest{},
                                HoldPlaceRequest{{"CAM-1", 2, 7, std::nullopt}, "why", "who"},
                                HoldPlaceRequest{{"CAM-1", 2, {}, Digest{3}}, "why", "who"},
                                HoldLiftRequest{Digest{4}, "why", "who"},
                                HoldLiftRequest{Digest{4}, "why", "who", Digest{5}},
                                HoldListRequest{},
                                HoldListRequest{8},
                                RetentionSetRequest{{"CAM-1", 2, 7, {}}, "years-10", "who"},
                                RetentionSetRequest{{"CAM-1", 2, 7, {}}, "k", "who", Digest{5}},
                                RetentionListRequest{},
                                RetentionListRequest{9},
                                AccessRequest(EndRequest{})};  // the others: access_messages_test
    std::size_t kind = 0;
    for (const Request& request : requests) {
        const Buffer bytes = encode(request);
        const Request read = must(parseRequest(bytes));
        CHECK(read.index() == request.index());
        CHECK(encode(read) == bytes);
        kind = std::max(kind, request.index());
    }
    CHECK(kind + 1 == std::variant_size_v<Request>);
}

TEST_CASE("requests with anything wrong are refused") {
    const std::string upload(32, 'a');
    const std::pair<const char*, Cbor> rows[] = {
        {"no map", Cbor(1)},
        {"integer keys", Cbor::map({{1, 2}})},
        {"no verb", Cbor::map({{"device", "CAM-1"}})},
        {"a verb of another type", Cbor::map({{"verb", 1}})},
        {"a verb that removes", Cbor::map({{"verb", "delete"}})},
        {"a field too many", Cbor::map({{"verb", "hello"}, {"more", 1}})},
        {"a field is absent", Cbor::map({{"verb", "held"}, {"device", "CAM-1"}})},
        {"a path as device", Cbor::map({{"verb", "held"}, {"device", "../x"}, {"generation", 0}})},
        {"a negative number", Cbor::map({{"verb", "held"}, {"device", "C"}, {"generation", -1}})},
        {"a number too large", Cbor::map({{"verb", "checkpoint"}, {"old_size", UINT64_MAX}})},
        {"leaves without end", Cbor::map({{"verb", "leaves"}, {"from", 0}})},
        {"an upload as path", Cbor::map({{"verb", "commit"}, {"upload", "../../etc/passwd"}})},
        {"upper-case digits", Cbor::map({{"verb", "commit"}, {"upload", std::string(32, 'A')}})},
        {"a witness that is none",
         Cbor::map({{"verb", "checkpoint"}, {"old_size", 1}, {"for_witness", false}})},
        {"a size that is none", Cbor::map({{"verb", "cosigned"}, {"line", "l"}, {"size", "1"}})},
        {"a wait for nothing",
         Cbor::map({{"verb", "incident"},
                    {"what", "w"},
                    {"subject", ""},
                    {"detail", ""},
                    {"wait", false}})},
        {"sync as number",
         Cbor::map(
             {{"verb", "bytes"}, {"upload", upload}, {"offset", 0}, {"length", 1}, {"sync", 1}})},
        {"a chapter with a segment's fields",
         Cbor::map({{"verb", "offer"},
                    {"type", "chapter"},
                    {"device", "C"},
                    {"generation", 0},
                    {"size", 1},
                    {"recording", 1},
                    {"segment", 1}})},
        {"another type",
         Cbor::map({{"verb", "offer"},
                    {"type", "leaf"},
                    {"device", "C"},
                    {"generation", 0},
                    {"size", 1},
                    {"first", 1}})},
        {"a chapter too long",
         Cbor::map({{"verb", "offer"},
                    {"type", "chapter"},
                    {"device", "C"},
                    {"generation", 0},
                    {"size", kChapterBytes + 1},
                    {"first", 1}})},
        {"a short hash",
         Cbor::map({{"verb", "offer"},
                    {"type", "chapter"},
                    {"device", "C"},
                    {"generation", 0},
                    {"size", 1},
                    {"first", 1},
                    {"entry", Buffer(31, 0)}})},
        {"a long text",
         Cbor::map({{"verb", "incident"},
                    {"what", std::string(65, 'x')},
                    {"subject", ""},
                    {"detail", ""}})},
    };
    for (const auto& [name, map] : rows) {
        CAPTURE(name);
        const auto request = parseRequest(map.encode());
        REQUIRE_FALSE(request);
        CHECK(request.error().kind == core::ErrorKind::InvalidArgument);
    }
    CHECK_FALSE(parseRequest({}));
    CHECK_FALSE(parseRequest(Buffer{0xbf, 0xff}));
}

TEST_CASE("answers are read as they were written") {
    Held held{5, Digest{3}, {{1, 2}, {3, 4}}, 77, {8}};
    const Held readBack = must(readHeld(toCbor(held)));
    CHECK(readBack.next == 5);
    CHECK(readBack.last == held.last);
    CHECK(readBack.missing == held.missing);
    CHECK(readBack.more == 77);
    CHECK(readBack.receipt == Buffer{8});
    CHECK_FALSE(must(readHeld(toCbor(Held{}))).last);
    CHECK_FALSE(must(readHeld(toCbor(Held{}))).more);
    CHECK(
        must(readOfferAnswer(toCbor(OfferAnswer{State::Receipted, {1}, "", 0, "", ""}))).receipt ==
        Buffer{1});
    CHECK(
        must(readOfferAnswer(toCbor(OfferAnswer{State::Receiving, {}, "ab", 7, "", ""}))).offset ==
        7);
    const auto refused =
        must(readOfferAnswer(toCbor(OfferAnswer{State::Quarantined, {}, "", 0, "why", "altered"})));
    CHECK(refused.state == State::Quarantined);
    CHECK(refused.reason == "why");
    CHECK(refused.verdict == "altered");
    const auto commit =
        must(readCommitAnswer(toCbor(CommitAnswer{State::Forked, {}, "why", "altered", true})));
    CHECK(commit.state == State::Forked);
    CHECK(commit.reason == "why");
    CHECK(commit.verdict == "altered");
    CHECK(commit.resend);
    CHECK(
        must(readCheckpointAnswer(toCbor(CheckpointAnswer{"n", {1}, {Digest{9}}}))).path.front() ==
        Digest{9});
    const auto cosigned = must(readCosignedAnswer(toCbor(CosignedAnswer{false, true, "r"})));
    CHECK_FALSE(cosigned.added);
    CHECK(cosigned.older);
    CHECK(cosigned.reason == "r");
    const Hello hello = must(readHello(toCbor(Hello{"o", 4, {1}, {2}, true})));
    CHECK(hello.checkpointCertificate == Buffer{2});
    CHECK(hello.twoCopies);
    Status status{"o", 1, 2, 3, 4, 5, 6, 7, 8, "shut in", "immutable", {}, 0, true, {}, {}, {}};
    CHECK(must(readStatus(toCbor(status))).absent == 8);
    CHECK(must(readStatus(toCbor(status))).sandbox == "shut in");
    CHECK(must(readStatus(toCbor(status))).freezing == "immutable");
    CHECK_FALSE(must(readStatus(toCbor(status))).second);
    status.witnessing = Witnessing{{{"w1", 3, 4}, {"w2", 0, 0}}, 5, true, 6, "unreadable"};
    const Witnessing told = must(readStatus(toCbor(status))).witnessing;
    CHECK(told.witnesses == status.witnessing.witnesses);
    CHECK(told.leaves == 5);
    CHECK(told.witnessed);
    CHECK(told.recorders == 6);
    CHECK(told.trouble == "unreadable");
    status.second = "away";
    status.uncopied = 9;
    status.singleCopy = false;
    status.minimumAgeHours = 10;
    status.scrub = Scrubbed{11, 12, 13, {{"first", Digest{14}, "changed"}}};
    const Status whole = must(readStatus(toCbor(status)));
    CHECK(whole.second == "away");
    CHECK(whole.uncopied == 9);
    CHECK_FALSE(whole.singleCopy);
    CHECK(whole.minimumAgeHours == 10);
    CHECK(whole.scrub.finishedUs == 11);
    CHECK(whole.scrub.readBytes == 12);
    CHECK(whole.scrub.damagedCount == 13);
    CHECK(whole.scrub.damaged == status.scrub.damaged);
}

TEST_CASE("an error travels with its kind and text") {
    const auto answer =
        parseAnswer(encodeError({core::ErrorKind::ResourceExhausted, "disk is full"}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == core::ErrorKind::ResourceExhausted);
    CHECK(answer.error().message == "disk is full");
}

TEST_CASE("the longest answer fits a message") {
    Held held;
    held.missing.resize(kMissingLimit, {INT64_MAX, INT64_MAX});
    CHECK(toCbor(held).encode().size() <= kMessageBytes);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
