// SPDX-License-Identifier: Apache-2.0
// A request, its raw bytes, its answer.
#include "dock/vault/import_client.hpp"

#include "dock/vault/messages.hpp"

namespace liuhen::vault {

namespace {

using core::ErrorKind;

/// The vault reads the whole file back off its medium before it answers.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(60);
constexpr std::chrono::milliseconds kListPatience = std::chrono::seconds(30);
/// For the answer of a vault that takes no more bytes.
constexpr std::chrono::milliseconds kEarlyAnswer{1'000};
constexpr std::string_view kAsk = "ask the vault";

}  // namespace

Result<ImportClient> ImportClient::connect(const std::string& socket) {
    LIUHEN_TRY(Stream stream, Stream::connect(socket, std::chrono::minutes(10)));
    return ImportClient(std::move(stream));
}

/// A vault that refuses answers early and closes: its reason is worth more than our error.
Result<void> ImportClient::sent(const Result<void>& done) {
    if (done) {
        return done;
    }
    const auto answer = stream_.receive(kEarlyAnswer);
    if (answer && *answer) {
        LIUHEN_TRY(const core::Cbor map, parseAnswer(**answer));
    }
    return core::failWith(done.error(), kAsk);
}

Result<void> ImportClient::begin(const ImportRequest& request) {
    return sent(stream_.send(encode(Request(request))));
}

Result<void> ImportClient::send(ByteView bytes) {
    return sent(stream_.sendRaw(bytes));
}

Result<core::Cbor> ImportClient::answer(std::chrono::milliseconds patience) {
    const auto answer = stream_.receive(patience);
    if (!answer) {
        return core::failWith(answer.error(), kAsk);
    }
    if (!*answer) {
        return core::fail(ErrorKind::Unavailable, "ask the vault: it has closed the connection");
    }
    return parseAnswer(**answer);
}

Result<ImportAnswer> ImportClient::end() {
    LIUHEN_TRY(const core::Cbor map, answer(kPatience));
    return readImportAnswer(map);
}

Result<ImportList> ImportClient::list(std::optional<std::uint64_t> before) {
    LIUHEN_CHECK(sent(stream_.send(encode(Request(ImportListRequest{before})))));
    LIUHEN_TRY(const core::Cbor map, answer(kListPatience));
    return readImports(map);
}

}  // namespace liuhen::vault
