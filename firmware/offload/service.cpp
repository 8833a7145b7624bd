// SPDX-License-Identifier: Apache-2.0
// Routing, and the calls that read.
#include "firmware/offload/service.hpp"

#include "common/core/log.hpp"
#include "common/net/status.hpp"
#include "firmware/storage/chain.hpp"

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::offload {

using core::ErrorKind;
using core::Result;
using nlohmann::json;
using recorder::Recorder;

namespace {

constexpr std::size_t kLedgerChunk = std::size_t{8} << 20U;

net::Response jsonResponse(const json& content) {
    net::Response response;
    response.contentType = "application/json";
    const std::string text = content.dump(-1, ' ', false, json::error_handler_t::replace);
    response.body = core::toBuffer(core::viewOf(text));
    return response;
}

/// A query's value by name; only plain numbers are asked for, so nothing is decoded.
std::optional<std::uint64_t> queryNumber(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return storage::plainNumber(pair.substr(name.size() + 1));
        }
    }
    return std::nullopt;
}

json headOf(const evidence::Head& head) {
    return {{"generation", head.generation}, {"seq", head.seq}, {"hash", core::toHex(head.hash)}};
}

json checkOf(const Recorder& recorder) {
    const auto& check = recorder.lastCheck();
    if (!check) {
        return {};
    }
    return {{"passed", check->passed},
            {"occasion", check->occasion},
            {"failed", check->failed},
            {"utc_us", check->utcUs}};
}

json assignmentOf(const Recorder& recorder) {
    const auto& assigned = recorder.assigned();
    if (!assigned) {
        return {};
    }
    return {{"number", assigned->content.number},
            {"until_us", assigned->content.untilUs},
            {"state", recorder::name(recorder.assignmentState())}};
}

}  // namespace

Service::Service(recorder::WriterThread& writer,
                 core::Files& files,
                 std::string cardFolder,
                 crypto::Certificate root)
    : writer_(writer), files_(files), cardFolder_(std::move(cardFolder)), root_(std::move(root)) {}

net::Response Service::handle(const net::Request& request) {
    auto response = route(request);
    if (response) {
        return *std::move(response);
    }
    core::log(core::LogLevel::Warning,
              "offload",
              fmt::format("{} refused: {}", request.method, response.error().message));
    return net::errorResponse(response.error());
}

Result<net::Response> Service::route(const net::Request& request) {
    const std::string_view target(request.target);
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string_view query =
        path.size() < target.size() ? target.substr(path.size() + 1) : "";
    const bool reads = request.method == "GET" || request.method == "HEAD";
    constexpr std::string_view kSegments = "/v1/segments/";
    if (reads && path == "/v1/device") {
        return device();
    }
    if (reads && path == "/v1/ledger") {
        return ledger(query);
    }
    if (reads && path.starts_with(kSegments)) {
        return segment(path.substr(kSegments.size()));
    }
    if (request.method == "POST" && path == "/v1/docking") {
        return docking(request);
    }
    if (request.method == "PUT" && path == "/v1/clock") {
        return clock(request);
    }
    if (request.method == "PUT" && path == "/v1/assignment") {
        return assignment(request);
    }
    if (request.method == "POST" && path == "/v1/checkpoints") {
        return checkpoint(request);
    }
    if (request.method == "POST" && path == "/v1/receipts") {
        return receipt(request);
    }
    return core::fail(ErrorKind::NotFound, "no such call; docs/protocol/cable.md lists them");
}

Result<net::Response> Service::device() {
    const auto ask = [](Recorder& recorder) -> Result<json> {
        // Nothing leaves that is not durable; while a part is due soon that is the last sync's.
        if (!recorder.recording()) {
            (void)recorder.ledger().sync();
        }
        json checkpoints = json::object();
        for (const auto& [origin, note] : recorder.keychain().state().checkpoints) {
            checkpoints[origin] = note;
        }
        json told{{"device", recorder.keychain().device()},
                  {"firmware", recorder.config().firmware},
                  {"boot", recorder.ledger().boot()},
                  {"head", headOf(recorder.ledger().syncedHead())},
                  {"recording", recorder.recording()},
                  {"assignment", assignmentOf(recorder)},
                  {"selfcheck", checkOf(recorder)},
                  {"checkpoints", std::move(checkpoints)}};
        if (const auto left = recorder.remaining()) {
            told["remaining_minutes"] =
                std::chrono::duration_cast<std::chrono::minutes>(*left).count();
        }
        return told;
    };
    LIUHEN_TRY(json answer, writer_.call<json>(ask));
    json generations = json::array();
    LIUHEN_TRY(const auto folders, files_.list(core::joinPath(cardFolder_, "ledger")));
    for (const core::FolderItem& folder : folders) {
        if (const auto number = storage::plainNumber(folder.name)) {
            generations.push_back(*number);
        }
    }
    answer["generations"] = std::move(generations);
    if (const auto free = files_.freeBytes(cardFolder_)) {
        answer["free_bytes"] = *free;
    }
    return jsonResponse(answer);
}

Result<net::Response> Service::ledger(std::string_view query) {
    const auto generation = queryNumber(query, "generation");
    const auto from = queryNumber(query, "from");
    if (!generation || !from) {
        return core::fail(ErrorKind::InvalidArgument,
                          "read ledger: generation and from must be given");
    }
    const auto ask = [generation = *generation, from = *from](Recorder& recorder) {
        return recorder.ledger().read(generation, from, kLedgerChunk);
    };
    net::Response response;
    LIUHEN_TRY(response.body, writer_.call<core::Buffer>(ask));
    response.contentType = "application/cbor-seq";
    return response;
}

Result<net::Response> Service::segment(std::string_view path) {
    // <generation>-<start>/<segment>
    const std::size_t dash = path.find('-');
    const std::size_t slash = path.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) {
        return core::fail(ErrorKind::NotFound,
                          "read segment: not of the form GENERATION-START/SEGMENT");
    }
    const auto generation = storage::plainNumber(path.substr(0, dash));
    const auto start = storage::plainNumber(path.substr(dash + 1, slash - dash - 1));
    const auto number = storage::plainNumber(path.substr(slash + 1));
    if (!generation || !start || !number) {
        return core::fail(ErrorKind::NotFound,
                          "read segment: not of the form GENERATION-START/SEGMENT");
    }
    const auto ask = [](Recorder& recorder) -> Result<bool> { return recorder.recording(); };
    LIUHEN_TRY(const bool recording, writer_.call<bool>(ask));
    if (recording) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "read segment: still recording; dock first");
    }
    const std::string file =
        core::joinPath(core::joinPath(core::joinPath(cardFolder_, "footage"),
                                      evidence::recordingName(*generation, *start)),
                       fmt::format("{}.mp4", *number));
    LIUHEN_TRY(auto opened, files_.open(file, core::OpenMode::Read));
    net::Response response;
    response.contentType = "video/mp4";
    net::BodySource source;
    LIUHEN_TRY(source.size, opened->size());
    const std::shared_ptr<core::File> shared = std::move(opened);
    source.readAt = [shared](std::uint64_t offset, std::span<std::uint8_t> to) {
        return shared->readAt(offset, to);
    };
    // A finished segment never changes: its name is its version.
    response.headers.set("ETag",
                         fmt::format("\"{}-{}-{}-{}\"", *generation, *start, *number, source.size));
    response.source = std::move(source);
    return response;
}

}  // namespace liuhen::offload
