// SPDX-License-Identifier: Apache-2.0
// Hand-out and return at the screen of the bays: who shows a card or a PIN, and no session.
#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "dock/access/password.hpp"
#include "dock/web/api/register_reading.hpp"
#include "dock/web/api/terminal_room.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using registry::Fields;
using registry::Shown;
using registry::View;
using std::chrono::seconds;

namespace {

/// As log-ins of one address (dock/access/log_in.cpp).
constexpr access::AttemptLimits kByAddress{20, seconds(60), seconds(900), seconds(900), 10'000};
constexpr std::size_t kCodeCharacters = 64;
constexpr std::size_t kLeastCard = 4;
constexpr std::size_t kMostShown = 64;  // bytes of a card's number, of a PIN

registry::PinHashing argon() {
    return {[](std::string_view pin) { return access::hashPassword(pin); },
            [](std::string_view pin, const std::string& hash) {
                return access::verifyPassword(pin, hash);
            }};
}

std::string cookieHeader(const std::string& value) {
    return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}",
                       kTerminalCookie,
                       value,
                       std::chrono::duration_cast<seconds>(access::kTerminalLife).count());
}

/// Made of the cookie, so that nothing is kept for it; nobody reads the cookie from its hash.
std::string csrfOf(std::string_view cookie) {
    return core::toHex(crypto::sha256(core::viewOf("liuhen terminal csrf " + std::string(cookie))));
}

json bayJson(const View& view, const bay::Bay& bay) {
    const ingest::Snapshot now = bay.snapshot();
    json out = {{"name", bay.name()},
                {"phase", ingest::name(now.phase)},
                {"device", now.device.empty() ? json() : json(now.device)},
                {"state", now.device.empty() ? "empty" : "free"},
                {"until_us", nullptr},
                {"delivered", nullptr},
                {"why_zh", nullptr},
                {"why_en", nullptr}};
    if (now.device.empty()) {
        return out;
    }
    if (const registry::NotedHandout* open = view.openHandout(now.device)) {
        out["state"] = "out";
        out["until_us"] = open->body.untilUs;
        out["delivered"] = open->delivered.has_value();
    } else if (const auto why = registry::judgeGoingOut(view, now.device)) {
        out["state"] = "held";
        out["why_zh"] = why->zh + why->action;
        out["why_en"] = why->en;
    }
    return out;
}

json mattersJson(const View& view, std::int64_t nowUs) {
    json items = json::array();
    if (const registry::MattersList* list = view.listAt(nowUs)) {
        for (const registry::Matter& matter : list->rows) {
            items.push_back({{"number", matter.number},
                             {"label", matter.label()},
                             {"manner", matter.manner},
                             {"full", matter.full}});
        }
    }
    return items;
}

net::Response shown(Parts& parts, unsigned status, const TerminalCaller& caller) {
    json bays = json::array();
    json matters;
    const std::int64_t now = parts.desk.records.nowUs();
    const auto seen = parts.desk.records.look([&](const View& view) {
        for (const auto& bay : parts.fleet.bays()) {
            bays.push_back(bayJson(view, *bay));
        }
        matters = mattersJson(view, now);
    });
    if (!seen) {
        return refusalOf(seen.error());
    }
    return reply(status,
                 {{"name", caller.terminal.name},
                  {"csrf", caller.csrf},
                  {"now_us", now},
                  {"bays", std::move(bays)},
                  {"matters", std::move(matters)}});
}

net::Response terminal(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    return shown(parts, 200, *call.terminal);
}

/// Tells the log of something that did not fit; neither what was typed nor whose it was.
void noteFailure(Parts& parts, const Call& call, const std::string& where) {
    parts.vault.incident("terminal.failed",
                         fmt::format("{} from {}", where, call.request.peerAddress));
}

net::Response openTerminal(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string code = body->text("code", 1, kCodeCharacters);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    TerminalRoom& room = parts.terminal;
    const std::string& address = call.request.peerAddress;
    if (const auto wait = room.byAddress.begin(address)) {
        return refusal(Problem::TooMany, "", *wait);
    }
    const core::Microseconds now = parts.clock.utc();
    const auto opened = room.terminals->openWith(code, now);
    if (!opened) {
        return refusalOf(opened.error());
    }
    if (!*opened) {
        noteFailure(parts, call, "a one-time code");
        return refusal(Problem::WrongCode, "code");
    }
    room.byAddress.uncount(address);
    const access::OpenedTerminal& made = **opened;
    const std::string detail = fmt::format("{} from {}", made.terminal.name, address);
    parts.vault.incident("terminal.opened", detail);
    if (const auto noted =
            parts.people.note("terminal.opened", std::nullopt, detail, {std::nullopt, now});
        !noted) {
        core::log(core::LogLevel::Error, "web", noted.error().message);
    }
    net::Response response = shown(parts, 201, {made.terminal, csrfOf(made.cookie)});
    response.headers.set("Set-Cookie", cookieHeader(made.cookie));
    return response;
}

/// Schema TerminalShown: a card, or else work number and PIN.
std::optional<Shown> shownOf(const json* value) {
    if (value == nullptr || !value->is_object()) {
        return std::nullopt;
    }
    Fields fields(*value, "shown");
    Shown read;
    if (value->contains("card")) {
        read.card = fields.text("card", kMostShown);
    } else {
        read.workNumber = fields.text("work_number", registry::kIdBytes);
        read.pin = fields.text("pin", kMostShown);
    }
    const bool given = value->contains("card") ? read.card.size() >= kLeastCard
                                               : !read.workNumber.empty() && !read.pin.empty();
    return fields.finish() && given ? std::optional(std::move(read)) : std::nullopt;
}

Shown takeShown(Fields& fields, const char* key) {
    auto read = shownOf(fields.objectOrNull(key));
    if (!read) {
        fields.reject(key, "must be a card, or a work number and a PIN");
    }
    return std::move(read).value_or(Shown{});
}

/// The bay's own word on what sits in it: the register knows the newest sight alone.
std::optional<registry::Refusal> judgeSits(Parts& parts,
                                           const std::string& bay,
                                           const std::string& device) {
    const auto& bays = parts.fleet.bays();
    const bool sits = std::any_of(bays.begin(), bays.end(), [&](const auto& each) {
        return each->name() == bay && each->snapshot().device == device;
    });
    return sits ? std::nullopt : std::optional(registry::notInBay(bay, device));
}

const registry::Entered& enteredOf(const registry::Entered& entry) {
    return entry;
}
const registry::Entered& enteredOf(const registry::HandedOut& out) {
    return out.entered;
}

/// Does it, unless the address failed too often or the recorder is not there. Of what is refused,
/// only who was not known counts as a failure.
template <class Do, class Answer>
net::Response attempt(Parts& parts,
                      Call& call,
                      const std::pair<std::string, std::string>& bayAndDevice,
                      const Do& act,
                      const Answer& answer) {
    const auto& [bay, device] = bayAndDevice;
    if (const auto no = judgeSits(parts, bay, device)) {
        return refused(*no);
    }
    access::Attempts& byAddress = parts.terminal.byAddress;
    const std::string& address = call.request.peerAddress;
    if (const auto wait = byAddress.begin(address)) {
        return refusal(Problem::TooMany, "", *wait);
    }
    const auto done = act();
    if (!done) {
        return refusalOf(done.error());
    }
    const registry::Entered& entry = enteredOf(*done);
    if (entry.refusal && registry::isUnknown(*entry.refusal)) {
        noteFailure(parts, call, call.terminal->terminal.name);
    } else if (entry.refusal) {
        byAddress.uncount(address);
    } else {
        // Many use one terminal: whom the register knows ends the row of failures, under their
        // name.
        byAddress.succeeded(address);
    }
    return entry.refusal ? refused(*entry.refusal) : answer(*done);
}

net::Response handOut(Parts& parts, Call& call) {
    const auto take = [&parts](Fields& fields) {
        registry::BayOrder order;
        order.bay = fields.text("bay", registry::kIdBytes);
        order.device = fields.text("device", registry::kIdBytes);
        order.wearer = takeShown(fields, "wearer");
        const json* list = fields.list("companions");
        if (list != nullptr && list->size() > registry::kMostCompanions) {
            fields.reject("companions", "are too many");  // before any PIN of theirs is tried
        } else if (list != nullptr) {
            for (const json& each : *list) {
                auto read = shownOf(&each);
                if (!read) {
                    fields.reject("companions", "each is a card, or a work number and a PIN");
                    break;
                }
                order.companions.push_back(*std::move(read));
            }
        }
        order.matters = fields.texts("matters", registry::kIdBytes);
        order.place = fields.text("place");
        order.fromUs = parts.desk.records.nowUs();
        order.untilUs = fields.integer("until_us");
        return order;
    };
    return reading(call, take, [&](const registry::BayOrder& order) {
        return attempt(
            parts,
            call,
            {order.bay, order.device},
            [&] { return parts.terminal.desk.handOut(order); },
            [](const registry::HandedOut& out) {
                return reply(201, {{"event", out.entered.event}, {"number", out.number}});
            });
    });
}

net::Response takeBack(Parts& parts, Call& call) {
    struct Brought {
        std::string bay;
        std::string device;
        Shown who;
    };
    const auto take = [](Fields& fields) {
        Brought brought;
        brought.bay = fields.text("bay", registry::kIdBytes);
        brought.device = fields.text("device", registry::kIdBytes);
        brought.who = takeShown(fields, "who");
        return brought;
    };
    return reading(call, take, [&](const Brought& brought) {
        return attempt(
            parts,
            call,
            {brought.bay, brought.device},
            [&] { return parts.terminal.desk.takeBack(brought.bay, brought.device, brought.who); },
            [](const registry::Entered& entry) {
                return reply(201, {{"event", entry.event}});
            });
    });
}

net::Response setCredential(Parts& parts, Call& call) {
    const auto person = personOf(call.part("person"));
    if (!person) {
        return refusal(Problem::NotFound);
    }
    struct Given {
        std::string card;
        std::string pin;
    };
    const auto take = [](Fields& fields) {
        Given given{fields.textOrNull("card", kMostShown).value_or(""),
                    fields.textOrNull("pin", kMostShown).value_or("")};
        if (!given.card.empty() && given.card.size() < kLeastCard) {
            fields.reject("card", "is shorter than a card's number");
        }
        return given;
    };
    return reading(call, take, [&](const Given& given) {
        return entered(
            parts.terminal.desk.setCredential(*person, given.card, given.pin, call.who().person));
    });
}

}  // namespace

TerminalRoom::TerminalRoom(std::unique_ptr<access::Terminals> opened,
                           registry::Register& records,
                           registry::Signer signer,
                           const core::Clock& clock)
    : terminals(std::move(opened)), desk(records, signer, argon()), byAddress(kByAddress, clock) {}

Result<std::optional<TerminalCaller>> terminalOf(Parts& parts, const net::Request& request) {
    const std::string_view cookie = cookieOf(request.headers.get("cookie"), kTerminalCookie);
    LIUHEN_TRY(auto terminal, parts.terminal.terminals->use(cookie, parts.clock.utc()));
    return terminal ? std::optional(TerminalCaller{*std::move(terminal), csrfOf(cookie)})
                    : std::nullopt;
}

std::vector<Route> terminalRoutes() {
    return {{"POST", "/api/v1/terminal", "openTerminal", Who::anybody(), &openTerminal},
            {"GET", "/api/v1/terminal", "terminal", Who::atTerminal(), &terminal},
            {"POST", "/api/v1/terminal/handouts", "handOutHere", Who::atTerminal(), &handOut},
            {"POST", "/api/v1/terminal/returns", "takeBackHere", Who::atTerminal(), &takeBack},
            {"POST",
             "/api/v1/officers/{person}/credential",
             "setCredential",
             Who::of({Role::Custodian}),
             &setCredential}};
}

}  // namespace liuhen::web
