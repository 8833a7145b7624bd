// SPDX-License-Identifier: Apache-2.0
// What comes from outside in a request: query, JSON body, cookie. Read strictly, field by field.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace liuhen::web {

using core::Result;

/// The longest body that is read.
inline constexpr std::size_t kBodyBytes = 64UL * 1024;

/// Shapes of texts, as openapi.yaml's patterns have them.
[[nodiscard]] bool isHex64(std::string_view text);
[[nodiscard]] bool isWorkNumber(std::string_view text);
[[nodiscard]] bool isDevice(std::string_view text);
[[nodiscard]] bool isTotp(std::string_view text);
/// An unsigned number of 64 bits in decimal digits, without leading zeros.
[[nodiscard]] std::optional<std::uint64_t> numberOf(std::string_view text);
/// Well-formed UTF-8 without control characters, of so many characters.
[[nodiscard]] bool isText(std::string_view text, std::size_t least, std::size_t most);

/// The part of a target before "?"; percent-encoding is not undone: no path of ours needs any.
[[nodiscard]] std::string_view pathOf(std::string_view target);

/// The parameters of a target. Getters never fail by themselves: the first thing wrong is kept and
/// told by wrong(), which is asked once all known parameters were asked for.
class Query {
public:
    /// Nothing if it is malformed: escapes, UTF-8, a name twice, too many.
    [[nodiscard]] static std::optional<Query> parse(std::string_view target);

    [[nodiscard]] std::optional<std::string> text(std::string_view name,
                                                  std::size_t least,
                                                  std::size_t most);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name,
                                                      std::int64_t least,
                                                      std::int64_t most);
    [[nodiscard]] std::optional<bool> boolean(std::string_view name);
    /// A text for which `fits` holds.
    [[nodiscard]] std::optional<std::string> shaped(std::string_view name,
                                                    bool (*fits)(std::string_view));
    /// `limit`: 1 to 200, else 50.
    [[nodiscard]] std::size_t limit();
    /// Notes that a parameter's value is refused.
    void reject(std::string_view name);
    /// The first parameter that is wrong or was not asked for; "" if all is well.
    [[nodiscard]] std::string wrong() const;

private:
    struct Parameter {
        std::string name;
        std::string value;
        bool asked = false;
    };
    [[nodiscard]] const std::string* find(std::string_view name);

    std::vector<Parameter> parameters_;
    std::string wrong_;
};

/// A JSON object as a request's body, read likewise.
class Body {
public:
    /// Nothing unless it is one JSON object (RFC 8259, UTF-8) with no name twice, at most 8 deep.
    [[nodiscard]] static std::optional<Body> parse(core::ByteView bytes);
    Body(Body&&) noexcept;
    Body& operator=(Body&&) noexcept;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    ~Body();

    /// A text that must be there; "" if it is not well.
    [[nodiscard]] std::string text(std::string_view name, std::size_t least, std::size_t most);
    /// Nothing if it is absent or null.
    [[nodiscard]] std::optional<std::string> optionalText(std::string_view name,
                                                          std::size_t least,
                                                          std::size_t most);
    /// A list of texts that must be there, none twice.
    [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t most);
    /// A truth that must be there; false if it is not well.
    [[nodiscard]] bool boolean(std::string_view name);
    /// A whole number that must be there; `least` if it is not well.
    [[nodiscard]] std::int64_t integer(std::string_view name,
                                       std::int64_t least,
                                       std::int64_t most);
    /// An object that must be there, whose own fields are asked for and judged in turn; an empty
    /// one if it is none.
    [[nodiscard]] Body object(std::string_view name);
    /// The same for one that may be absent or null.
    [[nodiscard]] std::optional<Body> optionalObject(std::string_view name);
    /// The same for a list of at least one and at most `most` objects; none if it is not well.
    [[nodiscard]] std::vector<Body> objects(std::string_view name, std::size_t most);
    /// A text for which `fits` holds, or null; it must be there.
    [[nodiscard]] std::optional<std::string> shapedOrNull(std::string_view name,
                                                          bool (*fits)(std::string_view));
    void reject(std::string_view name);
    [[nodiscard]] std::string wrong() const;

private:
    explicit Body(nlohmann::json value);
    [[nodiscard]] const nlohmann::json* find(std::string_view name);

    std::unique_ptr<nlohmann::json> value_;
    std::vector<std::string> asked_;
    std::string wrong_;
};

/// The value of a cookie in a Cookie header; "" if it is absent or there twice.
[[nodiscard]] std::string_view cookieOf(std::string_view header, std::string_view name);

}  // namespace liuhen::web
