// SPDX-License-Identifier: Apache-2.0
// Seeded random mutations of a folder's files: of bytes, of names, of links.
#pragma once

#include "common/core/bytes.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace liuhen::attack {

using core::Buffer;

/// One mutation: new contents of one or two files; nothing for a file that is taken away.
struct Mutation {
    std::string how;
    std::map<std::string, std::optional<Buffer>> changed;
    std::map<std::string, std::string> links;  // names that become links, and to which file
};

/// Makes one mutation after the other; the same seed, the same mutations.
class Mutator {
public:
    Mutator(std::map<std::string, Buffer> originals, std::uint32_t seed)
        : originals_(std::move(originals)), random_(seed) {
        for (const auto& [name, content] : originals_) {
            if (!content.empty()) {
                names_.push_back(name);
            }
        }
    }

    /// The next one; it changes something.
    Mutation next() {
        for (;;) {
            Mutation mutation = any();
            std::erase_if(mutation.changed, [this](const auto& item) {
                const auto original = originals_.find(item.first);
                return original != originals_.end() && item.second == original->second;
            });
            if (!mutation.changed.empty() || !mutation.links.empty()) {
                return mutation;
            }
        }
    }

    /// A number from 0 to `bound` - 1.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_()) % bound; }

private:
    static constexpr std::size_t kMostInserted = 64;
    static constexpr std::size_t kMostFlips = 3;

    Mutation any() {
        const std::string& name = names_[below(names_.size())];
        Buffer bytes = originals_.at(name);
        const std::size_t at = below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t length = 1 + below(std::min(kMostInserted, bytes.size() - at));
        switch (below(10)) {
            case 0:
                bytes.resize(at);
                return {fmt::format("cut {} at {}", name, at), {{name, bytes}}, {}};
            case 1: {
                Buffer more(length);
                for (std::uint8_t& byte : more) {
                    byte = static_cast<std::uint8_t>(random_());
                }
                bytes.insert(place, more.begin(), more.end());
                return {
                    fmt::format("insert {} at {} of {}", length, at, name), {{name, bytes}}, {}};
            }
            case 2:
                bytes.erase(place, place + static_cast<std::ptrdiff_t>(length));
                return {
                    fmt::format("delete {} at {} of {}", length, at, name), {{name, bytes}}, {}};
            case 3:
                return swapWithin(name, std::move(bytes), at, length);
            case 4:
                return swapFiles(name);
            case 5:
                return {"remove " + name, {{name, std::nullopt}}, {}};
            case 6: {
                const std::string other = newName(name);
                return {fmt::format("rename {} to {}", name, other),
                        {{name, std::nullopt}, {other, bytes}},
                        {}};
            }
            case 7: {
                const std::string other = newName(name);
                return {fmt::format("copy {} to {}", name, other), {{other, bytes}}, {}};
            }
            case 8:
                return link(name);
            default:
                return flip(name, std::move(bytes));
        }
    }

    Mutation flip(const std::string& name, Buffer bytes) {
        std::string how = "flip in " + name;
        const std::size_t flips = 1 + below(kMostFlips);
        for (std::size_t i = 0; i < flips; ++i) {
            const std::size_t at = below(bytes.size());
            bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << below(8)));
            how += fmt::format(" {}", at);
        }
        return {how, {{name, std::move(bytes)}}, {}};
    }

    Mutation swapWithin(const std::string& name, Buffer bytes, std::size_t at, std::size_t length) {
        const std::size_t other = below(bytes.size() - length + 1);
        const auto [low, high] = std::minmax(at, other);
        const std::size_t size = std::min(length, high - low);
        for (std::size_t i = 0; i < size; ++i) {
            std::swap(bytes[low + i], bytes[high + i]);
        }
        return {
            fmt::format("swap {} at {} and {} of {}", size, low, high, name), {{name, bytes}}, {}};
    }

    Mutation swapFiles(const std::string& name) {
        const std::string& other = names_[below(names_.size())];
        return {fmt::format("swap {} and {}", name, other),
                {{name, originals_.at(other)}, {other, originals_.at(name)}},
                {}};
    }

    /// A link to a file, under a new name or in the place of a file.
    Mutation link(const std::string& name) {
        const bool replaces = below(2) == 0;
        const std::string& target = names_[below(names_.size())];
        const std::string from = replaces ? name : newName(name);
        return {fmt::format("link {} to {}", from, target), {}, {{from, target}}};
    }

    /// A name that is not taken, in the folder of `name`: of the same form if that has a number.
    std::string newName(const std::string& name) {
        const std::size_t slash = name.rfind('/') + 1;
        const std::string folder = name.substr(0, slash);
        for (;;) {
            std::string file = name.substr(slash);
            const std::size_t digit = file.find_first_of("0123456789abcdef");
            if (below(3) > 0 && digit != std::string::npos) {
                const std::size_t at = digit + below(file.size() - digit);
                file[at] = static_cast<char>('0' + below(10));
            } else {
                file = fmt::format("{}{}", below(2) == 0 ? file : "x", below(100));
            }
            if (!originals_.contains(folder + file)) {
                return folder + file;
            }
        }
    }

    std::map<std::string, Buffer> originals_;
    std::vector<std::string> names_;
    std::mt19937 random_;
};

}  // namespace liuhen::attack
