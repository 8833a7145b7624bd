// SPDX-License-Identifier: Apache-2.0
// Opening the register for one command.
#include "dock/app/register_desk.hpp"

#include "common/core/local_time.hpp"

#include <optional>

#include <fmt/format.h>

namespace liuhen::dock {

using core::Result;
using registry::Person;

Result<Desk> Desk::open(const Config& config, const std::string& by) {
    Desk desk;
    LIUHEN_TRY(desk.records_, registry::Register::open(config.folder, *desk.clock_));
    if (!by.empty()) {
        LIUHEN_TRY(desk.by_, desk.person(by));
    }
    return desk;
}

Result<Person> Desk::person(const std::string& workNumber) {
    std::optional<Person> person;
    LIUHEN_CHECK(records_->look([&](const registry::View& view) {
        if (const registry::Officer* found = view.officerByWorkNumber(workNumber)) {
            person = found->person;
        }
    }));
    if (!person) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          fmt::format("没有工号为“{}”的在岗人员。请核对工号，或先登记该人员"
                                      "（liuhen-dock register officer）。",
                                      workNumber));
    }
    return *person;
}

Result<std::int64_t> Desk::time(std::string_view text) const {
    if (text.empty()) {
        return clock_->utc().count();
    }
    LIUHEN_TRY(const core::Microseconds time, core::parseTime(text, core::kLocalOffset));
    return time.count();
}

int Desk::tell(const registry::Entered& entered, std::string_view done) const {
    if (entered.refusal) {
        fmt::print(stderr, "{}\n{}\n", entered.refusal->zh, entered.refusal->action);
        return 1;
    }
    fmt::print("{}\n", done);
    return 0;
}

}  // namespace liuhen::dock
