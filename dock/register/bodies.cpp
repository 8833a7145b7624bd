// SPDX-License-Identifier: Apache-2.0
// Bodies as JSON: people, devices, matters.
#include "dock/register/bodies.hpp"

#include "dock/register/body_reading.hpp"

#include <fmt/format.h>

namespace liuhen::registry {

using nlohmann::json;

namespace {

json checkOf(const std::optional<SelfCheck>& check) {
    if (!check) {
        return {};
    }
    return {{"passed", check->passed},
            {"occasion", check->occasion},
            {"failed", check->failed},
            {"utc_us", check->utcUs}};
}

std::optional<SelfCheck> readCheck(Fields& outer) {
    const json* object = outer.objectOrNull("check");
    if (object == nullptr) {
        return std::nullopt;
    }
    Fields fields(*object, "check");
    SelfCheck check;
    check.passed = fields.boolean("passed");
    check.occasion = fields.text("occasion");
    check.failed = fields.texts("failed");
    check.utcUs = fields.integer("utc_us");
    if (const auto done = fields.finish(); !done) {
        outer.reject("check", done.error().message);
    }
    return check;
}

/// The members of a matter and their keys, in the order in which bureaus publish them.
struct Column {
    const char* key;
    std::string Matter::*member;
};
constexpr Column kColumns[] = {{"number", &Matter::number},
                               {"category", &Matter::category},
                               {"step", &Matter::step},
                               {"manner", &Matter::manner},
                               {"occasion", &Matter::occasion},
                               {"content", &Matter::content},
                               {"start", &Matter::start},
                               {"process", &Matter::process},
                               {"end", &Matter::end},
                               {"department", &Matter::department},
                               {"people", &Matter::people}};

std::vector<Matter> readMatters(Fields& outer) {
    std::vector<Matter> rows;
    const json* list = outer.list("rows");
    if (list == nullptr) {
        return rows;
    }
    for (const json& item : *list) {
        Fields fields(item, "row");
        Matter matter;
        for (const Column& column : kColumns) {
            matter.*column.member = fields.text(column.key, kNoteBytes);
        }
        matter.full = fields.boolean("full");
        if (const auto done = fields.finish(); !done) {
            outer.reject("rows", done.error().message);
            return {};
        }
        rows.push_back(std::move(matter));
    }
    return rows;
}

}  // namespace

template <>
std::string encode(const Unit& body) {
    return json{{"unit", body.id}, {"name", body.name}, {"closed", body.closed}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Unit> decode(std::string_view text) {
    return readWith<Unit>(text, [](Fields& fields, Unit& body) {
        body.id = fields.text("unit", kIdBytes);
        body.name = fields.text("name");
        body.closed = fields.boolean("closed");
    });
}

template <>
std::string encode(const Officer& body) {
    return json{{"person", core::toHex(body.person)},
                {"name", body.name},
                {"unit", body.unit},
                {"work_number", body.workNumber},
                {"licence", body.licence},
                {"closed", body.closed}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Officer> decode(std::string_view text) {
    return readWith<Officer>(text, [](Fields& fields, Officer& body) {
        body.person = fields.hash("person");
        body.name = fields.text("name");
        body.unit = fields.text("unit", kIdBytes);
        body.workNumber = fields.text("work_number", kIdBytes);
        body.licence = fields.text("licence", kIdBytes);
        body.closed = fields.boolean("closed");
    });
}

template <>
std::string encode(const Credential& body) {
    return json{{"person", core::toHex(body.person)},
                {"card", orNull(body.card)},
                {"pin", orNull(body.pin)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Credential> decode(std::string_view text) {
    return readWith<Credential>(text, [](Fields& fields, Credential& body) {
        body.person = fields.hash("person");
        body.card = fields.textOrNull("card", kIdBytes);
        body.pin = fields.textOrNull("pin", kNameBytes);
    });
}

template <>
std::string encode(const WrongPin& body) {
    return json{{"person", core::toHex(body.person)}, {"bay", body.bay}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<WrongPin> decode(std::string_view text) {
    return readWith<WrongPin>(text, [](Fields& fields, WrongPin& body) {
        body.person = fields.hash("person");
        body.bay = fields.text("bay", kIdBytes);
    });
}

template <>
std::string encode(const DeviceBody& body) {
    return json{
        {"device", body.device}, {"model", body.model}, {"asset", body.asset}, {"unit", body.unit}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<DeviceBody> decode(std::string_view text) {
    return readWith<DeviceBody>(text, [](Fields& fields, DeviceBody& body) {
        body.device = fields.text("device", kIdBytes);
        body.model = fields.text("model");
        body.asset = fields.text("asset", kIdBytes);
        body.unit = fields.text("unit", kIdBytes);
    });
}

template <>
std::string encode(const Enrolment& body) {
    return json{{"device", body.device}, {"second", core::toHex(body.second)}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Enrolment> decode(std::string_view text) {
    return readWith<Enrolment>(text, [](Fields& fields, Enrolment& body) {
        body.device = fields.text("device", kIdBytes);
        body.second = fields.hash("second");
    });
}

template <>
std::string encode(const Loss& body) {
    json ranges = json::array();
    for (const Unreceipted& range : body.unreceipted) {
        ranges.push_back({{"generation", range.generation},
                          {"after", range.after},
                          {"since_us", range.sinceUs},
                          {"segments", range.segments}});
    }
    return json{{"device", body.device},
                {"reason", body.reason},
                {"known", body.known},
                {"unreceipted", std::move(ranges)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Loss> decode(std::string_view text) {
    return readWith<Loss>(text, [](Fields& fields, Loss& body) {
        body.device = fields.text("device", kIdBytes);
        body.reason = fields.text("reason", kNoteBytes);
        body.known = fields.boolean("known");
        const json* ranges = fields.list("unreceipted");
        for (std::size_t i = 0; ranges != nullptr && i < ranges->size(); ++i) {
            Fields inner((*ranges)[i], "range");
            Unreceipted range;
            range.generation = inner.number("generation");
            range.after = inner.number("after");
            range.sinceUs = inner.integer("since_us");
            range.segments = inner.number("segments");
            if (const auto done = inner.finish(); !done) {
                fields.reject("unreceipted", done.error().message);
            }
            body.unreceipted.push_back(range);
        }
    });
}

template <>
std::string encode(const Finding& body) {
    return json{{"device", body.device}, {"note", body.note}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Finding> decode(std::string_view text) {
    return readWith<Finding>(text, [](Fields& fields, Finding& body) {
        body.device = fields.text("device", kIdBytes);
        body.note = fields.text("note", kNoteBytes);
    });
}

template <>
std::string encode(const Revocation& body) {
    return json{{"device", body.device}, {"reason", body.reason}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Revocation> decode(std::string_view text) {
    return readWith<Revocation>(text, [](Fields& fields, Revocation& body) {
        body.device = fields.text("device", kIdBytes);
        body.reason = fields.text("reason", kNoteBytes);
    });
}

template <>
std::string encode(const Seen& body) {
    return json{{"device", body.device},
                {"bay", body.bay},
                {"boot", body.boot},
                {"firmware", body.firmware},
                {"check", checkOf(body.check)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<Seen> decode(std::string_view text) {
    return readWith<Seen>(text, [](Fields& fields, Seen& body) {
        body.device = fields.text("device", kIdBytes);
        body.bay = fields.text("bay", kIdBytes);
        body.boot = fields.number("boot");
        body.firmware = fields.text("firmware");
        body.check = readCheck(fields);
    });
}

template <>
std::string encode(const MattersList& body) {
    json rows = json::array();
    for (const Matter& matter : body.rows) {
        json row{{"full", matter.full}};
        for (const Column& column : kColumns) {
            row[column.key] = matter.*column.member;
        }
        rows.push_back(std::move(row));
    }
    return json{{"version", body.version},
                {"from_us", body.fromUs},
                {"source", body.source},
                {"rows", std::move(rows)}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

template <>
Result<MattersList> decode(std::string_view text) {
    return readWith<MattersList>(text, [](Fields& fields, MattersList& body) {
        body.version = fields.text("version", kIdBytes);
        body.fromUs = fields.integer("from_us");
        body.source = fields.text("source");
        body.rows = readMatters(fields);
    });
}

}  // namespace liuhen::registry
