// SPDX-License-Identifier: Apache-2.0
// The order of the checks is that of C2SP tlog-witness; a fork is looked for before all else.
#include "tools/witness/witness.hpp"

#include "common/core/log.hpp"
#include "common/tlog/add_checkpoint.hpp"
#include "common/tlog/witness.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::witness {

using core::ErrorKind;
using core::LogLevel;

namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;

Answer refuse(unsigned status, std::string_view why) {
    Answer answer;
    answer.status = status;
    answer.body = fmt::format("{}\n", why);
    return answer;
}

/// What a log is told that does not know where the witness stands, or will not say.
Answer conflict(std::uint64_t size) {
    return Answer{409, std::string(tlog::kTreeSizeType), fmt::format("{}\n", size)};
}

}  // namespace

const KnownLog* Witness::find(const std::string& origin) const {
    const auto found = std::find_if(settings_.logs.begin(),
                                    settings_.logs.end(),
                                    [&](const KnownLog& log) { return log.origin == origin; });
    return found == settings_.logs.end() ? nullptr : &*found;
}

Answer Witness::addCheckpoint(std::string_view body) {
    const auto request = tlog::parseAddCheckpoint(body);
    if (!request) {
        return refuse(400, request.error().message);
    }
    const tlog::Checkpoint& shown = request->shown.checkpoint;
    const KnownLog* log = find(shown.origin);
    if (log == nullptr) {
        return refuse(404, "this witness does not watch such a log");
    }
    if (!tlog::verifySignature(request->shown.note, log->key.name, log->key.publicKey)) {
        core::log(LogLevel::Warning,
                  "witness",
                  fmt::format("{}: a checkpoint of {} leaves is not signed with its key",
                              shown.origin,
                              shown.size));
        return refuse(403, "the checkpoint is not signed with the log's key");
    }
    return judge(
        request->request.note, request->shown, request->request.oldSize, request->request.path);
}

Answer Witness::judge(const std::string& note,
                      const tlog::SignedCheckpoint& signedNote,
                      std::uint64_t oldSize,
                      const std::vector<core::Digest>& path) {
    const tlog::Checkpoint& shown = signedNote.checkpoint;
    if (broken_) {
        return refuse(503, "the witness must be started anew after an error of its disk");
    }
    auto turn = memory_.turn(shown.origin);
    if (!turn) {
        return unusable(turn.error());
    }
    std::optional<tlog::SeenTree> seen;
    if (turn->seen()) {
        seen = tlog::SeenTree{turn->seen()->size, turn->seen()->root};
    }
    const std::uint64_t remembered = seen ? seen->size : 0;
    const tlog::WitnessVerdict verdict = tlog::judgeCheckpoint(seen, shown, path);
    if (verdict == tlog::WitnessVerdict::Fork) {
        alarm(*turn, "fork", shown, note);
        return conflict(remembered);
    }
    if (oldSize != remembered) {
        return conflict(remembered);
    }
    if (verdict != tlog::WitnessVerdict::Accept) {
        if (seen) {
            alarm(*turn, "unproved", shown, note);
        }
        return refuse(422,
                      fmt::format("it is not proved that this tree of {} leaves begins with the "
                                  "one of {} leaves that was seen before",
                                  shown.size,
                                  remembered));
    }
    return accept(*turn, note, signedNote);
}

Answer Witness::accept(Memory::Turn& turn,
                       const std::string& note,
                       const tlog::SignedCheckpoint& shown) {
    const std::int64_t now = clock_->utc().count() / kUsPerSecond;
    const auto line = tlog::cosign(shown.note.text,
                                   settings_.name,
                                   settings_.key,
                                   static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)));
    if (!line) {
        return unusable(line.error());
    }
    // Written anew even if it is the same tree: an earlier write may have failed halfway.
    if (const auto kept = turn.remember(note); !kept) {
        broken_ = broken_ || kept.error().kind != ErrorKind::ResourceExhausted;
        return unusable(kept.error());
    }
    core::log(
        LogLevel::Info,
        "witness",
        fmt::format("{}: cosigned {} leaves", shown.checkpoint.origin, shown.checkpoint.size));
    Answer answer;
    answer.body = *line;
    return answer;
}

void Witness::alarm(Memory::Turn& turn,
                    const std::string& kind,
                    const tlog::Checkpoint& shown,
                    const std::string& note) const {
    const auto path = turn.keepEvidence(kind, shown, note);
    const std::string where = !path           ? "could not be kept: " + path.error().message
                              : path->empty() ? "are not kept: the folder of evidence is full"
                                              : "are kept in " + *path;
    const std::string what =
        kind == "fork"
            ? fmt::format(
                  "the log {} has two histories: it signed two different trees of {} leaves",
                  shown.origin,
                  shown.size)
            : fmt::format(
                  "the log {} shows {} leaves and does not prove that they begin with the "
                  "{} leaves that it showed before",
                  shown.origin,
                  shown.size,
                  turn.seen()->size);
    core::log(LogLevel::Error, "witness", fmt::format("ALARM: {}; both notes {}", what, where));
}

Answer Witness::unusable(const core::Error& error) {
    core::log(LogLevel::Error, "witness", error.message);
    return refuse(503, "the witness cannot reach its memory; nothing was cosigned");
}

}  // namespace liuhen::witness
