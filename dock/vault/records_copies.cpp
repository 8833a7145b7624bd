// SPDX-License-Identifier: Apache-2.0
// Rows of second copies: which stores there were, and which objects each was seen to hold.
#include "dock/vault/records.hpp"
#include "dock/vault/request_fields.hpp"

namespace liuhen::vault {

namespace {

Result<std::optional<NamedObject>> oneNamed(Statement& statement) {
    LIUHEN_TRY(const bool found, statement.step());
    if (!found) {
        return std::optional<NamedObject>();
    }
    return std::optional(
        NamedObject{statement.number(0), statement.digest(1), statement.number(2)});
}

}  // namespace

Result<void> Records::addImport(std::uint64_t leaf, const Digest& object, std::uint64_t sizeBytes) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into object (hash, size_bytes, shelf, type, device,"
                                 " generation, leaf, verdict, reason)"
                                 " values (?, ?, 'imported', 'import', '', 0, ?, 'unproven', '')"));
    return statement.bind(ByteView(object)).bind(sizeBytes).bind(leaf).run();
}

Result<std::vector<std::pair<std::uint64_t, Buffer>>> Records::importLeaves(
    std::optional<std::uint64_t> before, std::uint64_t limit) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select leaf.idx, leaf.content from object"
                                 " join leaf on leaf.idx = object.leaf"
                                 " where object.shelf = 'imported' and object.leaf < ?"
                                 " order by object.leaf desc limit ?"));
    statement.bind(before.value_or(kLargest)).bind(limit);
    std::vector<std::pair<std::uint64_t, Buffer>> leaves;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return leaves;
        }
        leaves.emplace_back(statement.number(0), statement.bytes(1));
    }
}

Result<std::vector<NamedObject>> Records::objectsFrom(std::uint64_t leaf, std::uint64_t limit) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select leaf, hash, size_bytes from object where leaf >= ?"
                                 " order by leaf limit ?"));
    statement.bind(leaf).bind(limit);
    std::vector<NamedObject> objects;
    while (true) {
        LIUHEN_TRY(const auto object, oneNamed(statement));
        if (!object) {
            return objects;
        }
        objects.push_back(*object);
    }
}

Result<std::optional<NamedObject>> Records::uncopied(const std::string& store, std::uint64_t leaf) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select leaf, hash, size_bytes from object where leaf >= ?"
                                 " and not exists (select 1 from copy where copy.object = hash"
                                 " and copy.store = ?) order by leaf limit 1"));
    statement.bind(leaf).bind(std::string_view(store));
    return oneNamed(statement);
}

Result<std::uint64_t> Records::uncopiedCount(const std::string& store) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select count(distinct hash) from object where"
                                 " not exists (select 1 from copy where copy.object = hash"
                                 " and copy.store = ?)"));
    statement.bind(std::string_view(store));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? statement.number(0) : 0;
}

Result<bool> Records::isCopied(const Digest& object, const std::string& store) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select 1 from copy where object = ? and store = ?"));
    statement.bind(ByteView(object)).bind(std::string_view(store));
    return statement.step();
}

Result<std::vector<Digest>> Records::newestObjects(std::uint64_t limit) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select hash from object order by leaf desc limit ?"));
    statement.bind(limit);
    std::vector<Digest> hashes;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return hashes;
        }
        hashes.push_back(statement.digest(0));
    }
}

Result<void> Records::addCopy(const Digest& object,
                              const std::string& store,
                              std::int64_t verifiedUs) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into copy (object, store, verified_us) values (?, ?, ?)"));
    return statement.bind(ByteView(object)).bind(std::string_view(store)).bind(verifiedUs).run();
}

Result<std::optional<std::uint64_t>> Records::storedLeafOf(const Digest& object) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select leaf from object where hash = ? and shelf = 'stored'"
                                 " order by leaf desc limit 1"));
    statement.bind(ByteView(object));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.number(0)) : std::nullopt;
}

Result<bool> Records::knowsStore(const std::string& store) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select 1 from store where id = ?1 or ?1 = '' limit 1"));
    statement.bind(std::string_view(store));
    return statement.step();
}

Result<void> Records::addStore(const std::string& store, std::int64_t begunUs) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into store (id, begun_us) values (?, ?)"));
    return statement.bind(std::string_view(store)).bind(begunUs).run();
}

Result<std::uint64_t> Records::evidenceEnd() {
    // A fork has the leaf behind its object's.
    return oneNumber("select leaf + 1 + (shelf = 'forked') from object order by leaf desc limit 1");
}

Result<std::uint64_t> Records::recorderCount() {
    return oneNumber("select count(distinct device) from chapter");
}

Result<std::optional<Buffer>> Records::lastPolicy() {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select content from leaf where kind = 'policy'"
                                 " order by idx desc limit 1"));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.bytes(0)) : std::nullopt;
}

}  // namespace liuhen::vault
