// SPDX-License-Identifier: Apache-2.0
// Strict reading of a TOML file: each key is asked for with its limits, every other key is an
// error.
#include "common/core/config_table.hpp"

#include "common/core/files.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace liuhen::core {

namespace {

constexpr std::uint64_t kFileLimitBytes = 1 << 20;

}  // namespace

struct ConfigTable::File {
    struct Opened {
        const toml::table* content = nullptr;  // null for one that is not in the file
        std::string name;                      // "[camera] ", or "" for the file itself
        std::uint32_t line = 0;
        std::set<std::string, std::less<>> asked;
    };

    std::string path;
    toml::table root;
    std::vector<Opened> opened;
    std::optional<Error> error;

    const toml::node* find(std::size_t index, std::string_view key) {
        Opened& table = opened[index];
        table.asked.emplace(key);
        return table.content == nullptr ? nullptr : table.content->get(key);
    }

    void reject(std::size_t index,
                std::string_view key,
                const toml::node* node,
                std::string_view why) {
        const std::uint32_t line = node == nullptr ? opened[index].line : node->source().begin.line;
        if (!error) {
            error = Error{ErrorKind::InvalidArgument,
                          fmt::format("{}:{}: {}{}: {}", path, line, opened[index].name, key, why)};
        }
    }

    std::size_t add(const toml::table* content, std::string name, std::uint32_t line) {
        opened.push_back({content, std::move(name), line, {}});
        return opened.size() - 1;
    }

    std::string resolve(std::string value) const {
        while (value.size() > 1 && value.back() == '/') {
            value.pop_back();  // folders are compared as prefixes
        }
        return value.empty() || value.front() == '/' ? value : joinPath(folderOf(path), value);
    }
};

Result<ConfigTable> ConfigTable::open(const std::string& path) {
    auto files = systemFiles();
    auto content = readFile(*files, path, kFileLimitBytes);
    if (!content) {
        return failWith(content.error(), "read the configuration");
    }
    toml::parse_result parsed = toml::parse(textOf(*content), path);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
    auto file = std::make_shared<File>();
    file->path = path;
    file->root = std::move(parsed).table();
    file->add(&file->root, "", 1);
    return ConfigTable(std::move(file), 0);
}

bool ConfigTable::has(std::string_view key) {
    return file_->find(index_, key) != nullptr;
}

std::string ConfigTable::text(std::string_view key) {
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        file_->reject(index_, key, node, "is missing");
        return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) {
        file_->reject(index_, key, node, "must be a text");
        return {};
    }
    return *value;
}

std::string ConfigTable::text(std::string_view key, std::string_view otherwise) {
    return has(key) ? text(key) : std::string(otherwise);
}

std::string ConfigTable::path(std::string_view key) {
    return file_->resolve(text(key));
}

std::string ConfigTable::path(std::string_view key, std::string_view otherwise) {
    return has(key) ? path(key) : std::string(otherwise);
}

std::vector<std::string> ConfigTable::texts(std::string_view key) {
    std::vector<std::string> found;
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        return found;
    }
    const toml::array* list = node->as_array();
    if (list == nullptr) {
        file_->reject(index_, key, node, "must be a list of texts");
        return found;
    }
    for (const toml::node& item : *list) {
        const auto value = item.value_exact<std::string>();
        if (!value || value->empty()) {
            file_->reject(index_, key, &item, "must be a list of texts");
            return {};
        }
        found.push_back(*value);
    }
    return found;
}

std::vector<std::string> ConfigTable::paths(std::string_view key) {
    std::vector<std::string> found = texts(key);
    for (std::string& path : found) {
        path = file_->resolve(path);
    }
    return found;
}

std::int64_t ConfigTable::integer(std::string_view key,
                                  std::int64_t least,
                                  std::int64_t most,
                                  std::optional<std::int64_t> otherwise) {
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        if (!otherwise) {
            file_->reject(index_, key, node, "is missing");
        }
        return otherwise.value_or(least);
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
        file_->reject(
            index_, key, node, fmt::format("must be a whole number, {} to {}", least, most));
        return least;
    }
    return *value;
}

double ConfigTable::number(std::string_view key,
                           double least,
                           double most,
                           std::optional<double> otherwise) {
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        if (!otherwise) {
            file_->reject(index_, key, node, "is missing");
        }
        return otherwise.value_or(least);
    }
    const bool isNumber = node->is_number();
    const double value = isNumber ? node->value<double>().value_or(NAN) : NAN;
    if (!(value >= least && value <= most)) {
        file_->reject(index_, key, node, fmt::format("must be a number, {} to {}", least, most));
        return least;
    }
    return value;
}

bool ConfigTable::boolean(std::string_view key, bool otherwise) {
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        return otherwise;
    }
    const auto value = node->value_exact<bool>();
    if (!value) {
        file_->reject(index_, key, node, "must be true or false");
    }
    return value.value_or(otherwise);
}

ConfigTable ConfigTable::table(std::string_view key) {
    const toml::node* node = file_->find(index_, key);
    const toml::table* content = node == nullptr ? nullptr : node->as_table();
    if (node != nullptr && content == nullptr) {
        file_->reject(index_, key, node, "must be a table");
    }
    const std::uint32_t line = content == nullptr ? 1 : content->source().begin.line;
    return {file_, file_->add(content, fmt::format("[{}] ", key), line)};
}

std::vector<ConfigTable> ConfigTable::tables(std::string_view key) {
    std::vector<ConfigTable> found;
    const toml::node* node = file_->find(index_, key);
    if (node == nullptr) {
        return found;
    }
    const toml::array* list = node->as_array();
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
        if (list == nullptr || !list->empty()) {
            file_->reject(index_, key, node, "must be an array of tables");
        }
        return found;
    }
    for (const toml::node& item : *list) {
        const std::size_t index =
            file_->add(item.as_table(), fmt::format("[[{}]] ", key), item.source().begin.line);
        found.push_back(ConfigTable(file_, index));
    }
    return found;
}

void ConfigTable::reject(std::string_view key, std::string_view why) {
    file_->reject(index_, key, file_->find(index_, key), why);
}

Result<void> ConfigTable::finish() const {
    if (file_->error) {
        return tl::make_unexpected(*file_->error);
    }
    for (const File::Opened& table : file_->opened) {
        if (table.content == nullptr) {
            continue;
        }
        for (const auto& [key, node] : *table.content) {
            if (table.asked.count(key.str()) == 0) {
                const std::vector<std::string> known(table.asked.begin(), table.asked.end());
                return fail(ErrorKind::InvalidArgument,
                            fmt::format("{}:{}: {}{}: unknown key; allowed are {}",
                                        file_->path,
                                        key.source().begin.line,
                                        table.name,
                                        key.str(),
                                        fmt::join(known, ", ")));
            }
        }
    }
    return {};
}

}  // namespace liuhen::core
