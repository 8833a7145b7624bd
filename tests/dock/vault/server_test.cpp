// SPDX-License-Identifier: Apache-2.0
// Tests of the socket: the client's calls, and peers that break every rule.
#include "dock/vault/server.hpp"

#include "dock/vault/client.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/peer.hpp"
#include "tests/dock/vault/bench.hpp"

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>

TEST_SUITE_BEGIN("vault/server");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;

/// A vault behind a socket.
class Served {
public:
    explicit Served(ServerLimits limits = {}) {
        server_ = must(Server::listen(bench.vault(), socket(), limits));
        thread_ = std::thread([this] { server_->run(); });
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        server_->stop();
        thread_.join();
        server_.reset();
    }
    [[nodiscard]] std::string socket() const { return bench.folder / "socket"; }
    [[nodiscard]] Client client() const { return must(Client::connect(socket(), 20s)); }
    [[nodiscard]] Stream raw() const { return must(Stream::connect(socket(), 20s)); }

    Bench bench;

private:
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

/// Whether the vault ends this connection, after at most one answer that is an error.
bool isClosed(Stream& stream) {
    const auto answer = stream.receive(20s);
    if (!answer || !*answer) {
        return true;
    }
    const auto after = stream.receive(20s);
    return !parseAnswer(**answer) && (!after || !*after);
}

void sendRawFrame(Stream& stream, std::uint32_t length, ByteView bytes) {
    Buffer frame;
    core::appendU32(frame, length);
    core::append(frame, bytes);
    static_cast<void>(stream.sendRaw(frame));  // the other end may have closed already
}

}  // namespace

TEST_CASE("a dock can do its work through the client") {
    Served served;
    const SampleRecorder recorder = served.bench.recorder();
    Client client = served.client();
    const Hello hello = must(client.hello());
    CHECK(hello.origin == kOrigin);
    CHECK(hello.receiptCertificate == served.bench.agency.receipt.der());
    const auto send = [&client](const Place& place, ByteView bytes) {
        const auto offered = must(client.offer({place, bytes.size(), std::nullopt}));
        std::uint64_t at = offered.offset;
        while (at < bytes.size()) {
            const auto piece = bytes.subspan(at, std::min<std::size_t>(5000, bytes.size() - at));
            at = must(client.bytes(offered.upload, at, piece, at > 10000));
        }
        return must(client.commit(offered.upload));
    };
    const auto answer = send(chapterPlace(recorder, 0), recorder.chapters()[0].bytes);
    REQUIRE(answer.state == State::Receipted);
    served.bench.check(answer.receipt);
    const Held held = must(client.held("CAM-1", 0));
    REQUIRE(held.missing.size() == 2);
    for (const SegmentName& name : held.missing) {
        CHECK(send(segmentPlace(recorder, name.recording, name.segment),
                   recorder.segment(name.recording, name.segment))
                  .state == State::Receipted);
    }
    const auto checkpoint = must(client.checkpoint(1));
    CHECK_FALSE(checkpoint.path.empty());
    CHECK(checkpoint.certificate == served.bench.agency.checkpoint.der());
    const auto note = must(tlog::parseNote(checkpoint.note));
    CHECK(
        must(client.cosigned(must(tlog::cosign(note.text, "CAM-1", recorder.witness(), 5)))).added);
    CHECK(must(client.incident({"what", "who", "detail"}, true)) == 7);
    CHECK(must(client.hello()).logSize == 8);  // under a checkpoint already
    CHECK(must(client.status()).stored == 3);
    const auto error = client.checkpoint(1'000'000);
    REQUIRE_FALSE(error);
    CHECK(error.error().kind == core::ErrorKind::FailedPrecondition);
    CHECK(must(client.hello()).logSize >= 7);  // after an error the connection goes on
}

TEST_CASE("bytes go in one request of many pieces, and a commit while others are fetched") {
    Served served;
    const SampleRecorder recorder = served.bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    Client client = served.client();
    const auto offered = must(client.offer({chapterPlace(recorder, 0), bytes.size(), Digest{1}}));
    must(client.beginBytes(offered.upload, 0, bytes.size()));
    for (std::size_t at = 0; at < bytes.size(); at += 1000) {
        must(client.sendBytes(
            ByteView(bytes).subspan(at, std::min<std::size_t>(1000, bytes.size() - at))));
    }
    CHECK(must(client.endBytes()) == bytes.size());
    must(client.beginCommit(offered.upload));
    CHECK(must(served.client().hello()).origin == kOrigin);
    CHECK(must(client.endCommit()).state == State::Receipted);
    // The reason of a vault that takes no bytes is told, though they are on their way.
    must(client.beginBytes(std::string(32, 'a'), 0, std::uint64_t{1} << 30U));
    Result<void> sent;
    const Buffer piece(1U << 20U);
    for (int i = 0; i < 100 && sent; ++i) {
        sent = client.sendBytes(piece);
    }
    REQUIRE_FALSE(sent);
    CHECK(sent.error().kind == core::ErrorKind::NotFound);
}

TEST_CASE("a wait for the vault ends when it is no longer wanted") {
    const hal::test::TemporaryFolder folder;
    const SocketAddress address = must(SocketAddress::of(folder / "silent"));
    const core::UniqueFd silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(address.bind(silent.get()) == 0);
    REQUIRE(::listen(silent.get(), 1) == 0);
    std::atomic<int> asked{0};
    Client client = must(
        Client::connect(folder / "silent", std::chrono::minutes(10), [&] { return ++asked > 1; }));
    const auto hello = client.hello();
    REQUIRE_FALSE(hello);
    CHECK(hello.error().kind == core::ErrorKind::Unavailable);
    CHECK(asked == 2);
}

TEST_CASE("leaves that nobody waits for come under a checkpoint by themselves") {
    Served served;
    Client client = served.client();
    const std::uint64_t index = must(client.incident({"what", "", ""}));
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (must(client.hello()).logSize <= index && std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    CHECK(must(client.hello()).logSize > index);
}

TEST_CASE("lengths that lie end the connection, and the vault goes on") {
    Served served;
    const Buffer hello = encode(HelloRequest{});
    SUBCASE("nothing") {
        Stream stream = served.raw();
        sendRawFrame(stream, 0, {});
        CHECK(isClosed(stream));
    }
    SUBCASE("above the limit") {
        Stream stream = served.raw();
        sendRawFrame(stream, kMessageBytes + 1, hello);
        CHECK(isClosed(stream));
    }
    SUBCASE("four gigabytes") {
        Stream stream = served.raw();
        sendRawFrame(stream, UINT32_MAX, hello);
        CHECK(isClosed(stream));
    }
    SUBCASE("shorter than the message") {
        Stream stream = served.raw();
        sendRawFrame(stream, static_cast<std::uint32_t>(hello.size() - 1), hello);
        CHECK(isClosed(stream));
    }
    SUBCASE("longer than what comes") {
        Stream stream = served.raw();
        sendRawFrame(stream, 1000, hello);
        ::shutdown(stream.fd(), SHUT_WR);
        CHECK(isClosed(stream));
    }
    CHECK(must(served.client().hello()).origin == kOrigin);
}

TEST_CASE("unknown verbs and garbage end the connection, and the vault goes on") {
    Served served;
    // NOLINTNEXTLINE(cert-msc51-cpp): every run must try the same inputs.
    std::mt19937_64 random(7);
    for (int i = 0; i < 40; ++i) {
        Stream stream = served.raw();
        Buffer garbage(1 + random() % 300);
        for (std::uint8_t& byte : garbage) {
            byte = static_cast<std::uint8_t>(random());
        }
        if (i % 2 == 0) {
            sendRawFrame(stream, static_cast<std::uint32_t>(garbage.size()), garbage);
        } else {
            garbage.insert(garbage.begin(), 0xff);  // a length beyond all limits
            static_cast<void>(stream.sendRaw(garbage));
        }
        ::shutdown(stream.fd(), SHUT_WR);
        CHECK(isClosed(stream));
    }
    Stream stream = served.raw();
    must(stream.send(core::Cbor::map({{"verb", "remove"}, {"object", "x"}}).encode()));
    CHECK(isClosed(stream));
    CHECK(must(served.client().hello()).logSize == 1);
}

TEST_CASE("bytes that were not asked for are refused with a reason") {
    Served served;
    const SampleRecorder recorder = served.bench.recorder();
    Client client = served.client();
    const auto unknown = client.bytes(std::string(32, 'a'), 0, Buffer(100, 1), false);
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().kind == core::ErrorKind::NotFound);
    CHECK_FALSE(client.hello());  // where the raw bytes end is not known: closed
    client = served.client();
    const auto offered = must(client.offer({chapterPlace(recorder, 0), 10, std::nullopt}));
    const auto tooMany = client.bytes(offered.upload, 0, Buffer(11, 1), false);
    REQUIRE_FALSE(tooMany);
    CHECK(tooMany.error().kind == core::ErrorKind::InvalidArgument);
}

TEST_CASE("a peer that vanishes amid its bytes leaves what came, and the upload free") {
    Served served;
    const SampleRecorder recorder = served.bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    const std::string upload = must(served.client().offer(offer)).upload;
    {
        Stream stream = served.raw();
        must(stream.send(encode(BytesRequest{upload, 0, bytes.size(), false})));
        must(stream.sendRaw(ByteView(bytes).first(100)));
        ::shutdown(stream.fd(), SHUT_WR);
        CHECK(isClosed(stream));
    }
    Client client = served.client();
    const auto offered = must(client.offer(offer));
    CHECK(offered.upload == upload);
    CHECK(offered.offset == 100);
    must(client.bytes(upload, offered.offset, ByteView(bytes).subspan(offered.offset), true));
    CHECK(must(client.commit(upload)).state == State::Receipted);
}

TEST_CASE("a slow peer is cut off, and one too many waits for its turn") {
    ServerLimits limits;
    limits.connections = 2;
    limits.pace = 50ms;
    limits.idle = 50ms;
    Served served(limits);
    Stream first = served.raw();
    Stream second = served.raw();
    sendRawFrame(first, 100, Buffer(10, 1));
    Client third = served.client();
    CHECK(must(third.hello()).origin == kOrigin);
    CHECK(isClosed(first));
    CHECK(isClosed(second));
}

TEST_CASE("descriptors that come along are not taken, and end the connection") {
    Served served;
    const Buffer hello = encode(HelloRequest{});
    Buffer packet;
    core::appendU32(packet, static_cast<std::uint32_t>(hello.size()));
    core::append(packet, hello);
    for (const std::size_t at : {std::size_t{0}, std::size_t{4}}) {
        CAPTURE(at);
        Stream stream = served.raw();
        must(stream.sendRaw(ByteView(packet).first(at)));
        iovec piece{packet.data() + at, packet.size() - at};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        const int fd = stream.fd();
        std::memcpy(CMSG_DATA(head), &fd, sizeof(fd));
        REQUIRE(::sendmsg(stream.fd(), &message, MSG_NOSIGNAL) > 0);
        CHECK(isClosed(stream));
    }
    CHECK(must(served.client().hello()).origin == kOrigin);
}

TEST_CASE("root, the vault's own account and those named may ask, nobody else") {
    const uid_t own = ::geteuid();
    const std::vector<uid_t> others = {own + 1000};
    CHECK(mayAsk(0, {}));
    CHECK(mayAsk(own, {}));
    CHECK(mayAsk(own + 1000, others));
    CHECK_FALSE(mayAsk(own + 1000, {}));
    CHECK_FALSE(mayAsk(own + 1001, others));
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    const core::UniqueFd one(ends[0]);
    const core::UniqueFd other(ends[1]);
    CHECK(must(peerOf(one.get())) == own);
    CHECK_FALSE(peerOf(-1));
}

TEST_CASE("something else in the socket's place is not removed") {
    Bench bench;
    bench.folder.write("socket", "precious");
    const auto server = Server::listen(bench.vault(), bench.folder / "socket", {});
    REQUIRE_FALSE(server);
    CHECK(server.error().kind == core::ErrorKind::AlreadyExists);
    CHECK_FALSE(Server::listen(bench.vault(), bench.folder / std::string(200, 'x'), {}));
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
