// SPDX-License-Identifier: Apache-2.0
// Strict reading of a TOML file: each key is asked for with its limits, every other key is an
// error.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::core {

/// One table of a TOML file. Copies read the same file.
///
/// Getters never fail by themselves: the first thing wrong is kept and told by finish(), so a
/// reader asks for all it knows and then calls finish() once, on any of the file's tables.
/// Messages read "FILE:LINE: [camera] width: must be 16 to 7680".
class ConfigTable {
public:
    /// Reads a file of at most 1 MiB. Errors: NotFound and others of the file system;
    /// InvalidArgument with file and line if it is not TOML.
    [[nodiscard]] static Result<ConfigTable> open(const std::string& path);

    [[nodiscard]] bool has(std::string_view key);
    /// A text that must be there and not be empty; "" if it is not.
    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise);
    /// As text(), taken relative to the folder of the TOML file.
    [[nodiscard]] std::string path(std::string_view key);
    [[nodiscard]] std::string path(std::string_view key, std::string_view otherwise);
    /// A list of texts, none of them empty; a missing one is empty.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    /// As texts(), each as path().
    [[nodiscard]] std::vector<std::string> paths(std::string_view key);
    /// A whole number within both limits; without `otherwise` it must be there.
    [[nodiscard]] std::int64_t integer(std::string_view key,
                                       std::int64_t least,
                                       std::int64_t most,
                                       std::optional<std::int64_t> otherwise = std::nullopt);
    [[nodiscard]] double number(std::string_view key,
                                double least,
                                double most,
                                std::optional<double> otherwise = std::nullopt);
    [[nodiscard]] bool boolean(std::string_view key, bool otherwise);
    /// A table below this one; a missing one reads as empty, so that its required keys are missed.
    [[nodiscard]] ConfigTable table(std::string_view key);
    /// An array of tables; a missing one is empty.
    [[nodiscard]] std::vector<ConfigTable> tables(std::string_view key);

    /// Notes something wrong with a key's value.
    void reject(std::string_view key, std::string_view why);

    /// Whether all was well in the whole file: nothing rejected, missing or not asked for.
    /// Errors: InvalidArgument.
    [[nodiscard]] Result<void> finish() const;

private:
    struct File;
    ConfigTable(std::shared_ptr<File> file, std::size_t index)
        : file_(std::move(file)), index_(index) {}

    std::shared_ptr<File> file_;
    std::size_t index_;
};

}  // namespace liuhen::core
