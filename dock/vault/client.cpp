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

namespace {

/// For the answer of a vault that takes no more bytes.
constexpr std::chrono::milliseconds kEarlyAnswer{1'000};

}  // namespace

class Client::Calls {
public:
    Calls(Stream stream, std::chrono::milliseconds patience)
        : stream_(std::move(stream)), patience_(patience) {}

    /// Sends a request, raw bytes behind it if there are any, and reads the answer's map.
    Result<Cbor> call(const Request& request, ByteView raw = {}) {
        LIUHEN_CHECK(begin(request));
        LIUHEN_CHECK(more(raw));
        return end();
    }
    Result<void> begin(const Request& request) {
        if (!stream_) {
            return core::fail(ErrorKind::Unavailable, "ask the vault: the connection is closed");
        }
        return sent(stream_->send(encode(request)));
    }
    Result<void> more(ByteView raw) {
        if (!stream_) {
            return core::fail(ErrorKind::Unavailable, "ask the vault: the connection is closed");
        }
        return sent(stream_->sendRaw(raw));
    }
    Result<Cbor> end() {
        if (!stream_) {
            return core::fail(ErrorKind::Unavailable, "ask the vault: the connection is closed");
        }
        auto answer = stream_->receive(patience_);
        if (!answer || !*answer) {
            stream_.reset();
            return answer ? core::fail(ErrorKind::Unavailable,
                                       "ask the vault: it has closed the connection")
                          : core::failWith(answer.error(), "ask the vault");
        }
        return parseAnswer(**answer);
    }

private:
    /// A vault that refuses answers early and closes: its reason is worth more than our error.
    Result<void> sent(Result<void> done) {
        if (done) {
            return done;
        }
        auto answer = stream_->receive(kEarlyAnswer);
        stream_.reset();
        if (answer && *answer) {
            if (const auto map = parseAnswer(**answer); !map) {
                return tl::make_unexpected(map.error());
            }
        }
        return core::failWith(done.error(), "ask the vault");
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

Result<void> Client::beginBytes(const std::string& upload,
                                std::uint64_t offset,
                                std::uint64_t length) {
    return calls_->begin(BytesRequest{upload, offset, length, false});
}

Result<void> Client::sendBytes(ByteView bytes) {
    return calls_->more(bytes);
}

Result<std::uint64_t> Client::endBytes() {
    LIUHEN_TRY(const Cbor answer, calls_->end());
    return evidence::unsignedAt(answer, "offset");
}

Result<CommitAnswer> Client::commit(const std::string& upload) {
    LIUHEN_CHECK(beginCommit(upload));
    return endCommit();
}

Result<void> Client::beginCommit(const std::string& upload) {
    return calls_->begin(CommitRequest{upload});
}

Result<CommitAnswer> Client::endCommit() {
    LIUHEN_TRY(const Cbor answer, calls_->end());
    return readCommitAnswer(answer);
}

Result<CheckpointAnswer> Client::checkpoint(std::uint64_t oldSize) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CheckpointRequest{oldSize, false}));
    return readCheckpointAnswer(answer);
}

Result<CheckpointAnswer> Client::checkpointForWitness(std::uint64_t oldSize) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CheckpointRequest{oldSize, true}));
    return readCheckpointAnswer(answer);
}

Result<CosignedAnswer> Client::cosigned(const std::string& line,
                                        std::optional<std::uint64_t> size) {
    LIUHEN_TRY(const Cbor answer, calls_->call(CosignedRequest{line, size}));
    return readCosignedAnswer(answer);
}

Result<LeavesAnswer> Client::leaves(std::uint64_t from, std::uint64_t count) {
    LIUHEN_TRY(const Cbor answer, calls_->call(LeavesRequest{from, count}));
    return readLeavesAnswer(answer);
}

Result<std::uint64_t> Client::incident(const Incident& incident, bool wait) {
    LIUHEN_TRY(const Cbor answer, calls_->call(IncidentRequest{incident, wait}));
    return evidence::unsignedAt(answer, "index");
}

Result<Status> Client::status() {
    LIUHEN_TRY(const Cbor answer, calls_->call(StatusRequest{}));
    return readStatus(answer);
}

Result<Cbor> Client::ask(const AccessRequest& request) {
    return calls_->call(request);
}

Result<HoldAnswer> Client::placeHold(const Subject& subject,
                                     const std::string& reason,
                                     const std::string& by) {
    LIUHEN_TRY(const Cbor answer, calls_->call(HoldPlaceRequest{subject, reason, by}));
    return readHoldAnswer(answer);
}

Result<HoldAnswer> Client::liftHold(const Digest& hold,
                                    const std::string& reason,
                                    const std::string& by,
                                    const std::optional<Digest>& grant) {
    LIUHEN_TRY(const Cbor answer, calls_->call(HoldLiftRequest{hold, reason, by, grant}));
    return readHoldAnswer(answer);
}

Result<std::uint64_t> Client::setRetention(const Subject& subject,
                                           const std::string& classId,
                                           const std::string& by,
                                           const std::optional<Digest>& grant) {
    LIUHEN_TRY(const Cbor answer, calls_->call(RetentionSetRequest{subject, classId, by, grant}));
    return evidence::unsignedAt(answer, "leaf");
}

Result<HoldList> Client::holds(std::optional<std::uint64_t> after) {
    LIUHEN_TRY(const Cbor answer, calls_->call(HoldListRequest{after}));
    return readHolds(answer);
}

Result<RetentionList> Client::retentions(std::optional<std::uint64_t> after) {
    LIUHEN_TRY(const Cbor answer, calls_->call(RetentionListRequest{after}));
    return readRetentions(answer);
}

}  // namespace liuhen::vault
