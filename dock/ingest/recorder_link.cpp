// SPDX-License-Identifier: Apache-2.0
// Requests to a recorder and the strict reading of its answers.
#include "dock/ingest/recorder_link.hpp"

#include "common/evidence/assignment.hpp"
#include "common/evidence/bodies.hpp"
#include "common/net/status.hpp"
#include "common/tlog/note.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::ingest {

using core::ErrorKind;
using core::fail;
using nlohmann::json;

namespace {

constexpr std::size_t kJsonBytes = std::size_t{512} << 10U;
constexpr std::size_t kMaxGenerations = 4096;
constexpr std::size_t kMaxCheckpoints = 64;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxLineBytes = 4096;

Result<json> parseJson(const net::Response& response, std::string_view what) {
    if (response.body.size() > kJsonBytes) {
        return fail(ErrorKind::DataLoss, fmt::format("{}: the answer is too long", what));
    }
    json value = json::parse(response.body.begin(), response.body.end(), nullptr, false);
    if (value.is_discarded() || !value.is_object()) {
        return fail(ErrorKind::DataLoss, fmt::format("{}: the answer is no JSON object", what));
    }
    return value;
}

tl::unexpected<core::Error> malformed(const char* key) {
    return fail(ErrorKind::DataLoss, fmt::format("read the recorder's state: bad {}", key));
}

Result<std::uint64_t> numberAt(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) {
        return malformed(key);
    }
    return found->get<std::uint64_t>();
}

Result<std::string> textAt(const json& object, const char* key, std::size_t limit) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string() ||
        found->get_ref<const std::string&>().size() > limit) {
        return malformed(key);
    }
    return found->get<std::string>();
}

Result<evidence::Head> headAt(const json& object) {
    const auto found = object.find("head");
    if (found == object.end() || !found->is_object()) {
        return malformed("head");
    }
    evidence::Head head;
    LIUHEN_TRY(head.generation, numberAt(*found, "generation"));
    LIUHEN_TRY(head.seq, numberAt(*found, "seq"));
    LIUHEN_TRY(const std::string hash, textAt(*found, "hash", kMaxTextBytes));
    LIUHEN_TRY(head.hash, core::digestFromHex(hash));
    return head;
}

Result<std::vector<std::uint64_t>> generationsAt(const json& object) {
    const auto found = object.find("generations");
    if (found == object.end() || !found->is_array() || found->size() > kMaxGenerations) {
        return malformed("generations");
    }
    std::vector<std::uint64_t> numbers;
    for (const json& item : *found) {
        if (!item.is_number_unsigned()) {
            return malformed("generations");
        }
        numbers.push_back(item.get<std::uint64_t>());
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

Result<std::map<std::string, std::string>> checkpointsAt(const json& object) {
    const auto found = object.find("checkpoints");
    if (found == object.end() || !found->is_object() || found->size() > kMaxCheckpoints) {
        return malformed("checkpoints");
    }
    std::map<std::string, std::string> notes;
    for (const auto& [origin, note] : found->items()) {
        if (!note.is_string() || note.get_ref<const std::string&>().size() > tlog::kNoteBytes) {
            return malformed("checkpoints");
        }
        notes.emplace(origin, note.get<std::string>());
    }
    return notes;
}

/// The last self check; none if it is null or not told.
Result<std::optional<registry::SelfCheck>> selfCheckAt(const json& object) {
    constexpr std::size_t kMostParts = 32;
    const auto found = object.find("selfcheck");
    if (found == object.end() || found->is_null()) {
        return std::optional<registry::SelfCheck>();
    }
    const auto passed = found->find("passed");
    const auto failed = found->find("failed");
    const auto time = found->find("utc_us");
    if (!found->is_object() || passed == found->end() || !passed->is_boolean() ||
        failed == found->end() || !failed->is_array() || failed->size() > kMostParts ||
        time == found->end() || !time->is_number_integer()) {
        return malformed("selfcheck");
    }
    registry::SelfCheck check;
    check.passed = passed->get<bool>();
    check.utcUs = time->get<std::int64_t>();
    LIUHEN_TRY(check.occasion, textAt(*found, "occasion", kMaxTextBytes));
    for (const json& part : *failed) {
        if (!part.is_string() || part.get_ref<const std::string&>().size() > kMaxTextBytes) {
            return malformed("selfcheck");
        }
        check.failed.push_back(part.get<std::string>());
    }
    return std::optional<registry::SelfCheck>(std::move(check));
}

net::Request requestOf(const char* method, std::string target) {
    net::Request request;
    request.method = method;
    request.target = std::move(target);
    return request;
}

net::Request jsonRequest(const char* method, std::string target, const json& body) {
    net::Request request = requestOf(method, std::move(target));
    request.headers.add("Content-Type", "application/json");
    const std::string text = body.dump();
    request.body = core::toBuffer(core::viewOf(text));
    return request;
}

std::string targetOf(const SegmentPlace& place) {
    return fmt::format("/v1/segments/{}/{}",
                       evidence::recordingName(place.generation, place.recording),
                       place.segment);
}

/// A recorder that sends or says too much must not look like a full disk of ours.
core::Error foreign(core::Error error) {
    if (error.kind == ErrorKind::ResourceExhausted) {
        error.kind = ErrorKind::DataLoss;
    }
    return error;
}

}  // namespace

Result<std::unique_ptr<RecorderLink>> RecorderLink::connect(const Endpoint& endpoint,
                                                            const net::TlsIdentity& identity,
                                                            const net::ClientLimits& limits) {
    auto link = std::unique_ptr<RecorderLink>(new RecorderLink(endpoint, identity, limits));
    link->limits_.bodyBytes = kLedgerBytes;
    LIUHEN_CHECK(link->ensure());
    return link;
}

Result<void> RecorderLink::ensure() {
    if (client_ != nullptr && client_->usable()) {
        return {};
    }
    LIUHEN_TRY(client_,
               net::HttpClient::connect(endpoint_.host, endpoint_.port, identity_, limits_));
    const std::string& subject = client_->peer().subject();
    if (!evidence::isDeviceName(subject)) {
        client_.reset();
        return fail(ErrorKind::Unauthenticated,
                    "connect to recorder: its certificate's subject is no device name");
    }
    if (device_.empty()) {
        device_ = subject;
    } else if (device_ != subject) {
        client_.reset();
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("connect to {} again: now {} is there", device_, subject));
    }
    return {};
}

Result<net::Response> RecorderLink::ask(net::Request request, std::string_view what) {
    LIUHEN_CHECK(ensure());
    auto answer = client_->request(request);
    if (!answer) {
        return tl::make_unexpected(foreign(std::move(answer).error()));
    }
    net::Response response = *std::move(answer);
    constexpr unsigned kOk = 200;
    constexpr unsigned kNoMoreOk = 300;
    if (response.status < kOk || response.status >= kNoMoreOk) {
        return tl::make_unexpected(foreign(net::errorOf(response, what)));
    }
    return response;
}

Result<DeviceState> RecorderLink::state() {
    constexpr std::string_view kWhat = "read the recorder's state";
    LIUHEN_TRY(const net::Response response, ask(requestOf("GET", "/v1/device"), kWhat));
    LIUHEN_TRY(const json body, parseJson(response, kWhat));
    LIUHEN_TRY(const std::string device, textAt(body, "device", kMaxTextBytes));
    if (device != device_) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("{}: it is certified as {} and calls itself another", kWhat, device_));
    }
    DeviceState state;
    LIUHEN_TRY(state.firmware, textAt(body, "firmware", kMaxTextBytes));
    LIUHEN_TRY(state.boot, numberAt(body, "boot"));
    LIUHEN_TRY(state.head, headAt(body));
    LIUHEN_TRY(state.checkpoints, checkpointsAt(body));
    LIUHEN_TRY(state.generations, generationsAt(body));
    LIUHEN_TRY(state.selfCheck, selfCheckAt(body));
    const auto recording = body.find("recording");
    if (recording == body.end() || !recording->is_boolean()) {
        return malformed("recording");
    }
    state.recording = recording->get<bool>();
    return state;
}

Result<std::string> RecorderLink::showCheckpoint(const std::string& note,
                                                 core::ByteView certificateDer,
                                                 const std::vector<core::Digest>& path) {
    constexpr std::string_view kWhat = "show the checkpoint";
    json hashes = json::array();
    for (const core::Digest& hash : path) {
        hashes.push_back(core::toHex(hash));
    }
    const json body = {{"note", note},
                       {"certificate", core::toBase64(certificateDer)},
                       {"path", std::move(hashes)}};
    LIUHEN_TRY(const net::Response response,
               ask(jsonRequest("POST", "/v1/checkpoints", body), kWhat));
    LIUHEN_TRY(const json answer, parseJson(response, kWhat));
    return textAt(answer, "cosignature", kMaxLineBytes);
}

Result<evidence::Entry> RecorderLink::dock(core::ByteView nonce) {
    const json body = {{"nonce", core::toBase64(nonce)}};
    LIUHEN_TRY(const net::Response response, ask(jsonRequest("POST", "/v1/docking", body), "dock"));
    LIUHEN_TRY(evidence::Entry entry, evidence::parseEntry(response.body));
    const core::Cbor* held = entry.body.find("nonce");
    const bool over =
        held != nullptr && held->bytes() != nullptr && core::equal(*held->bytes(), nonce);
    if (entry.kind != "docking" || entry.device != device_ || !over) {
        return fail(ErrorKind::DataLoss,
                    "dock: the answer is no docking of this recorder over our nonce");
    }
    return entry;
}

Result<void> RecorderLink::setClock(core::ByteView message) {
    net::Request request = requestOf("PUT", "/v1/clock");
    request.headers.add("Content-Type", "application/cose");
    request.body = core::toBuffer(message);
    LIUHEN_TRY(const net::Response response, ask(std::move(request), "set the clock"));
    static_cast<void>(response);
    return {};
}

Result<std::optional<evidence::Entry>> RecorderLink::giveAssignment(core::ByteView encoded) {
    LIUHEN_TRY(const evidence::Assignment assignment, evidence::Assignment::decode(encoded));
    net::Request request = requestOf("PUT", "/v1/assignment");
    request.headers.add("Content-Type", "application/cbor");
    request.body = core::toBuffer(encoded);
    const auto answer = ask(std::move(request), "bring the assignment");
    if (!answer && answer.error().kind == ErrorKind::AlreadyExists) {
        return std::optional<evidence::Entry>();
    }
    if (!answer) {
        return tl::make_unexpected(answer.error());
    }
    LIUHEN_TRY(evidence::Entry entry, evidence::parseEntry(answer->body));
    const core::Cbor* held = entry.body.find("message");
    const bool same = held != nullptr && held->bytes() != nullptr &&
                      core::equal(*held->bytes(), assignment.message);
    if (entry.kind != "assignment" || entry.device != device_ || !same) {
        return fail(ErrorKind::DataLoss,
                    "bring the assignment: the answer is no entry of this recorder with it");
    }
    return std::optional<evidence::Entry>(std::move(entry));
}

Result<core::Buffer> RecorderLink::ledger(std::uint64_t generation, std::uint64_t from) {
    LIUHEN_TRY(
        net::Response response,
        ask(requestOf("GET", fmt::format("/v1/ledger?generation={}&from={}", generation, from)),
            fmt::format("read the ledger of generation {} from {}", generation, from)));
    return std::move(response.body);
}

Result<SegmentHead> RecorderLink::segmentHead(const SegmentPlace& place) {
    const std::string target = targetOf(place);
    LIUHEN_TRY(const net::Response response,
               ask(requestOf("HEAD", target), fmt::format("look at {}", target)));
    const auto size = core::parseUnsigned(response.headers.get("content-length"));
    if (!size) {
        return fail(ErrorKind::DataLoss, fmt::format("look at {}: no length given", target));
    }
    return SegmentHead{*size, std::string(response.headers.get("etag"))};
}

Result<void> RecorderLink::fetchSegment(const SegmentPlace& place,
                                        const SegmentHead& head,
                                        std::uint64_t from,
                                        const net::FetchPlan& patience,
                                        const net::FetchSeams& seams,
                                        const net::Sink& sink) {
    net::FetchPlan plan = patience;
    plan.wanted.target = targetOf(place);
    plan.wanted.from = from;
    plan.wanted.maxBytes = head.sizeBytes;
    plan.wanted.etag = head.etag;
    net::FetchSeams own = seams;
    own.attempt = [this](const net::DownloadRequest& wanted,
                         const net::Sink& to) -> Result<net::DownloadEnd> {
        LIUHEN_CHECK(ensure());
        std::optional<core::Error> ours;
        const net::Sink marked = [&](core::ByteView bytes) {
            auto taken = to(bytes);
            ours = taken ? std::nullopt : std::optional(taken.error());
            return taken;
        };
        auto end = client_->download(wanted, marked);
        return end || ours
                   ? std::move(end)
                   : Result<net::DownloadEnd>(tl::make_unexpected(foreign(std::move(end).error())));
    };
    LIUHEN_TRY(const net::DownloadEnd end, net::fetchWithResume(plan, own, sink));
    if (end.total != head.sizeBytes) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("fetch {}: {} bytes, {} were promised",
                                plan.wanted.target,
                                end.total,
                                head.sizeBytes));
    }
    return {};
}

Result<void> RecorderLink::giveReceipt(core::ByteView receipt) {
    net::Request request = requestOf("POST", "/v1/receipts");
    request.headers.add("Content-Type", "application/cose");
    request.body = core::toBuffer(receipt);
    const auto response = ask(std::move(request), "hand over a receipt");
    if (!response && response.error().kind != ErrorKind::AlreadyExists) {
        return tl::make_unexpected(response.error());
    }
    return {};
}

}  // namespace liuhen::ingest
