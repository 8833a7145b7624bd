// SPDX-License-Identifier: Apache-2.0
// Header fields looked up by name.
#include "common/net/http_types.hpp"

#include <algorithm>

namespace liuhen::net {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool sameText(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

std::string_view Headers::get(std::string_view name) const {
    for (const Header& field : fields_) {
        if (sameText(field.name, name)) {
            return field.value;
        }
    }
    return {};
}

bool Headers::has(std::string_view name) const {
    return std::any_of(fields_.begin(), fields_.end(), [name](const Header& field) {
        return sameText(field.name, name);
    });
}

void Headers::set(std::string_view name, std::string_view value) {
    fields_.erase(
        std::remove_if(fields_.begin(),
                       fields_.end(),
                       [name](const Header& field) { return sameText(field.name, name); }),
        fields_.end());
    add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
    fields_.push_back(Header{std::string(name), std::string(value)});
}

}  // namespace liuhen::net
