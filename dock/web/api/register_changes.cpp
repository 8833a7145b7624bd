// SPDX-License-Identifier: Apache-2.0
// What people enter in the register by the page.
#include "dock/register/links.hpp"
#include "dock/register/matters_csv.hpp"
#include "dock/register/unreceipted.hpp"
#include "dock/web/api/own.hpp"
#include "dock/web/api/register_reading.hpp"

namespace liuhen::web {

using access::Role;
using registry::Entered;
using registry::Fields;
using registry::View;

namespace {

/// Reads the body with `take`, and enters what this gives as the one who asks. Whether an officer
/// alone may, `mine` says of it.
template <class Take, class Mine>
net::Response entering(Parts& parts, Call& call, const Take& take, const Mine& mine) {
    return reading(call, take, [&](const auto& body) {
        const Result<bool> own = seesOwnOnly(call.who()) ? mine(body) : Result<bool>(true);
        if (!own) {
            return refusalOf(own.error());
        }
        return *own ? entered(parts.desk.records.enter(body, call.who().person))
                    : refusal(Problem::NotFound);
    });
}

/// The same for what nobody does who is an officer alone.
template <class Take>
net::Response entering(Parts& parts, Call& call, const Take& take) {
    return entering(parts, call, take, [](const auto& /*body*/) { return Result<bool>(false); });
}

/// What `own` says of the register as it stands.
template <class Own>
Result<bool> judged(Parts& parts, const Own& own) {
    bool mine = false;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) { mine = own(view); }));
    return mine;
}

net::Response enterUnit(Parts& parts, Call& call) {
    return entering(parts, call, [](Fields& fields) {
        return registry::Unit{
            fields.text("unit", registry::kIdBytes), fields.text("name"), fields.boolean("closed")};
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
    const auto take = [&](Fields& fields) {
        registry::Loss loss{
            call.part("device"), fields.text("reason", registry::kNoteBytes), false, {}};
        if (auto catalogue = catalogue::Catalogue::openReading(parts.desk.folder)) {
            if (auto ranges = registry::unreceipted(**catalogue, loss.device)) {
                loss.known = true;
                loss.unreceipted = *std::move(ranges);
            }
        }
        return loss;
    };
    return entering(parts, call, take, [&](const registry::Loss& loss) {
        return judged(parts, [&](const View& view) {
            const registry::NotedHandout* out = view.openHandout(loss.device);
            return out != nullptr && isOf(*out, call.who().person);
        });
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
    const auto take = [](Fields& fields) {
        registry::HandoutOrder order;
        order.device = fields.text("device", registry::kIdBytes);
        order.wearer = fields.hash("wearer");
        order.companions = fields.persons("companions");
        order.matters = fields.texts("matters", registry::kIdBytes);
        order.place = fields.text("place");
        order.fromUs = fields.integer("from_us");
        order.untilUs = fields.integer("until_us");
        return order;
    };
    return reading(call, take, [&](const registry::HandoutOrder& order) {
        const auto out = parts.desk.records.handOut(order, call.who().person, parts.desk.signer);
        if (!out) {
            return refusalOf(out.error());
        }
        return out->entered.refusal
                   ? refused(*out->entered.refusal)
                   : reply(201, {{"event", out->entered.event}, {"number", out->number}});
    });
}

net::Response takeBack(Parts& parts, Call& call) {
    return entering(parts, call, [&call](Fields& fields) {
        return registry::Return{call.part("number"),
                                fields.boolean("undamaged"),
                                fields.text("note", registry::kNoteBytes)};
    });
}

net::Response noteHandover(Parts& parts, Call& call) {
    const auto take = [&call](Fields& fields) {
        return registry::Handover{call.part("number"),
                                  fields.hash("from"),
                                  fields.hash("to"),
                                  fields.integer("at_us"),
                                  fields.text("note", registry::kNoteBytes)};
    };
    return entering(parts, call, take, [&](const registry::Handover& handover) {
        return judged(parts, [&](const View& view) {
            const registry::NotedHandout* handout = view.handout(handover.number);
            return handout != nullptr && isOf(*handout, call.who().person);
        });
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
    std::vector<registry::CsvProblem> problems;
    const auto take = [&problems](Fields& fields) {
        registry::MattersList list;
        list.version = fields.text("version", registry::kIdBytes);
        list.fromUs = fields.integer("from_us");
        list.source = fields.text("source");
        const std::string csv = fields.text("csv", kBodyBytes);
        registry::MattersFile file = registry::readMatters(core::viewOf(csv));
        problems = std::move(file.problems);
        list.rows = std::move(file.rows);
        return list;
    };
    return reading(call, take, [&](const registry::MattersList& list) {
        if (problems.empty()) {
            return entered(parts.desk.records.enter(list, call.who().person));
        }
        std::string sentences;
        for (const registry::CsvProblem& problem : problems) {
            sentences += problem.sentence();
        }
        return refused({"list_malformed",
                        "清单没有导入：" + sentences,
                        "the list was not imported; its rows are not as they must be",
                        "请改正文件后重新导入。"});
    });
}

net::Response enterAct(Parts& parts, Call& call) {
    const auto take = [](Fields& fields) {
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
    };
    return entering(parts, call, take, [&](const registry::Act& act) {
        return judged(parts, [&](const View& view) {
            const auto known = view.acts().find(act.number);
            const bool before =
                known == view.acts().end() || isOf(view, known->second, call.who().person);
            return before && isOf(view, act, call.who().person);
        });
    });
}

net::Response enterCase(Parts& parts, Call& call) {
    const auto take = [](Fields& fields) {
        return registry::Case{fields.text("number", registry::kIdBytes),
                              fields.text("name"),
                              fields.text("unit", registry::kIdBytes),
                              fields.integerOrNull("concluded_us")};
    };
    return entering(parts, call, take, [&](const registry::Case& lawsuit) {
        return judged(parts, [&](const View& view) {
            const auto known = view.cases().find(lawsuit.number);
            const bool before =
                known == view.cases().end() || isOf(view, known->second, call.who().person);
            return before && isOf(view, lawsuit, call.who().person);
        });
    });
}

registry::LinkEnd endOf(Fields& fields, const char* type, const char* id) {
    return {fields.text(type, registry::kIdBytes), fields.text(id)};
}

/// Whether both ends are the asking person's to link.
Result<bool> mayLinkBoth(Parts& parts,
                         Call& call,
                         const registry::LinkEnd& a,
                         const registry::LinkEnd& b) {
    LIUHEN_TRY(const bool first, mayLink(parts, call.who(), a));
    return first ? mayLink(parts, call.who(), b) : Result<bool>(false);
}

registry::Link endsOf(Fields& fields) {
    registry::LinkEnd one = endOf(fields, "type", "id");
    registry::LinkEnd other = endOf(fields, "other_type", "other_id");
    return registry::linkOf(std::move(one), std::move(other));
}

net::Response link(Parts& parts, Call& call) {
    return entering(parts, call, &endsOf, [&](const registry::Link& ends) {
        return mayLinkBoth(parts, call, ends.a, ends.b);
    });
}

net::Response unlink(Parts& parts, Call& call) {
    const auto take = [](Fields& fields) {
        registry::Link ends = endsOf(fields);
        return registry::Unlink{
            std::move(ends.a), std::move(ends.b), fields.text("reason", registry::kNoteBytes)};
    };
    return entering(parts, call, take, [&](const registry::Unlink& ends) {
        return mayLinkBoth(parts, call, ends.a, ends.b);
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
