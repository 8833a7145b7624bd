// SPDX-License-Identifier: Apache-2.0
// The calls that become entries: docking, clock, checkpoints, receipts.
#include "common/evidence/messages.hpp"
#include "common/net/status.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/witness.hpp"
#include "firmware/offload/service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::offload {

using core::Cbor;
using core::ErrorKind;
using core::Result;
using nlohmann::json;
using recorder::Recorder;

namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
/// A message that goes into an entry beside a few small fields: the payload holds 65,000 bytes.
constexpr std::size_t kMaxMessageBytes = 60'000;
/// Its names stand twice in the entry: committed to, and locked.
constexpr std::size_t kMaxAssignmentBytes = 20'000;
/// A note of a log; a `fork` entry holds two. Real ones have a few hundred bytes.
constexpr std::size_t kMaxNoteBytes = 16'000;
/// Logs that are remembered: the keystore's blob is bounded.
constexpr std::size_t kMaxOrigins = 32;

net::Response tooLong(std::string_view what, std::size_t most) {
    return net::refusal(
        413, ErrorKind::ResourceExhausted, fmt::format("{} has more than {} bytes", what, most));
}

/// What a client sent and nobody can read is the client's fault: 400, not 500.
template <typename T>
Result<T> sentByClient(Result<T> read) {
    if (!read && read.error().kind == ErrorKind::DataLoss) {
        return core::fail(ErrorKind::InvalidArgument, read.error().message);
    }
    return read;
}

Result<json> parseJson(core::ByteView body) {
    json value = json::parse(body.begin(), body.end(), nullptr, false);
    if (value.is_discarded() || !value.is_object()) {
        return core::fail(ErrorKind::InvalidArgument, "read request: body is no JSON object");
    }
    return value;
}

Result<std::string> jsonText(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) {
        return core::fail(ErrorKind::InvalidArgument, fmt::format("read request: no text {}", key));
    }
    return found->get<std::string>();
}

net::Response cborResponse(core::Buffer body) {
    net::Response response;
    response.contentType = "application/cbor";
    response.body = std::move(body);
    return response;
}

/// The entry of this seq in the generation, if the card has it.
Result<std::optional<evidence::Entry>> entryAt(Recorder& recorder,
                                               std::uint64_t generation,
                                               std::uint64_t seq) {
    const auto bytes = recorder.ledger().read(generation, seq, 1);
    if (!bytes && bytes.error().kind == ErrorKind::NotFound) {
        return std::optional<evidence::Entry>();
    }
    if (!bytes) {
        return tl::make_unexpected(bytes.error());
    }
    const evidence::Frame frame = evidence::frameEntry(*bytes);
    if (frame.framing != evidence::Framing::Whole) {
        return std::optional<evidence::Entry>();
    }
    LIUHEN_TRY(evidence::Entry entry,
               evidence::parseEntry(core::ByteView(*bytes).first(frame.sizeBytes)));
    return entry.seq == seq ? std::optional(std::move(entry)) : std::nullopt;
}

/// Whether the receipt is for an entry of this card, or for the docking that this generation's
/// genesis names: the chapter is then on the card that was there before.
Result<bool> isOurs(Recorder& recorder, const evidence::Receipt& receipt) {
    LIUHEN_TRY(const auto entry, entryAt(recorder, receipt.generation, receipt.seq));
    if (entry) {
        return entry->hash == receipt.entry;
    }
    LIUHEN_TRY(const auto first, entryAt(recorder, recorder.ledger().head().generation, 0));
    if (!first || first->kind != "genesis" || receipt.type != "chapter") {
        return false;
    }
    LIUHEN_TRY(const auto genesis, evidence::GenesisBody::fromCbor(first->body, false));
    return genesis.docking == evidence::Head{receipt.generation, receipt.seq, receipt.entry};
}

struct CheckpointRequest {
    std::string note;
    tlog::SignedCheckpoint parsed;
    tlog::NotePublicKey key{};
    std::vector<core::Digest> path;
};

/// Reads and authenticates a checkpoint; whether the log may grow so is judged by the writer.
Result<CheckpointRequest> readCheckpoint(const json& body, const crypto::Certificate& root) {
    CheckpointRequest request;
    LIUHEN_TRY(request.note, jsonText(body, "note"));
    LIUHEN_TRY(const std::string certificateText, jsonText(body, "certificate"));
    LIUHEN_TRY(const core::Buffer der, core::fromBase64(certificateText));
    LIUHEN_TRY(const crypto::Certificate certificate, crypto::Certificate::fromDer(der));
    if (const auto wrong =
            crypto::judge(certificate, root, crypto::Role::Checkpoint, std::nullopt)) {
        return core::fail(ErrorKind::Unauthenticated, "check checkpoint: " + *wrong);
    }
    LIUHEN_TRY(request.key, certificate.noteKey());
    LIUHEN_TRY(request.parsed, tlog::parseCheckpoint(request.note));
    const std::string& origin = request.parsed.checkpoint.origin;
    if (certificate.subject() != origin ||
        !tlog::verifySignature(request.parsed.note, origin, request.key)) {
        return core::fail(ErrorKind::Unauthenticated,
                          "check checkpoint: the log's key did not sign it");
    }
    const auto path = body.find("path");
    if (path == body.end() || !path->is_array() || path->size() > 64) {
        return core::fail(ErrorKind::InvalidArgument, "check checkpoint: no path");
    }
    for (const json& item : *path) {
        if (!item.is_string()) {
            return core::fail(ErrorKind::InvalidArgument,
                              "check checkpoint: a path item is no text");
        }
        LIUHEN_TRY(const core::Digest hash, core::digestFromHex(item.get<std::string>()));
        request.path.push_back(hash);
    }
    return request;
}

/// The witness's step: judge, store, enter, cosign. An accepted note is remembered before it is
/// cosigned.
Result<std::string> witness(Recorder& recorder,
                            const CheckpointRequest& request,
                            std::uint64_t unixSeconds) {
    const tlog::Checkpoint& next = request.parsed.checkpoint;
    const auto& known = recorder.keychain().state().checkpoints;
    std::optional<tlog::SeenTree> seen;
    std::string oldNote;
    if (const auto held = known.find(next.origin); held != known.end()) {
        oldNote = held->second;
        LIUHEN_TRY(const tlog::SignedCheckpoint old, tlog::parseCheckpoint(oldNote));
        seen = tlog::SeenTree{old.checkpoint.size, old.checkpoint.root};
    }
    const tlog::WitnessVerdict verdict = tlog::judgeCheckpoint(seen, next, request.path);
    if (verdict == tlog::WitnessVerdict::Fork || verdict == tlog::WitnessVerdict::BadProof) {
        LIUHEN_CHECK(recorder.note(
            "fork", Cbor::map({{"origin", next.origin}, {"old", oldNote}, {"new", request.note}})));
        return core::fail(
            ErrorKind::FailedPrecondition,
            fmt::format("check checkpoint: {}; the log does not contain the one this recorder "
                        "remembers",
                        tlog::name(verdict)));
    }
    if (!seen && known.size() >= kMaxOrigins) {
        return core::fail(ErrorKind::ResourceExhausted,
                          "check checkpoint: too many logs are remembered");
    }
    if (verdict == tlog::WitnessVerdict::Stale) {
        return core::fail(
            ErrorKind::FailedPrecondition,
            fmt::format("check checkpoint: stale; the log had {} leaves when last seen",
                        seen->size));
    }
    const std::string witnessName = recorder.keychain().device();
    LIUHEN_TRY(
        const std::string line,
        tlog::cosign(
            request.parsed.note.text, witnessName, recorder.keychain().witness(), unixSeconds));
    LIUHEN_CHECK(recorder.keychain().storeCheckpoint(next.origin, request.note));
    LIUHEN_TRY(
        const evidence::Entry entry,
        recorder.note("checkpoint", Cbor::map({{"note", request.note}, {"cosignature", line}})));
    LIUHEN_CHECK(recorder.ledger().sync());
    return line;
}

}  // namespace

Result<net::Response> Service::docking(const net::Request& request) {
    LIUHEN_TRY(const json body, parseJson(request.body));
    LIUHEN_TRY(const std::string text, jsonText(body, "nonce"));
    LIUHEN_TRY(const core::Buffer nonce, core::fromBase64(text));
    if (nonce.size() < 16 || nonce.size() > 64) {
        return core::fail(ErrorKind::InvalidArgument, "dock: the nonce must have 16 to 64 bytes");
    }
    const auto ask = [nonce](Recorder& recorder) { return recorder.dock(nonce); };
    LIUHEN_TRY(evidence::Entry entry, writer_.call<evidence::Entry>(ask));
    return cborResponse(std::move(entry.bytes));
}

Result<net::Response> Service::clock(const net::Request& request) {
    if (request.body.size() > kMaxMessageBytes) {
        return tooLong("the clock message", kMaxMessageBytes);
    }
    LIUHEN_TRY(const evidence::ClockMessage message,
               sentByClient(evidence::ClockMessage::verify(request.body, root_)));
    const core::Buffer bytes = request.body;
    const auto ask = [message, bytes](Recorder& recorder) -> Result<evidence::Entry> {
        if (message.device != recorder.keychain().device()) {
            return core::fail(ErrorKind::PermissionDenied,
                              "set clock: the message is for another recorder");
        }
        const auto& docking = recorder.ledger().lastDocking();
        if (!docking || docking->hash != message.docking) {
            return core::fail(ErrorKind::PermissionDenied,
                              "set clock: the message is not over the last docking");
        }
        return recorder.setClock(message.utcUs, bytes);
    };
    LIUHEN_TRY(evidence::Entry entry, writer_.call<evidence::Entry>(ask));
    return cborResponse(std::move(entry.bytes));
}

Result<net::Response> Service::assignment(const net::Request& request) {
    if (request.body.size() > kMaxAssignmentBytes) {
        return tooLong("the assignment", kMaxAssignmentBytes);
    }
    LIUHEN_CHECK(sentByClient(evidence::Assignment::decode(request.body)));
    const core::Buffer bytes = request.body;
    const auto ask = [this, bytes](Recorder& recorder) {
        return recorder.takeAssignment(bytes, root_);
    };
    LIUHEN_TRY(evidence::Entry entry, writer_.call<evidence::Entry>(ask));
    return cborResponse(std::move(entry.bytes));
}

Result<net::Response> Service::checkpoint(const net::Request& request) {
    LIUHEN_TRY(const json body, parseJson(request.body));
    LIUHEN_TRY(const std::string note, jsonText(body, "note"));
    if (note.size() > kMaxNoteBytes) {
        return tooLong("the note", kMaxNoteBytes);
    }
    LIUHEN_TRY(const CheckpointRequest wanted, sentByClient(readCheckpoint(body, root_)));
    const auto ask = [&wanted](Recorder& recorder) {
        return witness(
            recorder, wanted, static_cast<std::uint64_t>(recorder.utcUs() / kUsPerSecond));
    };
    LIUHEN_TRY(const std::string line, writer_.call<std::string>(ask));
    net::Response response;
    response.contentType = "application/json";
    response.body = core::toBuffer(core::viewOf(json{{"cosignature", line}}.dump()));
    return response;
}

Result<net::Response> Service::receipt(const net::Request& request) {
    if (request.body.size() > kMaxMessageBytes) {
        return tooLong("the receipt", kMaxMessageBytes);
    }
    LIUHEN_TRY(const evidence::Receipt receipt,
               sentByClient(evidence::Receipt::verify(request.body, root_)));
    const core::Buffer bytes = request.body;
    const auto ask = [receipt, bytes](Recorder& recorder) -> Result<evidence::Entry> {
        if (receipt.device != recorder.keychain().device()) {
            return core::fail(ErrorKind::PermissionDenied,
                              "take receipt: it is another recorder's");
        }
        LIUHEN_TRY(const bool ours, isOurs(recorder, receipt));
        if (!ours) {
            return core::fail(ErrorKind::PermissionDenied,
                              "take receipt: it is not for these bytes");
        }
        return recorder.enterReceipt(bytes);
    };
    LIUHEN_TRY(evidence::Entry entry, writer_.call<evidence::Entry>(ask));
    return cborResponse(std::move(entry.bytes));
}

}  // namespace liuhen::offload
