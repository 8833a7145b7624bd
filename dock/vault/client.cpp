// SPDX-License-Identifier: Apache-2.0
// One request and one answer at a time.
#include "dock/vault/client.hpp"

#include "common/evidence/fields.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/stream.hpp"

#include <optional>

namespace liuhen::vault {

using core::Cbor;
using core::ErrorKind;

class Client::Calls {
public:
    Calls(Stream stream, std::chrono::milliseconds patience)
        : stream_(std::move(stream)), patience_(patience) {}

    /// Sends a request, raw bytes behind it if there are any, and reads the answer's map.
    Result<Cbor> call(const Request& request, ByteView raw = {}) {
        if (!stream_) {
            return core::fail(ErrorKind::Unavailable, "ask the vault: the connection is closed");
        }
        auto answer = exchange(encode(request), raw);
        if (!answer) {
            stream_.reset();
            return core::failWith(answer.error(), "ask the vault");
        }
        return parseAnswer(*answer);
    }

private:
    Result<Buffer> exchange(ByteView message, ByteView raw) {
        LIUHEN_CHECK(stream_->send(message));
        // A vault that refuses answers early and closes: its reason is worth more than our error.
        const auto sent = stream_->sendRaw(raw);
        auto answer = stream_->receive(patience_);
        if (!answer) {
            return tl::make_unexpected(sent ? answer.error() : sent.error());
        }
        if (!*answer) {
            return core::fail(ErrorKind::Unavailable, "the vault has closed the connection");
        }
        return **std::move(answer);
    }

    std::optional<Stream> stream_;
    std::chrono::milliseconds patience_;
};

Client::Client(std::unique_ptr<Calls> calls) : calls_(std::move(calls)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::connect(const std::string& socket,
                               std::chrono::milliseconds patience,
                               std::function<bool()> stopped) {
    LIUHEN_TRY(Stream stream, Stream::connect(socket, patience));
    stream.endWhen(std::move(stopped));
    return Client(std::make_unique<Calls>(std::move(stream), patience));
}

Result<Hello> Client::hello() {
    LIUHEN_TRY(const Cbor answer, calls_->call(HelloRequest{}));
    return readHello(answer);
}

Result<Held> Client::held(const std::string& device,
                          std::uint64_t generation,
                          std::optional<std::uint64_t> after) {
    LIUHEN_TRY(const Cbor answer, calls_->call(HeldRequest{device, generation, after}));
    return readHeld(answer);
}

Result<OfferAnswer> Client::offer(const Offer& offer) {
    LIUHEN_TRY(const Cbor answer, calls_->call(OfferRequest{offer}));
    return readOfferAnswer(answer);
}

Result<std::uint64_t> Client::bytes(const std::string& upload,
                                    std::uint64_t offset,
                                    ByteView bytes,
                                    bool sync) {
    LIUHEN_TRY(const Cbor answer,
               calls_->call(BytesRequest{upload, offset, bytes.size(), sync}, bytes));
    return evidence::unsignedAt(answer, "offset");
}

Result<CommitAnswer> Client::commit(const std::string& upload) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CommitRequest{upload}));
    return readCommitAnswer(answer);
}

Result<CheckpointAnswer> Client::checkpoint(std::uint64_t oldSize) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CheckpointRequest{oldSize}));
    return readCheckpointAnswer(answer);
}

Result<CosignedAnswer> Client::cosigned(const std::string& line) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CosignedRequest{line}));
    return readCosignedAnswer(answer);
}

Result<std::uint64_t> Client::incident(const Incident& incident) {
    LIUHEN_TRY(const Cbor answer, calls_->call(IncidentRequest{incident}));
    return evidence::unsignedAt(answer, "index");
}

Result<Status> Client::status() {
    LIUHEN_TRY(const Cbor answer, calls_->call(StatusRequest{}));
    return readStatus(answer);
}

}  // namespace liuhen::vault
