// SPDX-License-Identifier: Apache-2.0
// What people enter in the register by the page.
#include "dock/register/fields.hpp"
#include "dock/register/links.hpp"
#include "dock/register/matters_csv.hpp"
#include "dock/register/unreceipted.hpp"
#include "dock/web/api/register_json.hpp"
#include "dock/web/api/register_room.hpp"

#include <charconv>

namespace liuhen::web {

using access::Role;
using registry::Entered;
using registry::Fields;
using registry::View;

namespace {

/// The register's "no" in the schema Error: what to do stands in the sentence.
net::Response refused(const registry::Refusal& why) {
    return reply(409,
                 {{"error",
                   {{"code", why.code},
                    {"message_zh", why.zh + why.action},
                    {"message_en", why.en},
                    {"action", "correct"}}}});
}

net::Response answered(const Result<Entered>& entered) {
    if (!entered) {
        return refusalOf(entered.error());
    }
    return entered->refusal ? refused(*entered->refusal)
                            : reply(201, {{"event", entered->event}});
}

/// Reads the body with `take`, which gives what is to be entered; enters it as the one who asks.
template <class Take>
net::Response entering(Parts& parts, Call& call, const Take& take) {
    if (!parts.desk) {
        return refusal(Problem::NoRegister);
    }
    if (!Body::parse(call.request.body)) {  // one object, no name twice, not too deep
        return refusal(Problem::MalformedBody);
    }
    const auto object = registry::parseObject(core::textOf(call.request.body), "body");
    if (!object) {
        return refusal(Problem::MalformedBody);
    }
    Fields fields(*object, "body");
    auto body = take(fields);
    if (const auto read = fields.finish(); !read) {
        return refusal(Problem::WrongField, fields.wrongKey());
    }
    return answered(parts.desk->records.enter(body, call.who().person));
}

net::Response enterUnit(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        return registry::Unit{fields.text("unit", registry::kIdBytes),
                              fields.text("name"),
                              fields.boolean("closed")};
    });
}

net::Response enterOfficer(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        registry::Officer officer;
        officer.person = fields.hash("person");
        officer.name = fields.text("name");
        officer.unit = fields.text("unit", registry::kIdBytes);
        officer.workNumber = fields.text("work_number", registry::kIdBytes);
        officer.licence = fields.textOrNull("licence", registry::kIdBytes).value_or("");
        officer.closed = fields.boolean("closed");
        return officer;
    });
}

net::Response enterDevice(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        return registry::DeviceBody{fields.text("device", registry::kIdBytes),
                                    fields.text("model"),
                                    fields.text("asset", registry::kIdBytes),
                                    fields.text("unit", registry::kIdBytes)};
    });
}

net::Response enrol(Parts& parts, Call& call) {
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Enrolment{call.part("device"), fields.hash("second")};
    });
}

net::Response reportLoss(Parts& parts, Call& call) {
    return entering(parts, call, [&](Fields& fields) {
        registry::Loss loss{
            call.part("device"), fields.text("reason", registry::kNoteBytes), false, {}};
        if (auto catalogue = catalogue::Catalogue::openReading(parts.desk->folder)) {
            if (auto ranges = registry::unreceipted(**catalogue, loss.device)) {
                loss.known = true;
                loss.unreceipted = *std::move(ranges);
            }
        }
        return loss;
    });
}

net::Response reportFound(Parts& parts, Call& call) {
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Finding{call.part("device"), fields.text("note", registry::kNoteBytes)};
    });
}

net::Response revoke(Parts& parts, Call& call) {
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Revocation{call.part("device"),
                                    fields.text("reason", registry::kNoteBytes)};
    });
}

net::Response handOut(Parts& parts, Call& call) {
    if (!parts.desk) {
        return refusal(Problem::NoRegister);
    }
    const auto object = Body::parse(call.request.body)
                            ? registry::parseObject(core::textOf(call.request.body), "body")
                            : core::fail(core::ErrorKind::InvalidArgument, "");
    if (!object) {
        return refusal(Problem::MalformedBody);
    }
    Fields fields(*object, "body");
    registry::HandoutOrder order;
    order.device = fields.text("device", registry::kIdBytes);
    order.wearer = fields.hash("wearer");
    order.companions = fields.persons("companions");
    order.matters = fields.texts("matters", registry::kIdBytes);
    order.place = fields.text("place");
    order.fromUs = fields.integer("from_us");
    order.untilUs = fields.integer("until_us");
    if (const auto read = fields.finish(); !read) {
        return refusal(Problem::WrongField, fields.wrongKey());
    }
    const auto out = parts.desk->records.handOut(order, call.who().person, parts.desk->signer);
    if (!out) {
        return refusalOf(out.error());
    }
    return out->entered.refusal
               ? refused(*out->entered.refusal)
               : reply(201, {{"event", out->entered.event}, {"number", out->number}});
}

net::Response takeBack(Parts& parts, Call& call) {
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Return{call.part("number"),
                                fields.boolean("undamaged"),
                                fields.text("note", registry::kNoteBytes)};
    });
}

net::Response noteHandover(Parts& parts, Call& call) {
    bool mine = true;
    if (parts.desk && !seesOthers(call.who())) {
        const auto seen = parts.desk->records.look([&](const View& view) {
            const registry::NotedHandout* handout = view.handout(call.part("number"));
            mine = handout != nullptr && isOf(*handout, call.who().person);
        });
        if (!seen) {
            return refusalOf(seen.error());
        }
    }
    if (!mine) {
        return refusal(Problem::NotFound);
    }
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Handover{call.part("number"),
                                  fields.hash("from"),
                                  fields.hash("to"),
                                  fields.integer("at_us"),
                                  fields.text("note", registry::kNoteBytes)};
    });
}

net::Response confirmHandover(Parts& parts, Call& call) {
    const auto index = numberOf(call.part("index"));
    if (!index) {
        return refusal(Problem::NotFound);
    }
    return entering(parts, call, [&](Fields& fields) {
        return registry::HandoverConfirmed{
            call.part("number"), *index, fields.text("note", registry::kNoteBytes)};
    });
}

net::Response importMatters(Parts& parts, Call& call) {
    std::vector<std::string> problems;
    net::Response response = entering(parts, call, [&problems](Fields& fields) {
        registry::MattersList list;
        list.version = fields.text("version", registry::kIdBytes);
        list.fromUs = fields.integer("from_us");
        list.source = fields.text("source");
        const std::string csv = fields.text("csv", kBodyBytes);
        registry::MattersFile file = registry::readMatters(core::viewOf(csv));
        for (const registry::CsvProblem& problem : file.problems) {
            problems.push_back(problem.sentence());
        }
        list.rows = std::move(file.rows);
        return list;
    });
    if (problems.empty() || response.status != 409) {
        return response;
    }
    std::string sentence = "清单没有导入，请改正：";
    for (const std::string& problem : problems) {
        sentence += problem;
    }
    return refused({"list_malformed", sentence, "the list was not imported", "改正后重新导入。"});
}

net::Response enterAct(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        registry::Act act;
        act.number = fields.text("number", registry::kIdBytes);
        act.state = fields.text("state", registry::kIdBytes);
        act.name = fields.text("name");
        act.list = fields.text("list", registry::kIdBytes);
        act.matter = fields.text("matter", registry::kIdBytes);
        act.unit = fields.text("unit", registry::kIdBytes);
        act.officers = fields.persons("officers");
        act.place = fields.text("place");
        act.party = fields.text("party");
        act.fromUs = fields.integerOrNull("from_us");
        act.untilUs = fields.integerOrNull("until_us");
        act.reason = fields.text("reason", registry::kNoteBytes);
        return act;
    });
}

net::Response enterCase(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        return registry::Case{fields.text("number", registry::kIdBytes),
                              fields.text("name"),
                              fields.text("unit", registry::kIdBytes),
                              fields.integerOrNull("concluded_us")};
    });
}

registry::LinkEnd endOf(Fields& fields, const char* type, const char* id) {
    return {fields.text(type, registry::kIdBytes), fields.text(id)};
}

net::Response link(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        return registry::linkOf(endOf(fields, "type", "id"),
                                endOf(fields, "other_type", "other_id"));
    });
}

net::Response unlink(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        registry::Link ends = registry::linkOf(endOf(fields, "type", "id"),
                                               endOf(fields, "other_type", "other_id"));
        return registry::Unlink{std::move(ends.a),
                                std::move(ends.b),
                                fields.text("reason", registry::kNoteBytes)};
    });
}

}  // namespace

std::vector<Route> registerChanges() {
    const Who desk = Who::of({Role::Custodian});
    const Who field = Who::of({Role::Officer, Role::Custodian});
    return {{"POST", "/api/v1/units", "enterUnit", desk, &enterUnit},
            {"POST", "/api/v1/officers", "enterOfficer", desk, &enterOfficer},
            {"POST", "/api/v1/devices", "enterDevice", desk, &enterDevice},
            {"POST", "/api/v1/devices/{device}/enrolment", "enrolDevice", desk, &enrol},
            {"POST", "/api/v1/devices/{device}/loss", "reportLoss", field, &reportLoss},
            {"POST", "/api/v1/devices/{device}/find", "reportFound", desk, &reportFound},
            {"POST", "/api/v1/devices/{device}/revocation", "revokeDevice", desk, &revoke},
            {"POST", "/api/v1/handouts", "handOut", desk, &handOut},
            {"POST", "/api/v1/handouts/{number}/return", "takeBack", desk, &takeBack},
            {"POST", "/api/v1/handouts/{number}/handovers", "noteHandover", field, &noteHandover},
            {"POST",
             "/api/v1/handouts/{number}/handovers/{index}/confirmation",
             "confirmHandover",
             desk,
             &confirmHandover},
            {"POST", "/api/v1/matters", "importMatters", desk, &importMatters},
            {"POST", "/api/v1/acts", "enterAct", field, &enterAct},
            {"POST", "/api/v1/cases", "enterCase", field, &enterCase},
            {"POST", "/api/v1/links", "link", field, &link},
            {"POST", "/api/v1/links/removal", "unlink", field, &unlink}};
}

}  // namespace liuhen::web
