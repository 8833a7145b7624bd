// SPDX-License-Identifier: Apache-2.0
// The end of the vault's socket for who imports files.
#pragma once

#include "dock/vault/import_types.hpp"
#include "dock/vault/stream.hpp"

namespace liuhen::vault {

/// A connection for imports, one after the other, and for their list. Not thread-safe. After any
/// error it is of no more use: connect anew.
class ImportClient {
public:
    /// Errors: Unavailable, NotFound, PermissionDenied if the vault cannot be reached.
    [[nodiscard]] static Result<ImportClient> connect(const std::string& socket);

    /// begin(), then send() until `sizeBytes` are gone, then end(). Who cannot send them all gives
    /// the connection up: nothing of the import is kept then. Errors of all: InvalidArgument for
    /// what wrongDeclaration() tells of, or a span that is not over; ResourceExhausted if there is
    /// no room; DataLoss if the vault's medium does not give the bytes back; Unavailable if it is
    /// gone. After that last one in end() the import may be kept all the same.
    [[nodiscard]] Result<void> begin(const ImportRequest& request);
    [[nodiscard]] Result<void> send(ByteView bytes);
    [[nodiscard]] Result<ImportAnswer> end();
    /// What was imported, the newest first, before the leaf `before`: one part of the list; not
    /// between begin() and end().
    [[nodiscard]] Result<ImportList> list(std::optional<std::uint64_t> before = std::nullopt);

private:
    explicit ImportClient(Stream stream) : stream_(std::move(stream)) {}
    [[nodiscard]] Result<void> sent(const Result<void>& done);
    [[nodiscard]] Result<core::Cbor> answer(std::chrono::milliseconds patience);

    Stream stream_;
};

}  // namespace liuhen::vault
