// SPDX-License-Identifier: Apache-2.0
// Reading of retention classes.
#include "dock/vault/retention_config.hpp"

#include <set>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr std::int64_t kMostMonths = 12'000;
constexpr std::size_t kTitleBytes = 64;

RetentionClass readClass(core::ConfigTable& table) {
    RetentionClass known;
    known.id = table.text("id");
    if (!known.id.empty() && !isClassName(known.id)) {
        table.reject("id", fmt::format("must be 1 to {} of a-z 0-9 . _ -", kClassNameBytes));
    }
    known.name = table.text("name");
    const std::string wrong = wrongText(known.name);
    if (!known.name.empty() && (!wrong.empty() || known.name.size() > kTitleBytes)) {
        table.reject("name", fmt::format("must be 1 to {} bytes on one line", kTitleBytes));
    }
    const bool permanent = table.boolean("permanent", false);
    if (permanent == table.has("months")) {
        table.reject(permanent ? "months" : "id",
                     "a class has months, or permanent = true, and not both");
    }
    if (table.has("months")) {
        known.months = static_cast<std::uint64_t>(table.integer("months", 1, kMostMonths));
    }
    return known;
}

}  // namespace

std::vector<RetentionClass> readClasses(core::ConfigTable& file) {
    std::vector<RetentionClass> classes;
    std::set<std::string> names;
    for (core::ConfigTable& table : file.tables("retention")) {
        classes.push_back(readClass(table));
        if (!names.insert(classes.back().id).second) {
            table.reject("id", "two classes have this id");
        }
    }
    if (classes.size() > kMaxClasses) {
        file.reject("retention", fmt::format("must name at most {} classes", kMaxClasses));
    }
    return classes.empty() ? archiveClasses() : classes;
}

}  // namespace liuhen::vault
