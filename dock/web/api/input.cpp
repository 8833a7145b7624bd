// SPDX-License-Identifier: Apache-2.0
// Strict reading.
#include "dock/web/api/input.hpp"

#include "common/core/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <nlohmann/json.hpp>

namespace liuhen::web {

namespace {

constexpr std::size_t kParameters = 16;
constexpr int kDepth = 8;
constexpr std::int64_t kMostItems = 200;
constexpr std::size_t kUsualItems = 50;

bool consistsOf(std::string_view text, std::size_t most, std::string_view letters) {
    return !text.empty() && text.size() <= most &&
           text.find_first_not_of(letters) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kWorkLetters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
constexpr std::string_view kDeviceLetters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-";

int hexValue(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Escapes and "+" undone; nothing if it is malformed.
std::optional<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return core::isUtf8(core::viewOf(out)) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

bool isHex64(std::string_view text) {
    return text.size() == 64 && consistsOf(text, text.size(), kHexDigits);
}

bool isWorkNumber(std::string_view text) {
    return consistsOf(text, 32, kWorkLetters);
}

bool isDevice(std::string_view text) {
    return consistsOf(text, 32, kDeviceLetters);
}

bool isTotp(std::string_view text) {
    return text.size() == 6 && consistsOf(text, text.size(), kDigits);
}

std::optional<std::uint64_t> numberOf(std::string_view text) {
    if (!consistsOf(text, 20, kDigits) || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    const auto value = core::parseUnsigned(text);
    return value ? std::optional(*value) : std::nullopt;
}

bool isText(std::string_view text, std::size_t least, std::size_t most) {
    if (!core::isUtf8(core::viewOf(text))) {
        return false;
    }
    std::size_t characters = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            return false;
        }
        characters += (byte & 0xC0U) != 0x80U ? 1U : 0U;
    }
    return characters >= least && characters <= most;
}

std::string_view pathOf(std::string_view target) {
    return target.substr(0, target.find('?'));
}

std::optional<Query> Query::parse(std::string_view target) {
    Query query;
    const std::size_t mark = target.find('?');
    std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
        const std::size_t equals = pair.find('=');
        auto name = decode(pair.substr(0, equals));
        auto value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        if (!name || !value || name->empty() || query.find(*name) != nullptr ||
            query.parameters_.size() >= kParameters) {
            return std::nullopt;
        }
        query.parameters_.push_back(Parameter{*std::move(name), *std::move(value), false});
    }
    for (Parameter& parameter : query.parameters_) {
        parameter.asked = false;
    }
    return query;
}

const std::string* Query::find(std::string_view name) {
    for (Parameter& parameter : parameters_) {
        if (parameter.name == name) {
            parameter.asked = true;
            return &parameter.value;
        }
    }
    return nullptr;
}

void Query::reject(std::string_view name) {
    if (wrong_.empty()) {
        wrong_ = name;
    }
}

std::optional<std::string> Query::text(std::string_view name, std::size_t least, std::size_t most) {
    const std::string* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!isText(*value, least, most)) {
        reject(name);
    }
    return *value;
}

std::optional<std::int64_t> Query::integer(std::string_view name,
                                           std::int64_t least,
                                           std::int64_t most) {
    const std::string* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    const char* end = value->data() + value->size();
    const auto [read, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || read != end || number < least || number > most) {
        reject(name);
        return std::nullopt;
    }
    return number;
}

std::optional<bool> Query::boolean(std::string_view name) {
    const std::string* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (*value != "true" && *value != "false") {
        reject(name);
    }
    return *value == "true";
}

std::optional<std::string> Query::shaped(std::string_view name, bool (*fits)(std::string_view)) {
    const std::string* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!fits(*value)) {
        reject(name);
    }
    return *value;
}

std::size_t Query::limit() {
    const auto given = integer("limit", 1, kMostItems);
    return given ? static_cast<std::size_t>(*given) : kUsualItems;
}

std::string Query::wrong() const {
    if (!wrong_.empty()) {
        return wrong_;
    }
    for (const Parameter& parameter : parameters_) {
        if (!parameter.asked) {
            return parameter.name;
        }
    }
    return "";
}

Body::Body(nlohmann::json value) : value_(std::make_unique<nlohmann::json>(std::move(value))) {}
Body::Body(Body&&) noexcept = default;
Body& Body::operator=(Body&&) noexcept = default;
Body::~Body() = default;

std::optional<Body> Body::parse(core::ByteView bytes) {
    using Event = nlohmann::json::parse_event_t;
    bool bad = bytes.size() > kBodyBytes;
    std::vector<std::set<std::string>> names;
    const auto watch = [&](int depth, Event event, nlohmann::json& parsed) {
        bad = bad || depth > kDepth;
        if (event == Event::object_start) {
            names.emplace_back();
        } else if (event == Event::object_end && !names.empty()) {
            names.pop_back();
        } else if (event == Event::key && !names.empty()) {
            bad = bad || !names.back().insert(parsed.get<std::string>()).second;
        }
        return true;
    };
    if (bad) {
        return std::nullopt;
    }
    const std::string_view text = core::textOf(bytes);
    auto value = nlohmann::json::parse(text.begin(), text.end(), watch, false);
    if (bad || value.is_discarded() || !value.is_object()) {
        return std::nullopt;
    }
    return Body(std::move(value));
}

const nlohmann::json* Body::find(std::string_view name) {
    asked_.emplace_back(name);
    const auto found = value_->find(std::string(name));
    return found == value_->end() ? nullptr : &*found;
}

void Body::reject(std::string_view name) {
    if (wrong_.empty()) {
        wrong_ = name;
    }
}

std::string Body::text(std::string_view name, std::size_t least, std::size_t most) {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_string() ||
        !isText(value->get_ref<const std::string&>(), least, most)) {
        reject(name);
        return "";
    }
    return value->get<std::string>();
}

std::optional<std::string> Body::optionalText(std::string_view name,
                                              std::size_t least,
                                              std::size_t most) {
    const nlohmann::json* value = find(name);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    if (!value->is_string() || !isText(value->get_ref<const std::string&>(), least, most)) {
        reject(name);
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::vector<std::string> Body::texts(std::string_view name, std::size_t most) {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_array() || value->size() > most) {
        reject(name);
        return {};
    }
    std::vector<std::string> texts;
    for (const nlohmann::json& item : *value) {
        if (!item.is_string() ||
            std::find(texts.begin(), texts.end(), item.get_ref<const std::string&>()) !=
                texts.end()) {
            reject(name);
            return {};
        }
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

bool Body::boolean(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_boolean()) {
        reject(name);
        return false;
    }
    return value->get<bool>();
}

std::int64_t Body::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const nlohmann::json* value = find(name);
    const bool whole = value != nullptr && value->is_number_integer() &&
                       !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX);
    const std::int64_t number = whole ? value->get<std::int64_t>() : least;
    if (!whole || number < least || number > most) {
        reject(name);
        return least;
    }
    return number;
}

Body Body::object(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_object()) {
        reject(name);
        return Body(nlohmann::json::object());
    }
    return Body(*value);
}

std::optional<Body> Body::optionalObject(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value != nullptr && !value->is_null() && !value->is_object()) {
        reject(name);
    }
    return value != nullptr && value->is_object() ? std::optional(Body(*value)) : std::nullopt;
}

std::vector<Body> Body::objects(std::string_view name, std::size_t most) {
    const nlohmann::json* value = find(name);
    std::vector<Body> found;
    if (value == nullptr || !value->is_array() || value->empty() || value->size() > most) {
        reject(name);
        return found;
    }
    for (const nlohmann::json& item : *value) {
        if (!item.is_object()) {
            reject(name);
            return {};
        }
        found.push_back(Body(item));
    }
    return found;
}

std::optional<std::string> Body::shapedOrNull(std::string_view name,
                                              bool (*fits)(std::string_view)) {
    const nlohmann::json* value = find(name);
    if (value != nullptr && value->is_null()) {
        return std::nullopt;
    }
    if (value == nullptr || !value->is_string() || !fits(value->get_ref<const std::string&>())) {
        reject(name);
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::string Body::wrong() const {
    if (!wrong_.empty()) {
        return wrong_;
    }
    for (const auto& [name, value] : value_->items()) {
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            return name;
        }
    }
    return "";
}

std::string_view cookieOf(std::string_view header, std::string_view name) {
    std::string_view found;
    bool any = false;
    while (!header.empty()) {
        const std::size_t end = header.find(';');
        std::string_view pair = header.substr(0, end);
        header = end == std::string_view::npos ? "" : header.substr(end + 1);
        const std::size_t begin = pair.find_first_not_of(" \t");
        pair = begin == std::string_view::npos ? "" : pair.substr(begin);
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
            continue;
        }
        if (any) {
            return {};
        }
        any = true;
        found = pair.substr(equals + 1);
    }
    return found;
}

}  // namespace liuhen::web
