// SPDX-License-Identifier: Apache-2.0
// Keeping and finding of first signatures.
#include "dock/access/first_signatures.hpp"

#include "common/core/files.hpp"
#include "dock/access/private_file.hpp"

namespace liuhen::access {

using catalogue::Connection;
using catalogue::Statement;

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kSchema = R"sql(
create table first_signature (               -- the newest of a request counts
    id integer primary key,
    request blob not null check (length(request) = 32),
    time_us integer not null,
    approval blob not null                   -- the body of an approval leaf with one signature
) strict;
create index first_signature_of on first_signature (request, id);
)sql";

}  // namespace

Result<std::unique_ptr<FirstSignatures>> FirstSignatures::open(const std::string& folder) {
    const std::string path = core::joinPath(folder, "first_signatures.db");
    LIUHEN_CHECK(makePrivate(path));
    auto connection = Connection::open(path, Connection::Mode::Shared, kSchema, kVersion);
    if (!connection) {
        return core::failWith(connection.error(), "open the first signatures");
    }
    return std::unique_ptr<FirstSignatures>(new FirstSignatures(*std::move(connection)));
}

Result<void> FirstSignatures::keep(const core::Digest& request, const FirstSignature& first) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row,
               connection_.prepare("insert into first_signature (request, time_us, approval) "
                                   "values (?1, ?2, ?3)"));
    row.bind(core::ByteView(request)).bind(first.timeUs);
    return row.bind(core::ByteView(first.approval.toCbor().encode())).run();
}

Result<std::optional<FirstSignature>> FirstSignatures::find(const core::Digest& request) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row,
               connection_.prepare("select time_us, approval from first_signature "
                                   "where request = ?1 order by id desc limit 1"));
    row.bind(core::ByteView(request));
    LIUHEN_TRY(const bool found, row.step());
    if (!found) {
        return std::nullopt;
    }
    LIUHEN_TRY(const core::Cbor body, core::Cbor::decode(row.bytes(1)));
    LIUHEN_TRY(evidence::SignedApproval approval, evidence::SignedApproval::fromCbor(body));
    if (approval.signatures.size() != 1) {
        return core::fail(core::ErrorKind::DataLoss, "a first signature is not one alone");
    }
    return FirstSignature{std::move(approval), static_cast<std::int64_t>(row.number(0))};
}

}  // namespace liuhen::access
