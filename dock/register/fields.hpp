// SPDX-License-Identifier: Apache-2.0
// Strict reading of one JSON object: every key is known, of its type and within its bounds.
#pragma once

#include "dock/register/event_store.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace liuhen::registry {

/// Bounds of texts, in bytes of UTF-8.
inline constexpr std::size_t kIdBytes = 96;
inline constexpr std::size_t kNameBytes = 256;
inline constexpr std::size_t kNoteBytes = 4000;

/// Reads the keys of one object. What is wrong first is kept, and answered by finish(); what is
/// read after that is empty.
class Fields {
public:
    /// `what` names the object in messages.
    Fields(const nlohmann::json& object, std::string_view what);

    [[nodiscard]] std::string text(const char* key, std::size_t limit = kNameBytes);
    [[nodiscard]] std::int64_t integer(const char* key);
    [[nodiscard]] std::uint64_t number(const char* key);
    [[nodiscard]] bool boolean(const char* key);
    [[nodiscard]] Digest hash(const char* key);
    [[nodiscard]] core::Buffer base64(const char* key);
    [[nodiscard]] std::vector<std::string> texts(const char* key, std::size_t limit = kNameBytes);
    [[nodiscard]] std::vector<Person> persons(const char* key);
    /// Null is nothing.
    [[nodiscard]] std::optional<std::int64_t> integerOrNull(const char* key);
    [[nodiscard]] std::optional<std::string> textOrNull(const char* key,
                                                        std::size_t limit = kNameBytes);
    /// An object, or null if it is null or missing; a list likewise.
    [[nodiscard]] const nlohmann::json* objectOrNull(const char* key);
    [[nodiscard]] const nlohmann::json* list(const char* key);

    void reject(std::string_view key, std::string_view why);
    /// The first key that is wrong; "" as long as none is.
    [[nodiscard]] const std::string& wrongKey() const { return wrongKey_; }
    /// Errors: InvalidArgument with the first key that is wrong, missing or unknown.
    [[nodiscard]] Result<void> finish();

private:
    [[nodiscard]] const nlohmann::json* find(const char* key);

    const nlohmann::json& object_;
    std::string what_;
    std::set<std::string> asked_;
    std::string wrong_;
    std::string wrongKey_;
};

/// Errors: InvalidArgument if it is no JSON object.
[[nodiscard]] Result<nlohmann::json> parseObject(std::string_view text, std::string_view what);

}  // namespace liuhen::registry
