// SPDX-License-Identifier: Apache-2.0
// A JSON reader without recursion: a stack of what is open, and what may come next.
#include "common/crypto/client_data.hpp"

#include "common/core/utf8.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace liuhen::crypto {

namespace {

constexpr std::uint32_t kHighSurrogate = 0xD800;
constexpr std::uint32_t kLowSurrogate = 0xDC00;
constexpr std::uint32_t kBehindSurrogates = 0xE000;
constexpr std::uint32_t kFirstBeyondBmp = 0x10000;
constexpr unsigned char kFirstPrintable = 0x20;

void appendUtf8(std::string& to, std::uint32_t code) {
    const auto put = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < kFirstBeyondBmp) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : text_(text) {}

    std::optional<JsonObject> run() {
        if (!take('{')) {
            return std::nullopt;
        }
        open_.push_back({true, {}});
        while (!open_.empty()) {
            if (!step()) {
                return std::nullopt;
            }
        }
        skipSpace();
        return at_ == text_.size() ? std::optional(std::move(result_)) : std::nullopt;
    }

private:
    struct Open {
        bool object = false;
        std::set<std::string> names;
        bool begun = false;  // a member or item was read
    };

    /// One member or item of the innermost container, or its end.
    bool step() {
        Open& inner = open_.back();
        if (take(inner.object ? '}' : ']')) {
            open_.pop_back();
            return true;
        }
        if (inner.begun && !take(',')) {
            return false;
        }
        inner.begun = true;
        std::string name;
        if (inner.object && (!string(name) || !inner.names.insert(name).second || !take(':'))) {
            return false;
        }
        const bool outermost = open_.size() == 1;
        JsonMember member;
        if (!value(member)) {
            return false;
        }
        if (outermost) {
            result_.emplace(std::move(name), std::move(member));
        }
        return true;
    }

    bool value(JsonMember& member) {
        skipSpace();
        if (at_ == text_.size()) {
            return false;
        }
        switch (text_[at_]) {
            case '"':
                member.type = JsonMember::Type::Text;
                return string(member.text);
            case '{':
            case '[':
                member.type = JsonMember::Type::Container;
                open_.push_back({text_[at_++] == '{', {}});
                return open_.size() <= kJsonDepth;
            case 't':
                member.type = JsonMember::Type::True;
                return word("true");
            case 'f':
                member.type = JsonMember::Type::False;
                return word("false");
            case 'n':
                return word("null");
            default:
                member.type = JsonMember::Type::Number;
                return number();
        }
    }

    void skipSpace() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

    bool take(char wanted) {
        skipSpace();
        const bool there = at_ < text_.size() && text_[at_] == wanted;
        at_ += there ? 1 : 0;
        return there;
    }

    bool word(std::string_view wanted) {
        const bool there = text_.substr(at_).starts_with(wanted);
        at_ += there ? wanted.size() : 0;
        return there;
    }

    bool digits() {
        const std::size_t from = at_;
        while (at_ < text_.size() && isDigit(text_[at_])) {
            ++at_;
        }
        return at_ > from;
    }

    bool number() {
        static_cast<void>(word("-"));
        if (!word("0") && !digits()) {
            return false;
        }
        if (word(".") && !digits()) {
            return false;
        }
        if (word("e") || word("E")) {
            static_cast<void>(word("+") || word("-"));
            return digits();
        }
        return true;
    }

    bool string(std::string& to) {
        if (!take('"')) {
            return false;
        }
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '"') {
                return true;
            }
            if (static_cast<unsigned char>(c) < kFirstPrintable || (c == '\\' && !escape(to))) {
                return false;
            }
            if (c != '\\') {
                to.push_back(c);
            }
        }
        return false;
    }

    bool escape(std::string& to) {
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
        if (at_ == text_.size()) {
            return false;
        }
        const char c = text_[at_++];
        if (const std::size_t found = kLetters.find(c); found != std::string_view::npos) {
            to.push_back(kMeant[found]);
            return true;
        }
        std::uint32_t code = 0;
        if (c != 'u' || !fourDigits(code)) {
            return false;
        }
        if (code >= kHighSurrogate && code < kBehindSurrogates) {
            std::uint32_t low = 0;
            if (code >= kLowSurrogate || !word("\\u") || !fourDigits(low) || low < kLowSurrogate ||
                low >= kBehindSurrogates) {
                return false;
            }
            code = kFirstBeyondBmp + ((code - kHighSurrogate) << 10U) + (low - kLowSurrogate);
        }
        appendUtf8(to, code);
        return true;
    }

    bool fourDigits(std::uint32_t& code) {
        const auto bytes = core::fromHex(text_.substr(at_, 4));
        if (!bytes || bytes->size() != 2) {
            return false;
        }
        code = (std::uint32_t{(*bytes)[0]} << 8U) | (*bytes)[1];
        at_ += 4;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Open> open_;
    JsonObject result_;
};

}  // namespace

std::optional<JsonObject> readJsonObject(core::ByteView bytes) {
    return core::isUtf8(bytes) ? JsonReader(core::textOf(bytes)).run() : std::nullopt;
}

}  // namespace liuhen::crypto
