// SPDX-License-Identifier: Apache-2.0
// The session templates on streams in memory.
#include "tests/common/net/memory_session.hpp"

#include "common/net/client_session.hpp"
#include "common/net/server_session.hpp"
#include "tests/common/net/memory_stream.hpp"

namespace liuhen::net {

namespace {

/// A stream and what goes with it, on the calling thread.
struct Bench {
    explicit Bench(const Script& script)
        : stream(io.get_executor(),
                 script.input,
                 script.pieceBytes,
                 script.staysSilent ? MemoryStream::End::Silence : MemoryStream::End::Eof),
          watchdog(io.get_executor(), [this] { closeNow(stream); }) {}

    asio::io_context io{1};
    MemoryStream stream;
    Watchdog watchdog;
};

asio::awaitable<bool> runWhole(ServerSession<MemoryStream>& session) {
    co_await session.run();
    co_return true;
}

}  // namespace

std::string serveScript(const Script& script, const Handler& handler, const Limits& limits) {
    Bench bench(script);
    const SessionContext context{handler, limits, bench.io.get_executor()};
    ServerSession<MemoryStream> session(bench.stream, context, Peer{}, bench.watchdog);
    runToEnd(bench.io, runWhole(session));
    return bench.stream.written();
}

Result<Response> requestOver(const Script& script,
                             const Request& request,
                             const ClientLimits& limits,
                             std::string* sent) {
    Bench bench(script);
    ClientSession<MemoryStream> session(bench.stream, limits, "bench", bench.watchdog);
    auto response = runToEnd(bench.io, session.request(request));
    if (sent != nullptr) {
        *sent = bench.stream.written();
    }
    return response;
}

Result<DownloadEnd> downloadOver(const Script& script,
                                 const DownloadRequest& wanted,
                                 const Sink& sink,
                                 const ClientLimits& limits,
                                 std::string* sent) {
    Bench bench(script);
    ClientSession<MemoryStream> session(bench.stream, limits, "bench", bench.watchdog);
    auto end = runToEnd(bench.io, session.download(wanted, sink));
    if (sent != nullptr) {
        *sent = bench.stream.written();
    }
    return end;
}

}  // namespace liuhen::net
