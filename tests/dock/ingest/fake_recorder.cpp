// SPDX-License-Identifier: Apache-2.0
// The fake recorder's answers.
#include "tests/dock/ingest/fake_recorder.hpp"

#include "common/evidence/assignment.hpp"
#include "common/net/status.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/witness.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::test {

using core::Cbor;
using core::ErrorKind;
using core::fail;
using core::Result;
using nlohmann::json;

namespace {

net::Response jsonResponse(const json& content) {
    net::Response response;
    response.contentType = "application/json";
    const std::string text = content.dump();
    response.body = core::toBuffer(core::viewOf(text));
    return response;
}

std::uint64_t numberAfter(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    LIUHEN_ASSERT(at != std::string_view::npos);
    const std::string_view rest = text.substr(at + key.size());
    const auto number = core::parseUnsigned(rest.substr(0, rest.find_first_not_of("0123456789")));
    LIUHEN_ASSERT(number);
    return *number;
}

}  // namespace

FakeRecorder::FakeRecorder(FakeLedger ledger, const net::TlsIdentity& identity)
    : root_(identity.root) {
    ledgers_.push_back(std::move(ledger));
    net::Limits limits;
    limits.chunkBytes = 1000;  // so that a cut can fall nearly anywhere
    auto server = net::HttpServer::listen(
        "127.0.0.1",
        0,
        identity,
        [this](const net::Request& request) { return answer(request); },
        limits);
    LIUHEN_ASSERT(server);
    server_ = *std::move(server);
}

FakeLedger* FakeRecorder::generation(std::uint64_t number) {
    const auto found = std::find_if(ledgers_.begin(), ledgers_.end(), [number](const auto& each) {
        return each.generation() == number;
    });
    return found == ledgers_.end() ? nullptr : &*found;
}

std::size_t FakeRecorder::receipts() {
    const std::scoped_lock guard(mutex);
    return receipts_;
}

net::Response FakeRecorder::answer(const net::Request& request) {
    const std::scoped_lock guard(mutex);
    if (instead) {
        if (auto other = instead(request)) {
            return *std::move(other);
        }
    }
    const std::string_view target(request.target);
    const std::string_view path = target.substr(0, target.find('?'));
    Result<net::Response> response = fail(ErrorKind::NotFound, "no such call");
    if (path == "/v1/device") {
        return state();
    }
    if (path == "/v1/ledger") {
        ++ledgerCalls;
        return ledgerFrom(target);
    }
    if (path.starts_with("/v1/segments/")) {
        ++segmentCalls;
        return segment(path);
    }
    if (path == "/v1/checkpoints") {
        response = checkpoint(request);
    } else if (path == "/v1/docking") {
        response = docking(request);
    } else if (path == "/v1/clock") {
        const auto clock = evidence::ClockMessage::verify(request.body, root_);
        LIUHEN_ASSERT(clock && clock->device == ledger().device());
        ledger().add("clock",
                     Cbor::map({{"before", 1},
                                {"after", clock->utcUs},
                                {"source", 2},
                                {"message", request.body}}));
        response = net::Response{};
    } else if (path == "/v1/assignment") {
        response = assignment(request);
    } else if (path == "/v1/receipts") {
        response = receipt(request);
    }
    return response ? *std::move(response) : net::errorResponse(response.error());
}

net::Response FakeRecorder::state() const {
    const evidence::Entry& last = ledgers_.back().entries().back();
    json generations = json::array();
    for (const FakeLedger& each : ledgers_) {
        generations.push_back(each.generation());
    }
    return jsonResponse({{"device", ledgers_.back().device()},
                         {"firmware", "test"},
                         {"boot", ledgers_.back().generation() + 1},
                         {"head",
                          {{"generation", ledgers_.back().generation()},
                           {"seq", last.seq},
                           {"hash", core::toHex(last.hash)}}},
                         {"recording", recording},
                         {"selfcheck",
                          {{"passed", selfCheckPassed},
                           {"occasion", "power_on"},
                           {"failed", selfCheckPassed ? json::array() : json::array({"camera"})},
                           {"utc_us", 1}}},
                         {"checkpoints", checkpoints_},
                         {"generations", std::move(generations)},
                         {"free_bytes", 1}});
}

Result<net::Response> FakeRecorder::assignment(const net::Request& request) {
    LIUHEN_TRY(const auto given, evidence::Assignment::decode(request.body));
    LIUHEN_TRY(const auto message, evidence::AssignmentMessage::verify(given.message, root_));
    if (message.device != ledger().device() || !given.opens(message)) {
        return fail(ErrorKind::PermissionDenied, "the assignment is not for this recorder");
    }
    net::Response response;
    response.body = ledger().add("assignment", Cbor::map({{"message", given.message}})).bytes;
    return response;
}

net::Response FakeRecorder::ledgerFrom(std::string_view query) {
    // Few bytes an answer, so that every intake needs several.
    constexpr std::size_t kAnswerBytes = 4096;
    const std::uint64_t from = numberAfter(query, "from=");
    net::Response response;
    const FakeLedger* ledger = generation(numberAfter(query, "generation="));
    LIUHEN_ASSERT(ledger != nullptr);
    const auto& entries = ledger->entries();
    for (std::size_t i = from; i < entries.size() && response.body.size() < kAnswerBytes; ++i) {
        core::append(response.body, entries[i].bytes);
    }
    return response;
}

net::Response FakeRecorder::segment(std::string_view path) {
    const std::uint64_t number = numberAfter(path, "/v1/segments/");
    const std::uint64_t start = numberAfter(path, fmt::format("/{}-", number));
    const std::uint64_t index = numberAfter(path, fmt::format("-{}/", start));
    FakeLedger* ledger = generation(number);
    LIUHEN_ASSERT(ledger != nullptr);
    const auto found = ledger->files().find({start, index});
    if (found == ledger->files().end()) {
        return net::errorResponse(core::Error{ErrorKind::NotFound, "no such segment"});
    }
    net::Response response;
    const core::Buffer bytes = found->second;
    const std::uint64_t cut = cutAt;
    response.headers.set("ETag", fmt::format("\"{}-{}-{}\"", start, index, bytes.size()));
    response.source = net::BodySource{
        bytes.size(),
        [bytes, cut](std::uint64_t offset, std::span<std::uint8_t> to) -> Result<std::size_t> {
            if (offset + to.size() > cut) {
                return fail(ErrorKind::Unavailable, "pulled out");
            }
            const auto part =
                core::ByteView(bytes).subspan(static_cast<std::size_t>(offset), to.size());
            std::copy(part.begin(), part.end(), to.begin());
            return part.size();
        }};
    return response;
}

Result<net::Response> FakeRecorder::checkpoint(const net::Request& request) {
    const json body = json::parse(request.body.begin(), request.body.end());
    const auto note = body.at("note").get<std::string>();
    LIUHEN_TRY(const core::Buffer der, core::fromBase64(body.at("certificate").get<std::string>()));
    LIUHEN_TRY(const auto certificate, crypto::Certificate::fromDer(der));
    LIUHEN_TRY(const auto key, certificate.noteKey());
    LIUHEN_TRY(const auto next, tlog::parseCheckpoint(note));
    const std::string& origin = next.checkpoint.origin;
    if (!tlog::verifySignature(next.note, origin, key)) {
        return fail(ErrorKind::Unauthenticated, "not signed by the log");
    }
    std::vector<core::Digest> path;
    for (const json& hash : body.at("path")) {
        LIUHEN_TRY(const core::Digest digest, core::digestFromHex(hash.get<std::string>()));
        path.push_back(digest);
    }
    std::optional<tlog::SeenTree> seen;
    if (const auto held = checkpoints_.find(origin); held != checkpoints_.end()) {
        LIUHEN_TRY(const auto old, tlog::parseCheckpoint(held->second));
        seen = tlog::SeenTree{old.checkpoint.size, old.checkpoint.root};
    }
    const auto verdict = tlog::judgeCheckpoint(seen, next.checkpoint, path);
    if (verdict != tlog::WitnessVerdict::Accept) {
        return fail(ErrorKind::FailedPrecondition,
                    "check checkpoint: " + std::string(tlog::name(verdict)));
    }
    constexpr std::uint64_t kSeconds = 1'700'000'000;
    LIUHEN_TRY(const std::string line,
               tlog::cosign(next.note.text, ledger().device(), ledger().witness(), kSeconds));
    checkpoints_[origin] = note;
    ledger().add("checkpoint", Cbor::map({{"note", note}, {"cosignature", line}}));
    return jsonResponse({{"cosignature", line}});
}

Result<net::Response> FakeRecorder::docking(const net::Request& request) {
    const json body = json::parse(request.body.begin(), request.body.end());
    LIUHEN_TRY(const core::Buffer nonce, core::fromBase64(body.at("nonce").get<std::string>()));
    net::Response response;
    response.body = ledger().dock(nonce).bytes;
    return response;
}

Result<net::Response> FakeRecorder::receipt(const net::Request& request) {
    LIUHEN_TRY(const auto receipt, evidence::Receipt::verify(request.body, root_));
    const FakeLedger* of = generation(receipt.generation);
    if (of == nullptr || receipt.device != of->device() || receipt.seq >= of->entries().size() ||
        of->entries()[receipt.seq].hash != receipt.entry) {
        return fail(ErrorKind::PermissionDenied, "not for these bytes");
    }
    ledger().add("receipt", Cbor::map({{"message", request.body}}));
    ++receipts_;
    return net::Response{};
}

}  // namespace liuhen::test
