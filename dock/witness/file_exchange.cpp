// SPDX-License-Identifier: Apache-2.0
// What is remembered between a request that leaves and an answer that comes days later.
#include "dock/witness/file_exchange.hpp"

#include "common/tlog/add_checkpoint.hpp"

#include <fmt/format.h>

namespace liuhen::witnessing {

using core::ErrorKind;

namespace {

constexpr std::string_view kRefused = "refused ";
constexpr std::uint64_t kSizeBytes = 64;
constexpr std::size_t kStatusDigits = 3;

}  // namespace

Result<Answer> readAnswer(const std::string& text) {
    if (tlog::parseCosignatures(text)) {
        return Answer{200, text};
    }
    if (tlog::parseTreeSize(text)) {
        return Answer{409, text};
    }
    const std::size_t end = kRefused.size() + kStatusDigits;
    if (text.starts_with(kRefused) && text.substr(end, 2) == ": ") {
        const auto status = core::parseUnsigned(text.substr(kRefused.size(), kStatusDigits));
        if (status && *status >= 400 && *status < 600) {
            return Answer{static_cast<unsigned>(*status), text.substr(end + 2)};
        }
    }
    return core::fail(ErrorKind::InvalidArgument,
                      "read the witness's answer: it is neither signature lines, nor a size, nor a "
                      "refusal; give the file that 'liuhen witness sign' wrote");
}

Result<std::string> FileExchange::request() {
    const auto known = core::readFile(files_, path(".size"), kSizeBytes);
    if (known) {
        LIUHEN_TRY(const std::uint64_t size, tlog::parseTreeSize(core::textOf(*known)));
        exchange_.setRemembered(size);
    } else if (known.error().kind != ErrorKind::NotFound) {
        return tl::make_unexpected(known.error());
    }
    LIUHEN_TRY(auto next, exchange_.request());
    LIUHEN_CHECK(files_.makeFolders(folder_));
    LIUHEN_CHECK(core::replaceFile(files_, path(".request"), core::viewOf(next.body)));
    return std::move(next.body);
}

Result<Ended> FileExchange::answer(const std::string& text) {
    LIUHEN_TRY(const Answer answer, readAnswer(text));
    const auto kept = core::readFile(files_, path(".request"), tlog::kAddCheckpointBytes);
    if (!kept) {
        return core::fail(kept.error().kind,
                          fmt::format("find the request that {} answered: {}; make one with "
                                      "'liuhen-dock witness request'",
                                      name_,
                                      kept.error().message));
    }
    LIUHEN_TRY(const auto read, tlog::parseAddCheckpoint(core::textOf(*kept)));
    const Shown shown{read.request.oldSize, read.shown.checkpoint.size};
    exchange_.setRemembered(shown.oldSize);
    const Ended ended = exchange_.take(answer, shown);
    const std::string size = fmt::format("{}\n", exchange_.remembered());
    LIUHEN_CHECK(core::replaceFile(files_, path(".size"), core::viewOf(size)));
    return ended;
}

}  // namespace liuhen::witnessing
