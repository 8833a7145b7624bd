// SPDX-License-Identifier: Apache-2.0
// SQL without any of the project's rules.
#include "tests/dock/catalogue/tamper.hpp"

#include <sqlite3.h>

namespace liuhen::catalogue::test {

std::string tamper(const std::string& path, const std::string& sql) {
    sqlite3* raw = nullptr;
    std::string message;
    if (sqlite3_open(path.c_str(), &raw) != SQLITE_OK ||
        sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        message = sqlite3_errmsg(raw);
    }
    sqlite3_close(raw);
    return message;
}

}  // namespace liuhen::catalogue::test
