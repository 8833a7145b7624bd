// SPDX-License-Identifier: Apache-2.0
// Lines of the custody book and their two prints.
#include "dock/register/book.hpp"

#include "common/core/local_time.hpp"
#include "dock/register/csv.hpp"
#include "dock/register/unreceipted.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

std::string local(std::int64_t us) {
    return core::localMinute(core::Microseconds(us));
}

void join(std::string& text, std::string_view between, std::string_view more) {
    if (!more.empty()) {
        text += (text.empty() ? "" : std::string(between)) + std::string(more);
    }
}

std::string personOf(const View& view, const Person& person) {
    const Officer* known = view.officer(person);
    if (known == nullptr) {
        return view.nameOf(person);
    }
    std::string text = known->name;
    join(text, " ", known->workNumber);
    join(text, " ", known->licence);
    return text;
}

std::string mattersOf(const View& view, const Handout& body) {
    const MattersList* list = view.list(body.list);
    std::string text;
    for (const std::string& number : body.matters) {
        const Matter* matter = list == nullptr ? nullptr : View::matter(*list, number);
        join(text, "；", matter == nullptr ? number : matter->label());
    }
    return text;
}

std::string deliveryOf(const NotedHandout& handout) {
    if (handout.delivered) {
        return "已写入";
    }
    return handout.refused ? "被拒绝：" + *handout.refused : "待写入";
}

/// Whether something entered at that time counts.
bool counts(const When& when, std::int64_t us) {
    return !when.past || us <= when.us;
}

std::string handoversOf(const View& view, const NotedHandout& handout, const When& when) {
    std::string text;
    for (const NotedHandover& one : handout.handovers) {
        if (!counts(when, one.noted.us)) {
            continue;
        }
        const bool confirmed = one.confirmed && counts(when, one.confirmed->us);
        join(text,
             "；",
             fmt::format("{} {}→{}（{}）",
                         local(one.body.atUs),
                         view.nameOf(one.body.from),
                         view.nameOf(one.body.to),
                         confirmed ? view.nameOf(one.confirmed->by) + " 确认" : "待确认"));
    }
    return text;
}

std::string remarkOf(const View& view, const NotedHandout& handout, HandoutState state) {
    std::string text;
    if (state == HandoutState::Returned && handout.back) {
        join(text, "；", handout.back->undamaged ? "" : "设备有损坏");
        join(text, "；", handout.back->note);
    }
    const Device* device = view.device(handout.body.device);
    if (state == HandoutState::Lost && device != nullptr && device->loss) {
        join(text, "；", device->loss->reason);
        for (const std::string& sentence : unreceiptedZh(*device->loss)) {
            join(text, "；", sentence);
        }
    }
    join(text, "；", handout.clockBehind ? "登记时采集站时钟早于前一条登记" : "");
    return text;
}

constexpr std::array<const char*, 15> kHeadings = {"领用编号",
                                                   "设备编号",
                                                   "状态",
                                                   "佩戴人",
                                                   "同行人员",
                                                   "事项",
                                                   "地点",
                                                   "领用时间",
                                                   "应还时间",
                                                   "经办人",
                                                   "领用信息",
                                                   "现场交接",
                                                   "归还时间",
                                                   "归还经办",
                                                   "备注"};

std::array<std::string, kHeadings.size()> cellsOf(const BookLine& line) {
    return {line.number,
            line.device,
            std::string(nameZh(line.state)),
            line.wearer,
            line.companions,
            line.matters,
            line.place,
            line.handedOut,
            line.until,
            line.handedOutBy,
            line.delivery,
            line.handovers,
            line.returned,
            line.returnedBy,
            line.remark};
}

}  // namespace

std::string_view name(HandoutState state) {
    switch (state) {
        case HandoutState::Out:
            return "out";
        case HandoutState::Overdue:
            return "overdue";
        case HandoutState::Returned:
            return "returned";
        case HandoutState::Lost:
            return "lost";
    }
    return "";
}

std::string_view nameZh(HandoutState state) {
    switch (state) {
        case HandoutState::Out:
            return "使用中";
        case HandoutState::Overdue:
            return "超期未还";
        case HandoutState::Returned:
            return "已归还";
        case HandoutState::Lost:
            return "已挂失";
    }
    return "";
}

HandoutState stateAt(const NotedHandout& handout, const When& when) {
    if (when.past ? handout.openAt(when.us) : handout.open()) {
        return handout.body.untilUs < when.us ? HandoutState::Overdue : HandoutState::Out;
    }
    return handout.lost ? HandoutState::Lost : HandoutState::Returned;
}

std::vector<BookLine> book(const View& view, const When& when) {
    std::vector<BookLine> lines;
    const auto& handouts = view.handouts();
    for (auto one = handouts.rbegin(); one != handouts.rend(); ++one) {
        if (!counts(when, one->handedOut.us)) {
            continue;
        }
        BookLine line;
        line.state = stateAt(*one, when);
        line.number = one->body.number;
        line.device = one->body.device;
        line.wearer = personOf(view, one->body.wearer);
        for (const Person& companion : one->body.companions) {
            join(line.companions, "、", personOf(view, companion));
        }
        line.matters = mattersOf(view, one->body);
        line.place = one->body.place;
        line.handedOut = local(one->handedOut.us);
        line.until = local(one->body.untilUs);
        line.handedOutBy = view.nameOf(one->handedOut.by);
        line.delivery = deliveryOf(*one);
        line.handovers = handoversOf(view, *one, when);
        if (line.state == HandoutState::Returned) {
            line.returned = local(one->returned->us);
            line.returnedBy = view.nameOf(one->returned->by);
        }
        line.remark = remarkOf(view, *one, line.state);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<const NotedHandout*> overdue(const View& view, const When& when) {
    std::vector<const NotedHandout*> late;
    for (const NotedHandout& one : view.handouts()) {
        if (counts(when, one.handedOut.us) && stateAt(one, when) == HandoutState::Overdue) {
            late.push_back(&one);
        }
    }
    std::sort(late.begin(), late.end(), [](const NotedHandout* a, const NotedHandout* b) {
        return a->body.untilUs < b->body.untilUs;
    });
    return late;
}

std::string bookCsv(const std::vector<BookLine>& lines) {
    std::string text(kCsvMark);
    text += csvLine({kHeadings.begin(), kHeadings.end()});
    for (const BookLine& line : lines) {
        const auto cells = cellsOf(line);
        text += csvLine({cells.begin(), cells.end()});
    }
    return text;
}

std::string bookText(const std::vector<BookLine>& lines) {
    std::string text;
    for (const BookLine& line : lines) {
        const auto cells = cellsOf(line);
        text += fmt::format("{}  {}  {}\n", cells[0], cells[1], cells[2]);
        for (std::size_t i = 3; i < cells.size(); ++i) {
            if (!cells[i].empty()) {
                text += fmt::format("    {}：{}\n", kHeadings[i], cells[i]);
            }
        }
    }
    return text.empty() ? "没有领用登记。\n" : text;
}

}  // namespace liuhen::registry
