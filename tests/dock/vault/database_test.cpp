// SPDX-License-Identifier: Apache-2.0
// Tests that the connection adds rows and does nothing else.
#include "dock/vault/schema.hpp"
#include "tests/dock/vault/bench.hpp"

#include <sqlite3.h>

TEST_SUITE_BEGIN("vault/database");

namespace liuhen::vault::test {

TEST_CASE("the vault's own connection can only add and read") {
    const hal::test::TemporaryFolder folder;
    Database database = must(Database::open(folder / "a.db", kSchema, kSchemaVersion));
    must(database.execute("insert into leaf (idx, kind, content) values (0, 'a', x'01')"));
    const char* refused[] = {
        "update leaf set kind = 'b'",
        "delete from leaf",
        "insert or replace into leaf (idx, kind, content) values (0, 'b', x'02')",
        "insert into leaf (idx, kind, content) values (0, 'b', x'02')",
        "insert into leaf (idx, kind, content) values (1, 'b', x'')",
        "insert into leaf (idx, kind, content) values (1, 'b', 'text')",
        "insert into receipt (leaf, object_leaf, message) values (0, 0, x'01')",
        "drop trigger leaf_update",
        "drop table leaf",
        "alter table leaf add column more text",
        "create table more (a)",
        "attach 'b.db' as b",
        "pragma recursive_triggers = off",
        "pragma writable_schema = on",
        "pragma synchronous = off",
        "pragma journal_mode = delete",
        "select load_extension('x')",
        "vacuum",
        "reindex",
        "select \"nothing\" from leaf",
    };
    for (const char* sql : refused) {
        CAPTURE(sql);
        CHECK_FALSE(database.execute(sql));
    }
    Statement read = must(database.prepare("select kind, content from leaf"));
    REQUIRE(must(read.step()));
    CHECK(read.text(0) == "a");
    CHECK(read.bytes(1) == Buffer{1});
    CHECK_FALSE(must(read.step()));
}

TEST_CASE("triggers refuse changes by other programs too") {
    const hal::test::TemporaryFolder folder;
    {
        Database database = must(Database::open(folder / "a.db", kSchema, kSchemaVersion));
        must(database.execute("insert into leaf (idx, kind, content) values (0, 'a', x'01')"));
    }
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((folder / "a.db").c_str(), &other) == SQLITE_OK);
    CHECK(sqlite3_exec(other, "update leaf set kind = 'b'", nullptr, nullptr, nullptr) !=
          SQLITE_OK);
    CHECK(sqlite3_exec(other, "delete from leaf", nullptr, nullptr, nullptr) != SQLITE_OK);
    sqlite3_close(other);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    const hal::test::TemporaryFolder folder;
    Records records = must(Records::open(folder / "a.db"));
    {
        const Transaction transaction = must(records.begin());
        must(records.addLeaf(0, "a", Buffer{1}));
        CHECK(must(records.leafCount()) == 1);
    }
    CHECK(must(records.leafCount()) == 0);
    Transaction transaction = must(records.begin());
    must(records.addLeaf(0, "a", Buffer{1}));
    must(transaction.commit());
    CHECK(must(records.leaves(0, 10)) == std::vector<Buffer>{{1}});
}

TEST_CASE("a file that is no database is told as such") {
    const hal::test::TemporaryFolder folder;
    const std::string path = folder.write("a.db", std::string(4096, 'x'));
    const auto opened = Database::open(path, kSchema, kSchemaVersion);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::DataLoss);
    CHECK(opened.error().message.find(path) != std::string::npos);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
