// SPDX-License-Identifier: Apache-2.0
// Rules for hand-out, delivery, return and hand-over.
#include "common/core/local_time.hpp"
#include "common/core/utf8.hpp"
#include "dock/register/rule_parts.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

struct Part {
    std::string_view name;
    std::string_view zh;
};
constexpr Part kParts[] = {{"keys", "密钥"},
                           {"camera", "摄像头"},
                           {"microphone", "麦克风"},
                           {"space", "存储空间"},
                           {"battery", "电量"},
                           {"clock", "时钟"}};

/// What a self check names, in the words of the page.
std::string partZh(const std::string& part) {
    const auto found = std::find_if(std::begin(kParts), std::end(kParts), [&part](const Part& one) {
        return part == one.name;
    });
    return found == std::end(kParts) ? part : std::string(found->zh);
}

std::string local(std::int64_t us) {
    return core::localMinute(core::Microseconds(us));
}

Judgement judgeFree(const View& view, const Device& device) {
    const std::string& name = device.body.device;
    if (device.state == DeviceState::Enrolled) {
        const NotedHandout* open = view.openHandout(name);
        if (open == nullptr) {
            return std::nullopt;
        }
        return Refusal{"device_out",
                       fmt::format("执法记录仪 {} 已由 {} 领用（{}），尚未归还。",
                                   name,
                                   view.nameOf(open->holder()),
                                   open->body.number),
                       fmt::format("recorder {} is out under {}", name, open->body.number),
                       "请先登记归还，或改选其他执法记录仪。"};
    }
    const std::string state(nameZh(device.state));
    const char* action = device.state == DeviceState::Lost ? "如已找回，请先登记找回，再重新入网。"
                         : device.state == DeviceState::Revoked ? "请改选其他执法记录仪。"
                                                                : "请先由两人办理设备入网。";
    return Refusal{"device_" + std::string(registry::name(device.state)),
                   fmt::format("执法记录仪 {} {}，不能领用。", name, state),
                   fmt::format("recorder {} is {}", name, registry::name(device.state)),
                   action};
}

Judgement judgePeople(const View& view, const HandoutOrder& order) {
    if (order.companions.empty()) {
        return Refusal{"alone",
                       "执法人员应当两人以上，领用登记缺少同行人员。",
                       "two officers or more go out; a companion is missing",
                       "请至少添加一名同行的执法人员。"};
    }
    if (order.companions.size() > kMostCompanions) {
        return Refusal{"too_many",
                       fmt::format("同行人员最多 {} 人。", kMostCompanions),
                       fmt::format("at most {} companions", kMostCompanions),
                       "请减少同行人员，或分开领用。"};
    }
    if (auto no = judgeWearer(view, order.wearer)) {
        return no;
    }
    std::set<Person> seen{order.wearer};
    for (const Person& companion : order.companions) {
        if (auto no = judgeWearer(view, companion)) {
            return no;
        }
        if (!seen.insert(companion).second) {
            return Refusal{"person_twice",
                           fmt::format("{} 被填写了两次。", view.nameOf(companion)),
                           fmt::format("{} is named twice", view.nameOf(companion)),
                           "佩戴人和同行人员应为不同的人，请改正。"};
        }
    }
    return std::nullopt;
}

Judgement judgeMatters(const View& view, const HandoutOrder& order, const Asked& asked) {
    const MattersList* list = view.listAt(asked.nowUs);
    if (list == nullptr) {
        return Refusal{"list_missing",
                       "还没有生效的音像记录事项清单。",
                       "no list of matters is in force",
                       "请先导入音像记录事项清单。"};
    }
    if (order.matters.empty() || order.matters.size() > kMostMatters) {
        return Refusal{"matters_count",
                       fmt::format("请选择 1 至 {} 个事项。", kMostMatters),
                       fmt::format("1 to {} matters are named", kMostMatters),
                       "请从事项清单中选择。"};
    }
    std::set<std::string> seen;
    for (const std::string& number : order.matters) {
        if (View::matter(*list, number) == nullptr || !seen.insert(number).second) {
            return Refusal{
                "matter_unknown",
                fmt::format("事项清单（版本 {}）中没有序号 {}，或该序号重复。",
                            list->version,
                            core::utf8Prefix(number, kIdBytes)),
                fmt::format("list {} has no such matter, or it is named twice", list->version),
                "请从现行事项清单中选择。"};
        }
    }
    return std::nullopt;
}

Judgement judgeTimes(const HandoutOrder& order, const Asked& asked) {
    if (order.untilUs <= order.fromUs) {
        return Refusal{
            "times_backwards",
            fmt::format(
                "应还时间（{}）不晚于开始时间（{}）。", local(order.untilUs), local(order.fromUs)),
            "it ends before it begins",
            "请改正起止时间。"};
    }
    if (order.untilUs <= asked.nowUs) {
        return Refusal{
            "until_passed",
            fmt::format(
                "应还时间（{}）已经过去，现在是 {}。", local(order.untilUs), local(asked.nowUs)),
            "until has passed",
            "请填写今后的应还时间；如采集站时钟不准，请先校准。"};
    }
    if (order.untilUs - order.fromUs > kLongestHandoutUs) {
        return Refusal{"too_long",
                       "一次领用最长 31 天。",
                       "a hand-out lasts 31 days at most",
                       "请缩短期限，到期归还后再次领用。"};
    }
    return std::nullopt;
}

Judgement judgeOpen(const View& view, const std::string& number) {
    const NotedHandout* found = view.handout(number);
    if (found == nullptr) {
        return Refusal{
            "handout_unknown",
            fmt::format("没有编号为“{}”的领用登记。", core::utf8Prefix(number, kIdBytes)),
            "there is no such hand-out",
            "请核对领用编号。"};
    }
    if (found->returned) {
        return Refusal{"handout_returned",
                       fmt::format("{} 已于 {} 归还。", number, local(found->returned->us)),
                       fmt::format("hand-out {} has been returned", number),
                       "无须再次办理。"};
    }
    if (found->lost) {
        return Refusal{"handout_lost",
                       fmt::format("{} 的执法记录仪 {} 已于 {} 挂失，领用已终止。",
                                   number,
                                   found->body.device,
                                   local(found->lost->us)),
                       fmt::format("the recorder of hand-out {} was lost", number),
                       "如已找回，请登记找回。"};
    }
    return std::nullopt;
}

}  // namespace

Judgement judgeSelfCheck(const Device& device) {
    const std::string& name = device.body.device;
    if (!device.seen || !device.seen->check) {
        return Refusal{"selfcheck_missing",
                       fmt::format("执法记录仪 {} 没有自检结果，不能领用。", name),
                       fmt::format("recorder {} has told no self check", name),
                       "请开机并放入采集口，待自检完成后再领用。"};
    }
    if (device.seen->check->passed) {
        return std::nullopt;
    }
    std::string failed;
    for (const std::string& one : device.seen->check->failed) {
        failed += (failed.empty() ? "" : "、") + std::string(partZh(one));
    }
    return Refusal{"selfcheck_failed",
                   fmt::format("执法记录仪 {} 自检未通过（{}），不能领用。", name, failed),
                   fmt::format("recorder {} failed its self check", name),
                   "请更换执法记录仪；排除故障并重新自检通过后方可领用。"};
}

Judgement judgeGoingOut(const View& view, const std::string& device) {
    if (auto no = judgeDevice(view, device)) {
        return no;
    }
    const Device& known = *view.device(device);
    auto no = judgeFree(view, known);
    return no ? no : judgeSelfCheck(known);
}

Judgement judge(const View& view, const HandoutOrder& order, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, order.device)) {
        return no;
    }
    const Device& device = *view.device(order.device);
    if (auto no = judgeFree(view, device)) {
        return no;
    }
    if (auto no = judgePeople(view, order)) {
        return no;
    }
    if (auto no = judgeMatters(view, order, asked)) {
        return no;
    }
    if (auto no = judgeGiven(order.place, "地点")) {
        return no;
    }
    if (auto no = judgeTimes(order, asked)) {
        return no;
    }
    return judgeSelfCheck(device);
}

Judgement judge(const View& view, const Delivery& body, const Asked& /*asked*/) {
    const NotedHandout* found = view.handout(body.number);
    if (found != nullptr && found->delivered) {
        return Refusal{"delivered",
                       fmt::format("{} 已经写入执法记录仪。", body.number),
                       fmt::format("assignment {} has been delivered", body.number),
                       "无须再次写入。"};
    }
    return found == nullptr ? judgeOpen(view, body.number) : std::nullopt;
}

Judgement judge(const View& view, const DeliveryRefused& body, const Asked& /*asked*/) {
    return judgeOpen(view, body.number);
}

Judgement judge(const View& view, const Return& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeOpen(view, body.number)) {
        return no;
    }
    if (auto no = judgeText(body.note, "归还说明", kNoteBytes)) {
        return no;
    }
    if (!body.undamaged && body.note.empty()) {
        return Refusal{"text_missing",
                       "设备有损坏，须写明情况。",
                       "damage must be described",
                       "请填写“归还说明”后重新提交。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Handover& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeOpen(view, body.number)) {
        return no;
    }
    if (auto no = judgeWearer(view, body.to)) {
        return no;
    }
    if (auto no = judgeGiven(body.note, "交接说明", kNoteBytes)) {
        return no;
    }
    const NotedHandout& handout = *view.handout(body.number);
    if (body.from != handout.holder() || body.to == body.from) {
        return Refusal{
            "holder_other",
            fmt::format(
                "{} 现由 {} 佩戴，交接双方填写有误。", body.number, view.nameOf(handout.holder())),
            fmt::format("hand-out {} is with somebody else", body.number),
            "请核对交出人和接收人。"};
    }
    const std::int64_t before =
        handout.handovers.empty() ? handout.handedOut.us : handout.handovers.back().body.atUs;
    const bool clockSetBack = asked.nowUs < before;  // then nothing can be said of what was before
    if ((!clockSetBack && body.atUs < before) || body.atUs > asked.nowUs) {
        return Refusal{"times_backwards",
                       fmt::format("交接时间（{}）应在 {} 之后、现在（{}）之前。",
                                   local(body.atUs),
                                   local(before),
                                   local(asked.nowUs)),
                       "the hand-over's time is before the hand-out, or in the future",
                       "请改正交接时间；如采集站时钟不准，请先校准。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const HandoverConfirmed& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeText(body.note, "确认说明", kNoteBytes)) {
        return no;
    }
    const NotedHandout* handout = view.handout(body.number);
    if (handout == nullptr || body.index >= handout->handovers.size() ||
        handout->handovers[body.index].confirmed) {
        return Refusal{
            "handover_unknown",
            fmt::format("{} 没有待确认的现场交接。", core::utf8Prefix(body.number, kIdBytes)),
            "there is no hand-over to confirm",
            "请核对领用编号和交接记录。"};
    }
    const Handover& noted = handout->handovers[body.index].body;
    if (asked.by == noted.from || asked.by == noted.to) {
        return Refusal{"self",
                       "交接双方不能自行确认现场交接。",
                       "who handed over or received does not confirm it",
                       "请由资料设备管理员确认。"};
    }
    return std::nullopt;
}

}  // namespace liuhen::registry
