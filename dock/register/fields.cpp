// SPDX-License-Identifier: Apache-2.0
// Reading of JSON objects.
#include "dock/register/fields.hpp"

#include <fmt/format.h>

namespace liuhen::registry {

using core::ErrorKind;
using core::fail;
using nlohmann::json;

namespace {

constexpr std::size_t kMostItems = 5000;

}  // namespace

Fields::Fields(const json& object, std::string_view what) : object_(object), what_(what) {
    if (!object_.is_object()) {
        wrong_ = "it is no JSON object";
    }
}

void Fields::reject(std::string_view key, std::string_view why) {
    if (wrong_.empty()) {
        wrong_ = fmt::format("{}: {}", key, why);
        wrongKey_ = key;
    }
}

const json* Fields::find(const char* key) {
    if (!object_.is_object()) {
        return nullptr;
    }
    asked_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
        reject(key, "it is missing");
        return nullptr;
    }
    return &*found;
}

std::string Fields::text(const char* key, std::size_t limit) {
    const json* value = find(key);
    if (value == nullptr) {
        return "";
    }
    if (!value->is_string() || value->get_ref<const std::string&>().size() > limit) {
        reject(key, fmt::format("must be a text of at most {} bytes", limit));
        return "";
    }
    return value->get<std::string>();
}

std::int64_t Fields::integer(const char* key) {
    const json* value = find(key);
    constexpr auto kMost = static_cast<std::uint64_t>(INT64_MAX);
    if (value == nullptr) {
        return 0;
    }
    if (!value->is_number_integer() ||
        (value->is_number_unsigned() && value->get<std::uint64_t>() > kMost)) {
        reject(key, "must be a whole number");
        return 0;
    }
    return value->get<std::int64_t>();
}

std::uint64_t Fields::number(const char* key) {
    const json* value = find(key);
    if (value != nullptr && !value->is_number_unsigned()) {
        reject(key, "must be a whole number, not negative");
    }
    return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

bool Fields::boolean(const char* key) {
    const json* value = find(key);
    if (value != nullptr && !value->is_boolean()) {
        reject(key, "must be true or false");
    }
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

Digest Fields::hash(const char* key) {
    auto digest = core::digestFromHex(text(key));
    if (!digest) {
        reject(key, "must be 64 hex digits");
        return {};
    }
    return *digest;
}

core::Buffer Fields::base64(const char* key) {
    constexpr std::size_t kMostBytes = 200'000;
    auto bytes = core::fromBase64(text(key, kMostBytes));
    if (!bytes) {
        reject(key, "must be base64");
        return {};
    }
    return *std::move(bytes);
}

std::vector<std::string> Fields::texts(const char* key, std::size_t limit) {
    std::vector<std::string> result;
    const json* items = list(key);
    if (items == nullptr) {
        return result;
    }
    for (const json& item : *items) {
        if (!item.is_string() || item.get_ref<const std::string&>().size() > limit) {
            reject(key, fmt::format("must be texts of at most {} bytes", limit));
            return {};
        }
        result.push_back(item.get<std::string>());
    }
    return result;
}

std::vector<Person> Fields::persons(const char* key) {
    std::vector<Person> result;
    for (const std::string& item : texts(key)) {
        const auto person = core::digestFromHex(item);
        if (!person) {
            reject(key, "must be persons, 64 hex digits each");
            return {};
        }
        result.push_back(*person);
    }
    return result;
}

std::optional<std::int64_t> Fields::integerOrNull(const char* key) {
    const json* value = find(key);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    return integer(key);
}

std::optional<std::string> Fields::textOrNull(const char* key, std::size_t limit) {
    const json* value = find(key);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    return text(key, limit);
}

const json* Fields::objectOrNull(const char* key) {
    const json* value = find(key);
    if (value == nullptr || value->is_null()) {
        return nullptr;
    }
    if (!value->is_object()) {
        reject(key, "must be an object or null");
        return nullptr;
    }
    return value;
}

const json* Fields::list(const char* key) {
    const json* value = find(key);
    if (value == nullptr) {
        return nullptr;
    }
    if (!value->is_array() || value->size() > kMostItems) {
        reject(key, fmt::format("must be a list of at most {}", kMostItems));
        return nullptr;
    }
    return value;
}

Result<void> Fields::finish() {
    if (wrong_.empty()) {
        for (const auto& [key, value] : object_.items()) {
            if (asked_.count(key) == 0) {
                reject(key, "it is not known");
                break;
            }
        }
    }
    if (!wrong_.empty()) {
        return fail(ErrorKind::InvalidArgument, fmt::format("read {}: {}", what_, wrong_));
    }
    return {};
}

Result<json> parseObject(std::string_view text, std::string_view what) {
    json value = json::parse(text.begin(), text.end(), nullptr, false);
    if (value.is_discarded() || !value.is_object()) {
        return fail(ErrorKind::InvalidArgument, fmt::format("read {}: it is no JSON object", what));
    }
    return value;
}

}  // namespace liuhen::registry
