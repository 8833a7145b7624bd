// SPDX-License-Identifier: Apache-2.0
// Requests to a witness, read line by line within fixed bounds.
#include "common/tlog/add_checkpoint.hpp"

#include "common/tlog/line.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace liuhen::tlog {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::string_view kOld = "old ";
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash, space

tl::unexpected<core::Error> bad(std::string_view why) {
    return fail(ErrorKind::InvalidArgument, fmt::format("read add-checkpoint: {}", why));
}

/// A number in the one way in which it is written.
std::optional<std::uint64_t> sizeOf(std::string_view text) {
    const auto number = core::parseUnsigned(text);
    return number && fmt::to_string(*number) == text ? std::optional(*number) : std::nullopt;
}

}  // namespace

Result<std::string> toText(const AddCheckpoint& request) {
    if (request.path.size() > kProofLines) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("write add-checkpoint: a proof of {} lines", request.path.size()));
    }
    std::string text = fmt::format("{}{}\n", kOld, request.oldSize);
    for (const Digest& hash : request.path) {
        text += core::toBase64(hash) + "\n";
    }
    return text + "\n" + request.note;
}

Result<ShownCheckpoint> parseAddCheckpoint(std::string_view body) {
    if (body.size() > kAddCheckpointBytes) {
        return bad("too long");
    }
    const auto first = takeLine(body);
    if (!first || !first->starts_with(kOld)) {
        return bad("the first line is not 'old' and a size");
    }
    ShownCheckpoint read;
    const auto old = sizeOf(first->substr(kOld.size()));
    if (!old) {
        return bad("the old size is no decimal number without leading zeros");
    }
    read.request.oldSize = *old;
    for (auto line = takeLine(body); !line || !line->empty(); line = takeLine(body)) {
        if (!line) {
            return bad("no empty line before the note");
        }
        if (read.request.path.size() == kProofLines) {
            return bad("more than 63 lines of proof");
        }
        const auto hash = core::fromBase64(*line);
        Digest step{};
        if (!hash || hash->size() != step.size()) {
            return bad("a line of the proof is not base64 of 32 bytes");
        }
        std::copy(hash->begin(), hash->end(), step.begin());
        read.request.path.push_back(step);
    }
    read.request.note = std::string(body);
    LIUHEN_TRY(read.shown, parseCheckpoint(body));
    if (read.request.oldSize > read.shown.checkpoint.size) {
        return bad("the old size is above the checkpoint's");
    }
    return read;
}

Result<std::vector<std::string>> parseCosignatures(std::string_view body) {
    std::vector<std::string> lines;
    if (body.size() > kWitnessAnswerBytes) {
        return fail(ErrorKind::InvalidArgument, "read cosignatures: too long");
    }
    while (!body.empty()) {
        const auto line = takeLine(body);
        if (!line || !line->starts_with(kDash) || lines.size() == kNoteSignatures) {
            return fail(ErrorKind::InvalidArgument,
                        "read cosignatures: not one to 64 signature lines");
        }
        lines.push_back(std::string(*line) + "\n");
    }
    if (lines.empty()) {
        return fail(ErrorKind::InvalidArgument, "read cosignatures: there is none");
    }
    return lines;
}

Result<std::uint64_t> parseTreeSize(std::string_view body) {
    const auto line = takeLine(body);
    const auto size = line ? sizeOf(*line) : std::nullopt;
    if (!size || !body.empty()) {
        return fail(ErrorKind::InvalidArgument, "read a tree size: not one decimal number");
    }
    return *size;
}

}  // namespace liuhen::tlog
