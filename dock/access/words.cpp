// SPDX-License-Identifier: Apache-2.0
// Keeping and opening of committed texts.
#include "dock/access/words.hpp"

#include "common/core/files.hpp"
#include "dock/access/private_file.hpp"

namespace liuhen::access {

using catalogue::Connection;
using catalogue::Statement;

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kSchema = R"sql(
create table opening (                              -- of a commitment; rows may be erased
    commitment blob primary key not null check (length(commitment) = 32),
    salt blob not null check (length(salt) = 16),
    text text not null
) strict;
)sql";

}  // namespace

Result<std::unique_ptr<Words>> Words::open(const std::string& folder) {
    const std::string path = core::joinPath(folder, "words.db");
    LIUHEN_CHECK(makePrivate(path));
    auto connection = Connection::open(path, Connection::Mode::Shared, kSchema, kVersion);
    if (!connection) {
        return core::failWith(connection.error(), "open the words of requests");
    }
    return std::unique_ptr<Words>(new Words(*std::move(connection)));
}

Result<void> Words::keep(const evidence::CommittedText& text) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row, connection_.prepare("insert into opening values (?1, ?2, ?3)"));
    row.bind(core::ByteView(text.commitment)).bind(core::ByteView(text.salt));
    return row.bind(std::string_view(text.text)).run();
}

Result<std::optional<std::string>> Words::opened(const core::Digest& commitment) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row,
               connection_.prepare("select salt, text from opening where commitment = ?1"));
    row.bind(core::ByteView(commitment));
    LIUHEN_TRY(const bool found, row.step());
    if (!found) {
        return std::nullopt;
    }
    std::string text = row.text(1);
    if (evidence::custodyCommitment(row.bytes(0), text) != commitment) {
        return std::nullopt;
    }
    return text;
}

}  // namespace liuhen::access
