// SPDX-License-Identifier: Apache-2.0
// The dock's end of the cable: the recorder's calls (docs/protocol/cable.md), each answer bounded.
#pragma once

#include "common/evidence/entry.hpp"
#include "common/net/client.hpp"
#include "common/net/download.hpp"
#include "dock/register/bodies.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::ingest {

using core::Result;

/// Where a recorder is found.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};

/// What a recorder says of itself. Nothing of it is believed: it only tells what to ask for.
struct DeviceState {
    std::string firmware;
    std::uint64_t boot = 0;
    evidence::Head head;
    bool recording = false;
    std::map<std::string, std::string> checkpoints;  // newest note it saw, by the log's origin
    std::vector<std::uint64_t> generations;          // rising, none twice
    std::optional<registry::SelfCheck> selfCheck;    // the last since it was switched on
};

/// What a recorder promises of a segment's file.
struct SegmentHead {
    std::uint64_t sizeBytes = 0;
    std::string etag;
};

struct SegmentPlace {
    std::uint64_t generation = 0;
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;
};

/// A connection to one recorder. Not thread-safe. It is made anew when it was lost between two
/// calls; the recorder at the other end must then still be the same.
///
/// Errors of all calls: those of net::HttpClient and of the recorder's answer, by their kind;
/// DataLoss for an answer that is not as docs/protocol/cable.md says.
class RecorderLink {
public:
    /// Connects and takes the recorder's name from its certificate.
    [[nodiscard]] static Result<std::unique_ptr<RecorderLink>> connect(
        const Endpoint& endpoint,
        const net::TlsIdentity& identity,
        const net::ClientLimits& limits);

    /// The subject of the certificate that was judged in the handshake.
    [[nodiscard]] const std::string& device() const { return device_; }

    [[nodiscard]] Result<DeviceState> state();
    /// Shows a checkpoint of the custody log. Errors besides: FailedPrecondition if the recorder
    /// says that the log does not contain what it saw before. Answers its cosignature line.
    [[nodiscard]] Result<std::string> showCheckpoint(const std::string& note,
                                                     core::ByteView certificateDer,
                                                     const std::vector<core::Digest>& path);
    /// The docking entry over `nonce`, read but not verified.
    [[nodiscard]] Result<evidence::Entry> dock(core::ByteView nonce);
    [[nodiscard]] Result<void> setClock(core::ByteView message);
    /// Brings an assignment, openings included. Answers the entry that came of it, read but not
    /// verified, which holds these bytes; nothing if the recorder had entered it before.
    /// Errors besides: Unauthenticated, PermissionDenied, InvalidArgument if it says no.
    [[nodiscard]] Result<std::optional<evidence::Entry>> giveAssignment(core::ByteView encoded);
    /// Entries from a seq on, at most kLedgerBytes; empty at the end.
    [[nodiscard]] Result<core::Buffer> ledger(std::uint64_t generation, std::uint64_t from);
    /// Errors besides: NotFound if the recorder has no such file.
    [[nodiscard]] Result<SegmentHead> segmentHead(const SegmentPlace& place);
    /// Fetches a segment from byte `from` on, across cuts of the connection.
    [[nodiscard]] Result<void> fetchSegment(const SegmentPlace& place,
                                            const SegmentHead& head,
                                            std::uint64_t from,
                                            const net::FetchPlan& patience,
                                            const net::FetchSeams& seams,
                                            const net::Sink& sink);
    [[nodiscard]] Result<void> giveReceipt(core::ByteView receipt);

    /// The most that one answer of the ledger may bring.
    static constexpr std::size_t kLedgerBytes = std::size_t{16} << 20U;

private:
    RecorderLink(Endpoint endpoint, net::TlsIdentity identity, net::ClientLimits limits)
        : endpoint_(std::move(endpoint)), identity_(std::move(identity)), limits_(limits) {}
    [[nodiscard]] Result<void> ensure();
    /// Sends and answers what is no refusal.
    [[nodiscard]] Result<net::Response> ask(net::Request request, std::string_view what);

    Endpoint endpoint_;
    net::TlsIdentity identity_;
    net::ClientLimits limits_;
    std::string device_;
    std::unique_ptr<net::HttpClient> client_;
};

}  // namespace liuhen::ingest
