// SPDX-License-Identifier: Apache-2.0
// CBOR printed for people: RFC 8949 section 8 diagnostic notation.
#include "common/core/cbor.hpp"

#include <fmt/format.h>

namespace liuhen::core {

namespace {

void quote(std::string& out, const std::string& text) {
    out.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the value, which a format or `decode` bounds.
void print(std::string& out, const Cbor& value) {
    if (const std::optional<bool> flag = value.boolean(); flag.has_value()) {
        out += *flag ? "true" : "false";
    } else if (const auto number = value.unsignedInteger(); number.has_value()) {
        out += std::to_string(*number);
    } else if (const auto negative = value.integer(); negative.has_value()) {
        out += std::to_string(*negative);
    } else if (const std::string* text = value.text(); text != nullptr) {
        quote(out, *text);
    } else if (const Buffer* bytes = value.bytes(); bytes != nullptr) {
        out += "h'" + toHex(*bytes) + "'";
    } else if (const Cbor::Array* items = value.items(); items != nullptr) {
        const char* separator = "";
        out.push_back('[');
        for (const Cbor& item : *items) {
            out += separator;
            print(out, item);
            separator = ", ";
        }
        out.push_back(']');
    } else if (const Cbor::Map* pairs = value.pairs(); pairs != nullptr) {
        const char* separator = "";
        out.push_back('{');
        for (const auto& [key, content] : *pairs) {
            out += separator;
            print(out, key);
            out += ": ";
            print(out, content);
            separator = ", ";
        }
        out.push_back('}');
    } else if (const Cbor* content = value.tagContent(); content != nullptr) {
        out += std::to_string(*value.tag()) + "(";
        print(out, *content);
        out.push_back(')');
    } else {
        out += "null";
    }
}

}  // namespace

std::string diagnose(const Cbor& value) {
    std::string out;
    print(out, value);
    return out;
}

}  // namespace liuhen::core
