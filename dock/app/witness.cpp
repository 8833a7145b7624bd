// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock witness`: requests and answers by file.
#include "dock/app/commands.hpp"
#include "dock/witness/file_exchange.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
using core::Result;

namespace {

constexpr std::size_t kAnswerBytes = std::size_t{64} << 10U;

Result<std::string> readStandardInput() {
    std::string text;
    std::array<char, 4096> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), stdin)) {
        text.append(piece.data(), count);
        if (text.size() > kAnswerBytes) {
            return core::fail(ErrorKind::InvalidArgument,
                              "read the witness's answer: it is too long for one");
        }
    }
    return text;
}

/// Runs `work` with all that an exchange by file stands on.
Result<int> withExchange(
    core::Files& files,
    const Config& config,
    const std::string& name,
    const std::function<Result<int>(witnessing::FileExchange& exchange)>& work) {
    const bool known = std::any_of(config.witnesses.begin(),
                                   config.witnesses.end(),
                                   [&name](const auto& place) { return place.name == name; });
    if (!known) {
        return core::fail(
            ErrorKind::NotFound,
            fmt::format("find the witness '{}': dock.toml has no [[witness]] of that name", name));
    }
    const ingest::Stop never;
    ingest::Progress unused;
    ingest::VaultFeed feed(
        {config.vaultSocket, config.identity.tls.root, ingest::Patience{}}, never, unused);
    const core::SystemClock clock;
    ingest::IncidentLog incidents(clock);
    witnessing::Exchange exchange(name, feed, incidents);
    witnessing::FileExchange byFile(files, config.folder, name, exchange);
    return work(byFile);
}

std::string sentenceOf(const witnessing::Ended& ended, const std::string& name) {
    using witnessing::End;
    switch (ended.end) {
        case End::Published:
            return fmt::format("{} cosigned the newest checkpoint, of {} leaves", name, ended.size);
        case End::Cosigned:
            return fmt::format(
                "{} cosigned {} leaves, and the vault keeps that; the log has grown since. What "
                "came "
                "since is witnessed by the next request",
                name,
                ended.size);
        case End::Declined:
            return fmt::format("{} did not cosign: {}; make another request", name, ended.reason);
        default:
            return ended.reason;
    }
}

}  // namespace

Result<int> witnessRequest(core::Files& files, const Config& config, const std::string& name) {
    return withExchange(files, config, name, [](witnessing::FileExchange& exchange) -> Result<int> {
        LIUHEN_TRY(const std::string body, exchange.request());
        fmt::print("{}", body);
        return 0;
    });
}

Result<int> witnessAnswer(core::Files& files, const Config& config, const std::string& name) {
    return withExchange(
        files, config, name, [&name](witnessing::FileExchange& exchange) -> Result<int> {
            LIUHEN_TRY(const std::string text, readStandardInput());
            LIUHEN_TRY(const witnessing::Ended ended, exchange.answer(text));
            fmt::print("{}\n", sentenceOf(ended, name));
            const bool kept =
                ended.end == witnessing::End::Published || ended.end == witnessing::End::Cosigned;
            return kept ? 0 : 1;
        });
}

}  // namespace liuhen::dock
