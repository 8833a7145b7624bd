// SPDX-License-Identifier: Apache-2.0
// The custody log, what is in quarantine, and what was done with accounts.
#include "common/crypto/digest.hpp"
#include "common/tlog/tree.hpp"
#include "dock/web/api/access_room.hpp"
#include "dock/web/api/quarantine_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using core::Cbor;

namespace {

constexpr std::size_t kShownBytes = 64;
constexpr std::int64_t kExact = 9'007'199'254'740'991;  // what JSON's numbers hold

bool isKind(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz.") == std::string_view::npos;
}

// NOLINTBEGIN(misc-no-recursion): as deep as the value, which its decoder bounds at 16.
json jsonOf(const Cbor& value) {
    if (const auto* bytes = value.bytes()) {
        return bytes->size() <= kShownBytes ? json(core::toHex(*bytes))
                                            : json(fmt::format("({} bytes)", bytes->size()));
    }
    if (const auto* text = value.text()) {
        return *text;
    }
    if (const auto flag = value.boolean()) {
        return *flag;
    }
    if (const auto number = value.integer()) {
        return *number > kExact || *number < -kExact ? json(std::to_string(*number))
                                                     : json(*number);
    }
    if (const auto number = value.unsignedInteger()) {
        return std::to_string(*number);
    }
    if (const auto* items = value.items()) {
        json out = json::array();
        for (const Cbor& item : *items) {
            out.push_back(jsonOf(item));
        }
        return out;
    }
    if (const auto* pairs = value.pairs()) {
        json out = json::object();
        for (const auto& [key, item] : *pairs) {
            out[key.text() != nullptr ? *key.text() : core::diagnose(key)] = jsonOf(item);
        }
        return out;
    }
    return value.tagContent() != nullptr ? jsonOf(*value.tagContent()) : json();
}
// NOLINTEND(misc-no-recursion)

Result<void> fillLeaf(Parts& parts, const LogLeaf& entry, json& to) {
    const auto leaf = evidence::Leaf::decode(entry.bytes);
    to = {{"index", entry.index},
          {"time_us", leaf ? leaf->timeUs : 0},
          {"kind", leaf ? leaf->kind : std::string()},
          {"hash", core::toHex(tlog::leafHash(entry.bytes))},
          {"body", leaf ? jsonOf(leaf->body) : json::object()}};
    return leaf ? addReview(parts, *leaf, to) : Result<void>();
}

/// `after` of a list that counts down; nothing if it is malformed.
std::optional<std::uint64_t> beforeOf(Query& query) {
    const auto text = query.text("after", 1, 128);
    if (!text) {
        return std::uint64_t{INT64_MAX};
    }
    const auto number = numberOf(*text);
    if (!number || *number > static_cast<std::uint64_t>(INT64_MAX)) {
        query.reject("after");
        return std::nullopt;
    }
    return number;
}

net::Response custodyLog(Parts& parts, Call& call) {
    Query& query = call.query;
    const std::string kind = query.shaped("kind", &isKind).value_or("");
    const std::size_t limit = query.limit();
    const auto before = beforeOf(query);
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto page = parts.vault.log(kind, *before, limit);
    if (!page) {
        return refusalOf(page.error());
    }
    json items = json::array();
    for (const LogLeaf& leaf : page->leaves) {
        json item;
        if (const auto filled = fillLeaf(parts, leaf, item); !filled) {
            return refusalOf(filled.error());
        }
        items.push_back(std::move(item));
    }
    return reply(200,
                 {{"items", std::move(items)},
                  {"next", page->more ? numberJson(page->leaves.back().index) : json()},
                  {"size", page->size}});
}

json optionalNumber(const Cbor& body, std::string_view key) {
    const Cbor* value = body.find(key);
    const auto number = value != nullptr ? value->unsignedInteger() : std::nullopt;
    return number ? numberJson(*number) : json();
}

std::string textAt(const Cbor& body, std::string_view key) {
    const Cbor* value = body.find(key);
    return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

json quarantinedJson(const LogLeaf& entry, const evidence::Leaf& leaf) {
    const Cbor* object = leaf.body.find("object");
    const auto hash = object != nullptr ? object->digest() : std::nullopt;
    const Cbor* size = leaf.body.find("size");
    const std::string reason = textAt(leaf.body, "reason");
    const QuarantineWords& words = quarantineWords(reason);
    return {{"leaf", entry.index},
            {"time_us", leaf.timeUs},
            {"object", hash ? core::toHex(*hash) : std::string()},
            {"size", size != nullptr ? size->unsignedInteger().value_or(0) : 0},
            {"type", textAt(leaf.body, "type")},
            {"device", textAt(leaf.body, "device")},
            {"generation", optionalNumber(leaf.body, "generation")},
            {"recording", optionalNumber(leaf.body, "recording")},
            {"segment", optionalNumber(leaf.body, "segment")},
            {"reason", reason},
            {"reason_zh", words.reasonZh},
            {"advice_zh", words.adviceZh},
            {"advice_en", words.adviceEn}};
}

net::Response quarantine(Parts& parts, Call& call) {
    Query& query = call.query;
    const auto device = query.shaped("device", &isDevice);
    const std::size_t limit = query.limit();
    auto before = beforeOf(query);
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    json items = json::array();
    bool more = true;
    while (more && items.size() < limit) {
        const auto page = parts.vault.log("quarantine", *before, limit);
        if (!page) {
            return refusalOf(page.error());
        }
        more = page->more;
        for (const LogLeaf& entry : page->leaves) {
            if (items.size() == limit) {
                more = true;
                break;
            }
            before = entry.index;
            const auto leaf = evidence::Leaf::decode(entry.bytes);
            if (leaf && (!device || textAt(leaf->body, "device") == *device)) {
                items.push_back(quarantinedJson(entry, *leaf));
            }
        }
    }
    return reply(200, {{"items", std::move(items)}, {"next", more ? numberJson(*before) : json()}});
}

net::Response audit(Parts& parts, Call& call) {
    Query& query = call.query;
    const auto hex = query.shaped("person", &isHex64);
    const std::size_t limit = query.limit();
    const auto before = beforeOf(query);
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    auto events = parts.people.events(hex ? personOf(*hex) : std::nullopt, *before, limit + 1);
    if (!events) {
        return refusalOf(events.error());
    }
    const bool more = events->size() > limit;
    events->resize(std::min(events->size(), limit));
    json items = json::array();
    for (const access::Event& event : *events) {
        items.push_back({{"id", event.id},
                         {"time_us", event.timeUs},
                         {"what", event.what},
                         {"person", event.person ? json(hexOf(*event.person)) : json()},
                         {"by", event.by ? json(hexOf(*event.by)) : json()},
                         {"detail", event.detail}});
    }
    return reply(
        200,
        {{"items", std::move(items)}, {"next", more ? numberJson(events->back().id) : json()}});
}

}  // namespace

std::vector<Route> logRoutes() {
    return {
        {"GET",
         "/api/v1/quarantine",
         "quarantine",
         Who::of({Role::Custodian, Role::Supervisor}),
         &quarantine},
        {"GET",
         "/api/v1/log",
         "custodyLog",
         Who::of({Role::Audadmin, Role::Supervisor}),
         &custodyLog},
        {"GET", "/api/v1/audit", "audit", Who::of({Role::Audadmin}), &audit},
    };
}

}  // namespace liuhen::web
