// SPDX-License-Identifier: Apache-2.0
// Rows that access needs: its leaves, and what lies under a subject.
#include "dock/vault/access_types.hpp"
#include "dock/vault/records.hpp"

namespace liuhen::vault {

Result<std::vector<std::pair<std::uint64_t, Buffer>>> Records::accessLeaves(std::uint64_t index,
                                                                            std::uint64_t limit) {
    // The kinds are those of the index leaf_access, word by word; every other leaf that the book
    // takes has a row.
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select idx, content from leaf indexed by leaf_access where kind in "
                          "('appointment', 'dismissal', "
                          "'request', 'approval', 'view', 'copy', 'access.refused', 'grant.ended')"
                          " and idx >= ?1"
                          " union all select hold.leaf, content from hold"
                          " cross join leaf on idx = hold.leaf where hold.leaf >= ?1"
                          " union all select retention.leaf, content from retention"
                          " cross join leaf on idx = retention.leaf where retention.leaf >= ?1"
                          " order by 1 limit ?2"));
    statement.bind(index).bind(limit);
    std::vector<std::pair<std::uint64_t, Buffer>> leaves;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return leaves;
        }
        leaves.emplace_back(statement.number(0), statement.bytes(1));
    }
}

Result<std::vector<ObjectRow>> Records::segmentsOf(const std::string& device,
                                                   std::uint64_t generation,
                                                   std::uint64_t recording,
                                                   std::uint64_t limit) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select segment, hash, size_bytes from object where device = ?"
                                 " and generation = ? and recording = ? and type = 'segment'"
                                 " and shelf = 'stored' order by segment limit ?"));
    statement.bind(std::string_view(device)).bind(generation).bind(recording).bind(limit);
    std::vector<ObjectRow> rows;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return rows;
        }
        ObjectRow row;
        row.place =
            Place{device, generation, ObjectType::Segment, 0, recording, statement.number(0)};
        row.object = statement.digest(1);
        row.sizeBytes = statement.number(2);
        rows.push_back(std::move(row));
    }
}

Result<std::optional<std::uint64_t>> Records::keptAside(const Digest& object,
                                                        const std::string& device,
                                                        std::optional<std::uint64_t> generation) {
    if (device == kImportDevice) {
        LIUHEN_TRY(Statement statement,
                   database_.prepare("select size_bytes from object where hash = ? and shelf ="
                                     " 'imported' limit 1"));
        statement.bind(ByteView(object));
        LIUHEN_TRY(const bool found, statement.step());
        return found && !generation ? std::optional(statement.number(0)) : std::nullopt;
    }
    const char* sql = generation ? "select size_bytes from object where hash = ? and device = ?"
                                   " and shelf <> 'stored' and generation = ? limit 1"
                                 : "select size_bytes from object where hash = ? and device = ?"
                                   " and shelf <> 'stored' limit 1";
    LIUHEN_TRY(Statement statement, database_.prepare(sql));
    statement.bind(ByteView(object)).bind(std::string_view(device));
    if (generation) {
        statement.bind(*generation);
    }
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.number(0)) : std::nullopt;
}

}  // namespace liuhen::vault
