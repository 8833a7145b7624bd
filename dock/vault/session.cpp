// SPDX-License-Identifier: Apache-2.0
// Requests to the vault's calls.
#include "dock/vault/session.hpp"

#include "dock/vault/access_session.hpp"
#include "dock/vault/import.hpp"
#include "dock/vault/messages.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace liuhen::vault {

namespace {

using core::Cbor;

constexpr std::size_t kRawBytes = std::size_t{256} << 10U;
/// Of one connection at once.
constexpr std::size_t kOpenUploads = 4;

Result<Buffer> encoded(const Cbor& answer) {
    return answer.encode();
}

/// Answers each kind of request.
class Calls {
public:
    Calls(Vault& vault, Stream& stream) : vault_(vault), stream_(stream) {}
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    /// What this connection began is made durable and closed; another may go on with it.
    ~Calls() {
        for (const std::string& upload : uploads_) {
            vault_.rest(upload);
        }
    }

    Result<Buffer> operator()(const HelloRequest& /*request*/) {
        return encoded(toCbor(vault_.hello()));
    }
    Result<Buffer> operator()(const HeldRequest& request) {
        LIUHEN_TRY(const Held held, vault_.held(request.device, request.generation, request.after));
        return encoded(toCbor(held));
    }
    Result<Buffer> operator()(const OfferRequest& request) {
        LIUHEN_TRY(const OfferAnswer answer, vault_.offer(request.offer));
        if (answer.state == State::Receiving) {
            if (uploads_.size() >= kOpenUploads) {
                vault_.rest(*uploads_.begin());
                uploads_.erase(uploads_.begin());
            }
            uploads_.insert(answer.upload);
        }
        return encoded(toCbor(answer));
    }
    /// After an error the raw bytes still stand in the connection: `desynchronised` then.
    Result<Buffer> operator()(const BytesRequest& request) {
        desynchronised = true;
        LIUHEN_TRY(auto appender, vault_.append(request.upload, request.offset, request.length));
        Buffer piece;
        for (std::uint64_t left = request.length; left > 0;) {
            piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kRawBytes)));
            std::size_t came = 0;
            const auto received = stream_.receiveRaw(piece, &came);
            // What came of a piece that was cut off counts too: a cable that breaks every 64 KiB
            // must bring all of it in some day.
            if (came > 0) {
                LIUHEN_CHECK(appender.append(core::ByteView(piece).first(came)));
            }
            LIUHEN_CHECK(received);
            left -= piece.size();
        }
        desynchronised = false;
        LIUHEN_TRY(const std::uint64_t offset, appender.finish(request.sync));
        return encoded(Cbor::map({{"offset", offset}}));
    }
    Result<Buffer> operator()(const CommitRequest& request) {
        LIUHEN_TRY(const CommitAnswer answer, vault_.commit(request.upload));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const CheckpointRequest& request) {
        LIUHEN_TRY(const CheckpointAnswer answer,
                   request.forWitness ? vault_.checkpointForWitness(request.oldSize)
                                      : vault_.checkpoint(request.oldSize));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const CosignedRequest& request) {
        LIUHEN_TRY(const CosignedAnswer answer, vault_.cosigned(request.line, request.size));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const LeavesRequest& request) {
        LIUHEN_TRY(const LeavesAnswer answer, vault_.leaves(request.from, request.count));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const IncidentRequest& request) {
        LIUHEN_TRY(const std::uint64_t index, vault_.incident(request.incident, request.wait));
        return encoded(Cbor::map({{"index", index}}));
    }
    Result<Buffer> operator()(const StatusRequest& /*request*/) {
        LIUHEN_TRY(const Status status, vault_.status());
        return encoded(toCbor(status));
    }
    Result<Buffer> operator()(const HoldPlaceRequest& request) {
        LIUHEN_TRY(const HoldAnswer answer,
                   vault_.placeHold(request.subject, request.reason, request.by));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const HoldLiftRequest& request) {
        LIUHEN_TRY(const HoldAnswer answer,
                   vault_.liftHold(request.hold, request.reason, request.by, request.grant));
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const HoldListRequest& request) {
        LIUHEN_TRY(const HoldList list, vault_.holds(request.after));
        return encoded(toCbor(list));
    }
    Result<Buffer> operator()(const RetentionSetRequest& request) {
        LIUHEN_TRY(
            const std::uint64_t leaf,
            vault_.setRetention(request.subject, request.classId, request.by, request.grant));
        return encoded(Cbor::map({{"leaf", leaf}}));
    }
    Result<Buffer> operator()(const RetentionListRequest& request) {
        LIUHEN_TRY(const RetentionList list, vault_.retentions(request.after));
        return encoded(toCbor(list));
    }
    /// Raw bytes follow as with BytesRequest, but what was cut off is given up: who imports has the
    /// file.
    Result<Buffer> operator()(const ImportRequest& request) {
        desynchronised = true;
        LIUHEN_TRY(Import import, Import::begin(vault_, request));
        Buffer piece;
        for (std::uint64_t left = request.sizeBytes; left > 0;) {
            piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kRawBytes)));
            LIUHEN_CHECK(stream_.receiveRaw(piece));
            LIUHEN_CHECK(import.append(piece));
            left -= piece.size();
        }
        desynchronised = false;
        LIUHEN_TRY(const ImportAnswer answer, import.finish());
        return encoded(toCbor(answer));
    }
    Result<Buffer> operator()(const ImportListRequest& request) {
        LIUHEN_TRY(const ImportList list, Import::list(vault_, request.before));
        return encoded(toCbor(list));
    }

    Result<Buffer> operator()(const AccessRequest& request) {
        LIUHEN_TRY(const Cbor answer, answerAccess(vault_, request));
        return encoded(answer);
    }

    bool desynchronised = false;

private:
    Vault& vault_;
    Stream& stream_;
    std::set<std::string> uploads_;
};

}  // namespace

Result<void> serve(Vault& vault, Stream& stream, std::chrono::milliseconds idle) {
    Calls calls(vault, stream);
    while (true) {
        auto message = stream.receive(idle);
        if (!message) {
            if (message.error().kind == core::ErrorKind::DataLoss) {
                static_cast<void>(stream.send(encodeError(message.error())));
            }
            return tl::make_unexpected(message.error());
        }
        if (!*message) {
            return {};
        }
        const auto request = parseRequest(**message);
        if (!request) {
            // Whether raw bytes follow cannot be told: the connection ends here.
            static_cast<void>(stream.send(encodeError(request.error())));
            return tl::make_unexpected(request.error());
        }
        const Result<Buffer> answer =
            std::visit([&calls](const auto& each) { return calls(each); }, *request);
        LIUHEN_CHECK(stream.send(answer ? *answer : encodeError(answer.error())));
        if (calls.desynchronised) {
            return tl::make_unexpected(answer.error());
        }
    }
}

}  // namespace liuhen::vault
