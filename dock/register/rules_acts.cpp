// SPDX-License-Identifier: Apache-2.0
// Rules for acts, cases, the links between them and recordings, explanations and reviews.
#include "common/core/utf8.hpp"
#include "dock/register/links.hpp"
#include "dock/register/rule_parts.hpp"

#include <set>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

Judgement judgeActTimes(const Act& body) {
    if (body.fromUs && body.untilUs && *body.untilUs < *body.fromUs) {
        return Refusal{"times_backwards",
                       "执法行为的结束时间早于开始时间。",
                       "the act ends before it begins",
                       "请改正起止时间。"};
    }
    if (body.state == "registered" && (!body.fromUs || !body.untilUs)) {
        return Refusal{"act_times",
                       "登记已实施的执法行为，须填写开始和结束时间。",
                       "an act that took place has its times",
                       "请填写到达和离开现场的时间；尚未实施的，请按计划登记。"};
    }
    return std::nullopt;
}

Judgement judgeActState(const View& view, const Act& body) {
    if (body.state != "planned" && body.state != "registered" && body.state != "dropped") {
        return Refusal{"act_state",
                       "执法行为的状态无效。",
                       "an act is planned, registered or dropped",
                       "状态应为 planned、registered 或 dropped。"};
    }
    if (body.state == "dropped") {
        if (auto no = judgeGiven(body.reason, "未实施原因", kNoteBytes)) {
            return no;
        }
    }
    const auto known = view.acts().find(body.number);
    if (known != view.acts().end() && known->second.state == "registered" &&
        body.state == "planned") {
        return Refusal{"act_state",
                       fmt::format("执法行为 {} 已经实施，不能改回计划。", body.number),
                       "an act that took place is planned no more",
                       "如登记有误，请改正其时间和事项，并写明原因。"};
    }
    return std::nullopt;
}

Judgement judgeEnd(const View& view, const LinkEnd& end) {
    const std::string shown = core::utf8Prefix(end.id, kIdBytes);
    if (end.type == "recording") {
        if (isRecordingId(end.id)) {
            return std::nullopt;
        }
        return Refusal{"recording_malformed",
                       fmt::format("音像记录编号“{}”无效。", shown),
                       "a recording is DEVICE/GENERATION/START",
                       "请从音像记录列表中选择。"};
    }
    const bool act = end.type == "act";
    const bool known =
        act ? view.acts().count(end.id) > 0 : end.type == "case" && view.cases().count(end.id) > 0;
    if (known) {
        return std::nullopt;
    }
    return Refusal{act ? "act_unknown" : "case_unknown",
                   fmt::format("没有编号为“{}”的{}。", shown, act ? "执法行为" : "案件"),
                   fmt::format("there is no such {}", act ? "act" : "case"),
                   act ? "请先登记执法行为。" : "请先登记案件。"};
}

}  // namespace

Judgement judge(const View& view, const Act& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeGiven(body.number, "执法行为编号", kIdBytes)) {
        return no;
    }
    if (auto no = judgeGiven(body.name, "执法行为名称")) {
        return no;
    }
    if (auto no = judgeText(body.place, "地点")) {
        return no;
    }
    if (auto no = judgeText(body.party, "当事人")) {
        return no;
    }
    if (auto no = judgeText(body.reason, "原因", kNoteBytes)) {
        return no;
    }
    if (auto no = judgeUnit(view, body.unit)) {
        return no;
    }
    const MattersList* list = view.list(body.list);
    if (list == nullptr || View::matter(*list, body.matter) == nullptr) {
        return Refusal{"matter_unknown",
                       fmt::format("事项清单“{}”中没有序号 {}。",
                                   core::utf8Prefix(body.list, kIdBytes),
                                   core::utf8Prefix(body.matter, kIdBytes)),
                       "the list has no such matter",
                       "请从事项清单中选择。"};
    }
    std::set<Person> seen;
    for (const Person& officer : body.officers) {
        if (view.officer(officer) == nullptr) {
            return judgeWearer(view, officer);
        }
        if (!seen.insert(officer).second) {
            return Refusal{"person_twice",
                           fmt::format("{} 被填写了两次。", view.nameOf(officer)),
                           "an officer is named twice",
                           "请改正执法人员。"};
        }
    }
    if (auto no = judgeActState(view, body)) {
        return no;
    }
    return judgeActTimes(body);
}

Judgement judge(const View& view, const Case& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeGiven(body.number, "案号", kIdBytes)) {
        return no;
    }
    if (auto no = judgeGiven(body.name, "案件名称")) {
        return no;
    }
    if (auto no = judgeUnit(view, body.unit)) {
        return no;
    }
    if (body.concludedUs && *body.concludedUs > asked.nowUs) {
        return Refusal{"times_backwards",
                       "执法行为终结日期不能晚于今天。",
                       "a case is not concluded in the future",
                       "请改正终结日期。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Link& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeEnd(view, body.a)) {
        return no;
    }
    if (auto no = judgeEnd(view, body.b)) {
        return no;
    }
    if (body.a.type == body.b.type || body.b < body.a) {
        return Refusal{"link_ends",
                       "只能关联不同类别的对象：执法行为、音像记录、案件。",
                       "a link joins two of act, recording, case",
                       "请重新选择要关联的对象。"};
    }
    if (view.links().count({body.a, body.b}) > 0) {
        return Refusal{"link_twice", "两者已经关联。", "they are linked already", "无须再次关联。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Unlink& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeGiven(body.reason, "解除原因", kNoteBytes)) {
        return no;
    }
    if (view.links().count({body.a, body.b}) == 0) {
        return Refusal{
            "link_unknown", "两者没有关联。", "they are not linked", "请刷新页面后核对。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Explanation& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, body.device)) {
        return no;
    }
    return judgeGiven(body.words, "书面说明", kNoteBytes);
}

Judgement judge(const View& view, const EmergencyReview& body, const Asked& asked) {
    // A head or a supervisor has an account; officers' list need not have them.
    if (view.officer(asked.by) != nullptr) {
        if (auto no = judgeBy(view, asked)) {
            return no;
        }
    }
    if (view.reviews().contains(body.grant)) {
        return Refusal{"reviewed_before",
                       "这次紧急调阅已经审查，审查意见不能更改。",
                       "This emergency view was reviewed already, and a review is never changed; "
                       "reload the page to see it.",
                       "请刷新页面查看审查意见。"};
    }
    return std::nullopt;
}

}  // namespace liuhen::registry
