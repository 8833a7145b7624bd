// SPDX-License-Identifier: Apache-2.0
// Bodies as JSON: what is done with recorders, acts, cases, links; what is written of them.
#include "dock/register/bodies.hpp"
#include "dock/register/body_reading.hpp"

namespace liuhen::registry {

using nlohmann::json;

namespace {

json hexes(const std::vector<Person>& persons) {
    json list = json::array();
    for (const Person& person : persons) {
        list.push_back(core::toHex(person));
    }
    return list;
}

json endOf(const LinkEnd& end) {
    return {{"type", end.type}, {"id", end.id}};
}

LinkEnd readEnd(Fields& outer, const char* key) {
    LinkEnd end;
    const json* object = outer.objectOrNull(key);
    if (object == nullptr) {
        outer.reject(key, "must be an object");
        return end;
    }
    Fields fields(*object, key);
    end.type = fields.text("type", kIdBytes);
    end.id = fields.text("id", kNameBytes);
    if (const auto done = fields.finish(); !done) {
        outer.reject(key, done.error().message);
    }
    return end;
}

std::optional<evidence::Head> readHead(Fields& outer) {
    const json* object = outer.objectOrNull("entry");
    if (object == nullptr) {
        return std::nullopt;
    }
    Fields fields(*object, "entry");
    evidence::Head head;
    head.generation = fields.number("generation");
    head.seq = fields.number("seq");
    head.hash = fields.hash("hash");
    if (const auto done = fields.finish(); !done) {
        outer.reject("entry", done.error().message);
    }
    return head;
}

}  // namespace

template <>
std::string encode(const Delivery& body) {
    json entry;
    if (body.entry) {
        entry = {{"generation", body.entry->generation},
                 {"seq", body.entry->seq},
                 {"hash", core::toHex(body.entry->hash)}};
    }
    return json{{"number", body.number}, {"entry", std::move(entry)}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Delivery> decode(std::string_view text) {
    return readWith<Delivery>(text, [](Fields& fields, Delivery& body) {
        body.number = fields.text("number", kIdBytes);
        body.entry = readHead(fields);
    });
}

template <>
std::string encode(const DeliveryRefused& body) {
    return json{{"number", body.number}, {"reason", body.reason}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<DeliveryRefused> decode(std::string_view text) {
    return readWith<DeliveryRefused>(text, [](Fields& fields, DeliveryRefused& body) {
        body.number = fields.text("number", kIdBytes);
        body.reason = fields.text("reason", kNoteBytes);
    });
}

template <>
std::string encode(const Handout& body) {
    return json{{"number", body.number},
                {"device", body.device},
                {"wearer", core::toHex(body.wearer)},
                {"companions", hexes(body.companions)},
                {"list", body.list},
                {"matters", body.matters},
                {"place", body.place},
                {"from_us", body.fromUs},
                {"until_us", body.untilUs},
                {"assignment", core::toBase64(body.assignment)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Handout> decode(std::string_view text) {
    return readWith<Handout>(text, [](Fields& fields, Handout& body) {
        body.number = fields.text("number", kIdBytes);
        body.device = fields.text("device", kIdBytes);
        body.wearer = fields.hash("wearer");
        body.companions = fields.persons("companions");
        body.list = fields.text("list", kIdBytes);
        body.matters = fields.texts("matters", kIdBytes);
        body.place = fields.text("place");
        body.fromUs = fields.integer("from_us");
        body.untilUs = fields.integer("until_us");
        body.assignment = fields.base64("assignment");
    });
}

template <>
std::string encode(const Return& body) {
    return json{{"number", body.number}, {"undamaged", body.undamaged}, {"note", body.note}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Return> decode(std::string_view text) {
    return readWith<Return>(text, [](Fields& fields, Return& body) {
        body.number = fields.text("number", kIdBytes);
        body.undamaged = fields.boolean("undamaged");
        body.note = fields.text("note", kNoteBytes);
    });
}

template <>
std::string encode(const Handover& body) {
    return json{{"number", body.number},
                {"from", core::toHex(body.from)},
                {"to", core::toHex(body.to)},
                {"at_us", body.atUs},
                {"note", body.note}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Handover> decode(std::string_view text) {
    return readWith<Handover>(text, [](Fields& fields, Handover& body) {
        body.number = fields.text("number", kIdBytes);
        body.from = fields.hash("from");
        body.to = fields.hash("to");
        body.atUs = fields.integer("at_us");
        body.note = fields.text("note", kNoteBytes);
    });
}

template <>
std::string encode(const HandoverConfirmed& body) {
    return json{{"number", body.number}, {"index", body.index}, {"note", body.note}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<HandoverConfirmed> decode(std::string_view text) {
    return readWith<HandoverConfirmed>(text, [](Fields& fields, HandoverConfirmed& body) {
        body.number = fields.text("number", kIdBytes);
        body.index = fields.number("index");
        body.note = fields.text("note", kNoteBytes);
    });
}

template <>
std::string encode(const Act& body) {
    return json{{"number", body.number},
                {"state", body.state},
                {"name", body.name},
                {"list", body.list},
                {"matter", body.matter},
                {"unit", body.unit},
                {"officers", hexes(body.officers)},
                {"place", body.place},
                {"party", body.party},
                {"from_us", orNull(body.fromUs)},
                {"until_us", orNull(body.untilUs)},
                {"reason", body.reason}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Act> decode(std::string_view text) {
    return readWith<Act>(text, [](Fields& fields, Act& body) {
        body.number = fields.text("number", kIdBytes);
        body.state = fields.text("state", kIdBytes);
        body.name = fields.text("name");
        body.list = fields.text("list", kIdBytes);
        body.matter = fields.text("matter", kIdBytes);
        body.unit = fields.text("unit", kIdBytes);
        body.officers = fields.persons("officers");
        body.place = fields.text("place");
        body.party = fields.text("party");
        body.fromUs = fields.integerOrNull("from_us");
        body.untilUs = fields.integerOrNull("until_us");
        body.reason = fields.text("reason", kNoteBytes);
    });
}

template <>
std::string encode(const Case& body) {
    return json{{"number", body.number},
                {"name", body.name},
                {"unit", body.unit},
                {"concluded_us", orNull(body.concludedUs)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Case> decode(std::string_view text) {
    return readWith<Case>(text, [](Fields& fields, Case& body) {
        body.number = fields.text("number", kIdBytes);
        body.name = fields.text("name");
        body.unit = fields.text("unit", kIdBytes);
        body.concludedUs = fields.integerOrNull("concluded_us");
    });
}

template <>
std::string encode(const Link& body) {
    return json{{"a", endOf(body.a)}, {"b", endOf(body.b)}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Link> decode(std::string_view text) {
    return readWith<Link>(text, [](Fields& fields, Link& body) {
        body.a = readEnd(fields, "a");
        body.b = readEnd(fields, "b");
    });
}

template <>
std::string encode(const Unlink& body) {
    return json{{"a", endOf(body.a)}, {"b", endOf(body.b)}, {"reason", body.reason}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Unlink> decode(std::string_view text) {
    return readWith<Unlink>(text, [](Fields& fields, Unlink& body) {
        body.a = readEnd(fields, "a");
        body.b = readEnd(fields, "b");
        body.reason = fields.text("reason", kNoteBytes);
    });
}

template <>
std::string encode(const Explanation& body) {
    return json{{"device", body.device},
                {"generation", body.generation},
                {"recording", body.recording},
                {"seq", body.seq},
                {"words", body.words}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Explanation> decode(std::string_view text) {
    return readWith<Explanation>(text, [](Fields& fields, Explanation& body) {
        body.device = fields.text("device", kIdBytes);
        body.generation = fields.number("generation");
        body.recording = fields.number("recording");
        body.seq = fields.number("seq");
        body.words = fields.text("words", kNoteBytes);
    });
}

template <>
std::string encode(const EmergencyReview& body) {
    return json{{"request", core::toHex(body.request)},
                {"grant", core::toHex(body.grant)},
                {"justified", body.justified},
                {"words", core::toHex(body.words)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<EmergencyReview> decode(std::string_view text) {
    return readWith<EmergencyReview>(text, [](Fields& fields, EmergencyReview& body) {
        body.request = fields.hash("request");
        body.grant = fields.hash("grant");
        body.justified = fields.boolean("justified");
        body.words = fields.hash("words");
    });
}

}  // namespace liuhen::registry
