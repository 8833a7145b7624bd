// SPDX-License-Identifier: Apache-2.0
// Tests that the connection adds rows and does nothing else.
#include "dock/vault/schema.hpp"
#include "tests/dock/vault/bench.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
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
        // Attack row 37, spelled in every way that SQLite knows.
        "update or replace leaf set idx = 0",
        "update leaf set kind = 'b' where 0",
        "delete from leaf where idx = 0",
        "delete from leaf where 0",
        "replace into leaf (idx, kind, content) values (0, 'b', x'02')",
        "insert into leaf (idx, kind, content) values (0, 'b', x'02') "
        "on conflict (idx) do update set kind = 'b'",
        "with old as (select idx from leaf) delete from leaf where idx in (select idx from old)",
        "delete from object",
        "delete from chapter",
        "delete from due",
        "delete from receipt",
        "delete from hold",
        "delete from retention",
        "delete from opening",
        "update opening set text = 'somebody else'",
        "update object set verdict = 'intact'",
        "update receipt set message = x'00'",
        "drop trigger leaf_delete",
        "drop index object_hash",
        "create trigger more after insert on leaf begin select 1; end",
        "create temp trigger more after insert on leaf begin delete from leaf; end",
        "create temp table leaf (a)",
        "create view more as select * from leaf",
        "create virtual table more using fts5 (a)",
        "delete from sqlite_schema",
        "update sqlite_schema set sql = ''",
        "insert into sqlite_schema values ('table', 'a', 'a', 0, '')",
        "pragma user_version = 1",
        "pragma foreign_keys = off",
        "pragma ignore_check_constraints = on",
        "pragma locking_mode = exclusive",
        "pragma wal_autocheckpoint = 0",
        "pragma trusted_schema = on",
        "detach main",
        "attach ':memory:' as b",
        "vacuum into 'copy.db'",
        "analyze",
        "savepoint a",
        "select writefile('a', 'b')",
        "select readfile('/etc/passwd')",
        "select fts3_tokenizer('simple')",
    };
    for (const char* sql : refused) {
        CAPTURE(std::string(sql));
        CHECK_FALSE(database.execute(sql));
    }
    Statement read = must(database.prepare("select kind, content from leaf"));
    REQUIRE(must(read.step()));
    CHECK(read.text(0) == "a");
    CHECK(read.bytes(1) == Buffer{1});
    CHECK_FALSE(must(read.step()));
    // Nor within a transaction, nor behind a comment or an honest statement.
    for (const char* sql : {"begin; delete from leaf; commit",
                            "select count(*) from leaf; delete from leaf",
                            "/* select */ delete from leaf",
                            "insert into leaf (idx, kind, content) values (1, 'a', x'01'); "
                            "update leaf set idx = 2 where idx = 1"}) {
        CAPTURE(sql);
        CHECK_FALSE(database.execute(sql));
        static_cast<void>(database.execute("rollback"));
    }
    Statement whole = must(database.prepare("select count(*) from leaf where idx < 2"));
    REQUIRE(must(whole.step()));
    CHECK(whole.number(0) == 2);
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

TEST_CASE("a leaf without its row is found, and no leaf is read for it") {
    const hal::test::TemporaryFolder folder;
    Database database = must(Database::open(folder / "a.db", kSchema, kSchemaVersion));
    const auto found = [&database]() -> std::optional<std::uint64_t> {
        Statement statement = must(database.prepare(kLeafWithoutRow));
        return must(statement.step()) ? std::optional(statement.number(0)) : std::nullopt;
    };
    const std::string hash = "x'" + std::string(64, '0') + "'";
    const auto add = [&database](const char* table, const std::string& values) {
        must(database.execute(fmt::format("insert into {} values ({})", table, values).c_str()));
    };
    constexpr const char* kObject =
        "object (leaf, hash, size_bytes, shelf, type, device,"
        " generation, first, verdict, reason)";
    add("leaf", "0, 'log.opened', x'01'");
    add("leaf", "1, 'object', x'01'");
    CHECK(found() == 1U);
    add(kObject, "1, " + hash + ", 1, 'stored', 'chapter', 'a', 0, 0, 'intact', ''");
    CHECK(found() == std::nullopt);
    add("leaf", "2, 'quarantine', x'01'");
    CHECK(found() == 2U);
    add("leaf", "3, 'fork', x'01'");
    add(kObject, "2, " + hash + ", 1, 'quarantined', 'chapter', 'a', 0, 0, 'altered', ''");
    CHECK(found() == 3U);  // what it tells of is not kept as a fork
    add("leaf", "4, 'quarantine', x'01'");
    add("leaf", "5, 'fork', x'01'");
    add(kObject, "4, " + hash + ", 1, 'forked', 'chapter', 'a', 0, 0, 'altered', ''");
    add("leaf", "6, 'receipt', x'01'");
    CHECK(found() == 3U);
    add("hold", "3, 0, 0, " + hash + ", 'a', 0, 1, null, " + hash + ", " + hash);
    CHECK(found() == 3U);  // a row of another kind does not stand for it
    Statement plan =
        must(database.prepare(fmt::format("explain query plan {}", kLeafWithoutRow).c_str()));
    std::vector<std::string> steps;
    while (must(plan.step())) {
        const std::string step = plan.text(3);
        if (step.find("leaf") == 5) {
            steps.push_back(step);
        }
        CHECK(step.find("SCAN object") == std::string::npos);
        CHECK(step.find("SCAN receipt") == std::string::npos);
        CHECK(step.find("TEMP B-TREE") == std::string::npos);
    }
    CHECK(steps == std::vector<std::string>{"SCAN leaf USING COVERING INDEX leaf_of_row"});
}

TEST_CASE("leaves of holds and classes without their rows are found") {
    const hal::test::TemporaryFolder folder;
    Database database = must(Database::open(folder / "a.db", kSchema, kSchemaVersion));
    const auto found = [&database]() -> std::optional<std::uint64_t> {
        Statement statement = must(database.prepare(kLeafWithoutRow));
        return must(statement.step()) ? std::optional(statement.number(0)) : std::nullopt;
    };
    const std::string hash = "x'" + std::string(64, '0') + "'";
    const auto run = [&database](const std::string& text) { must(database.execute(text.c_str())); };
    run("insert into leaf values (0, 'hold.placed', x'01')");
    CHECK(found() == 0U);
    run("insert into hold values (0, 0, 0, " + hash + ", 'a', 0, 1, null, " + hash + ", " + hash +
        ")");
    run("insert into leaf values (1, 'hold.lifted', x'01')");
    CHECK(found() == 1U);
    run("insert into hold values (1, 0, 1, " + hash + ", 'a', 0, 1, null, " + hash + ", " + hash +
        ")");
    run("insert into leaf values (2, 'retention', x'01')");
    CHECK(found() == 2U);
    run("insert into retention values (2, 0, 'a', 0, 1, null, 'k', " + hash + ")");
    CHECK(found() == std::nullopt);
}

TEST_CASE("a receipt's leaf without its row is found") {
    const hal::test::TemporaryFolder folder;
    Records records = must(Records::open(folder / "a.db"));
    {
        Transaction transaction = must(records.begin());
        must(records.addLeaf(0, "log.opened", Buffer{1}));
        must(records.addLeaf(1, "incident", Buffer{1}));
        must(transaction.commit());
    }
    CHECK(must(records.leafWithoutRow()) == std::nullopt);
    {
        Transaction transaction = must(records.begin());
        must(records.addLeaf(2, "receipt", Buffer{1}));
        must(transaction.commit());
    }
    CHECK(must(records.leafWithoutRow()) == 2U);
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
