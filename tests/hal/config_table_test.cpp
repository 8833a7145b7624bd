// SPDX-License-Identifier: Apache-2.0
// Strict TOML reading: what it gives, and the file, line and key of what it refuses.
#include "hal/config_table.hpp"

#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal {

TEST_SUITE_BEGIN("hal/config_table");

TEST_CASE("keys of all kinds are read and paths start at the file's folder") {
    const test::TemporaryFolder folder;
    auto table =
        ConfigTable::open(folder.write("a.toml",
                                       "name = \"x\"\ncount = 3\nratio = 2\non = true\nhere = "
                                       "\"b/c/\"\nroot = \"/d\"\nall = [\"e\", \"/f\"]\n"
                                       "[inner]\nvalue = -7\n[[row]]\nn = 1\n[[row]]\nn = 2\n"));
    REQUIRE(table);
    CHECK(table->text("name") == "x");
    CHECK(table->text("other", "y") == "y");
    CHECK(table->integer("count", 0, 5) == 3);
    CHECK(table->integer("missing", 0, 5, 4) == 4);
    CHECK(table->number("ratio", 0.0, 5.0) == 2.0);
    CHECK(table->boolean("on", false));
    CHECK(table->path("here") == folder / "b/c");
    CHECK(table->path("root") == "/d");
    CHECK(table->paths("all") == std::vector<std::string>{folder / "e", "/f"});
    CHECK(table->table("inner").integer("value", -10, 10) == -7);
    auto rows = table->tables("row");
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].integer("n", 0, 9) == 2);
    CHECK(rows[0].integer("n", 0, 9) == 1);
    CHECK(table->finish());
}

TEST_CASE("the first thing wrong is told with file, line and key") {
    struct Row {
        const char* name;
        const char* content;
        const char* message;
    };
    const Row rows[] = {
        {"unknown key",
         "width = 20\n\nwidht = 3\n",
         ":3: widht: unknown key; allowed are inner, rows, width"},
        {"unknown key in a table",
         "width = 20\n[inner]\nv = 1\nw = 2\n",
         ":4: [inner] w: unknown key; allowed are v"},
        {"unknown table", "width = 20\n[outer]\n", ":2: outer: unknown key"},
        {"out of limits", "\nwidth = 5\n", ":2: width: must be a whole number, 16 to 99"},
        {"wrong type", "width = \"20\"\n", ":1: width: must be a whole number"},
        {"a float is no whole number", "width = 20.0\n", ":1: width: must be a whole number"},
        {"missing", "[inner]\n", ":1: width: is missing"},
        {"missing in a table", "width = 20\n[inner]\n", ":2: [inner] v: is missing"},
        {"no table", "width = 20\ninner = 3\n", ":2: inner: must be a table"},
        {"not an array of tables",
         "width = 20\nrows = [1]\n",
         ":2: rows: must be an array of tables"},
        {"not TOML", "width = 20\nwidth = = 3\n", ":2: "},
        {"a key twice", "width = 20\nwidth = 21\n", ":2: "},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const test::TemporaryFolder folder;
        const std::string path = folder.write("a.toml", row.content);
        std::string message;
        auto table = ConfigTable::open(path);
        if (table) {
            static_cast<void>(table->integer("width", 16, 99));
            auto inner = table->table("inner");
            if (std::string(row.content).find("[inner]") != std::string::npos) {
                static_cast<void>(inner.integer("v", 0, 9));
            }
            static_cast<void>(table->tables("rows"));
            auto finished = table->finish();
            REQUIRE_FALSE(finished);
            CHECK(finished.error().kind == core::ErrorKind::InvalidArgument);
            message = finished.error().message;
        } else {
            CHECK(table.error().kind == core::ErrorKind::InvalidArgument);
            message = table.error().message;
        }
        CAPTURE(message);
        CHECK(message.rfind(path + row.message, 0) == 0);
    }
}

TEST_CASE("a file that is not there is NotFound") {
    const test::TemporaryFolder folder;
    auto table = ConfigTable::open(folder / "none.toml");
    REQUIRE_FALSE(table);
    CHECK(table.error().kind == core::ErrorKind::NotFound);
}

TEST_SUITE_END();

}  // namespace liuhen::hal
