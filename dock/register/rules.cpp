// SPDX-License-Identifier: Apache-2.0
// Rules for people, units, devices and the list of matters.
#include "dock/register/rules.hpp"

#include "common/core/utf8.hpp"
#include "dock/register/rule_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

std::string beginningOf(const Person& person) {
    constexpr std::size_t kShown = 8;
    return core::toHex(person).substr(0, kShown);
}

bool isControl(char letter) {
    const auto value = static_cast<unsigned char>(letter);
    return value < 0x20 || value == 0x7f;
}

/// As accounts have it, so that both name a person by the same.
bool isWorkNumber(std::string_view text) {
    constexpr std::size_t kMost = 32;
    constexpr std::string_view kLetters =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
    return text.size() <= kMost && text.find_first_not_of(kLetters) == std::string_view::npos;
}

/// What keeps a recorder in this state from being taken up again.
Judgement judgeNotRevoked(const Device& device) {
    if (device.state != DeviceState::Revoked) {
        return std::nullopt;
    }
    return Refusal{"device_revoked",
                   fmt::format("执法记录仪 {} 已注销，不能再使用。", device.body.device),
                   fmt::format("recorder {} was revoked for good", device.body.device),
                   "请改用其他执法记录仪。"};
}

}  // namespace

Judgement judgeText(std::string_view text, std::string_view label, std::size_t limit) {
    if (text.size() > limit) {
        return Refusal{
            "text_too_long",
            fmt::format("“{}”太长（{} 字节，最多 {} 字节）。", label, text.size(), limit),
            fmt::format("{} has {} bytes; at most {} fit", label, text.size(), limit),
            fmt::format("请缩短“{}”后重新提交。", label)};
    }
    if (!core::isUtf8(core::viewOf(text)) || std::any_of(text.begin(), text.end(), isControl)) {
        return Refusal{"text_malformed",
                       fmt::format("“{}”含有不能登记的字符。", label),
                       fmt::format("{} holds bytes that are no text", label),
                       fmt::format("请删去“{}”中的换行和控制字符后重新提交。", label)};
    }
    return std::nullopt;
}

Judgement judgeGiven(std::string_view text, std::string_view label, std::size_t limit) {
    if (text.empty()) {
        return Refusal{"text_missing",
                       fmt::format("没有填写“{}”。", label),
                       fmt::format("{} is missing", label),
                       fmt::format("请填写“{}”后重新提交。", label)};
    }
    return judgeText(text, label, limit);
}

Judgement judgeBy(const View& view, const Asked& asked) {
    const Officer* known = view.officer(asked.by);
    if (known == nullptr) {
        return Refusal{
            "by_unknown",
            "经办人未在人员登记中，不能办理。",
            fmt::format("person {} who does this is not registered", beginningOf(asked.by)),
            "请先在“设备与人员”中登记经办人的姓名和工号。"};
    }
    if (known->closed) {
        return Refusal{"by_closed",
                       fmt::format("经办人 {} 已停用，不能办理。", known->name),
                       fmt::format("{} who does this has left", known->name),
                       "请由在岗人员办理。"};
    }
    return std::nullopt;
}

Judgement judgeUnit(const View& view, const std::string& id) {
    const Unit* known = view.unit(id);
    if (known == nullptr || known->closed) {
        return Refusal{"unit_unknown",
                       fmt::format("没有代码为“{}”的在用单位。", id),
                       fmt::format("there is no unit {}", id),
                       "请先登记该单位，或改选在用单位。"};
    }
    return std::nullopt;
}

Judgement judgeWearer(const View& view, const Person& person) {
    const Officer* known = view.officer(person);
    if (known == nullptr) {
        return Refusal{"officer_unknown",
                       fmt::format("人员 {} 未登记，不能领用。", beginningOf(person)),
                       fmt::format("person {} is not registered", beginningOf(person)),
                       "请先在“设备与人员”中登记该人员。"};
    }
    if (known->closed) {
        return Refusal{"officer_closed",
                       fmt::format("{} 已停用，不能领用。", known->name),
                       fmt::format("{} has left", known->name),
                       "请改选在岗的执法人员。"};
    }
    if (known->licence.empty()) {
        return Refusal{"officer_without_licence",
                       fmt::format("{} 没有登记执法证号，不能领用。", known->name),
                       fmt::format("{} has no licence number", known->name),
                       "请先登记其执法证号，或改选有执法证的人员。"};
    }
    return std::nullopt;
}

Judgement judgeDevice(const View& view, const std::string& device) {
    if (view.device(device) == nullptr) {
        return Refusal{"device_unknown",
                       fmt::format("执法记录仪 {} 未登记。", device),
                       fmt::format("recorder {} is not registered", device),
                       "请先在“设备与人员”中登记该执法记录仪。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Unit& body, const Asked& /*asked*/) {
    if (auto no = judgeGiven(body.id, "单位代码", kIdBytes)) {
        return no;
    }
    if (auto no = judgeGiven(body.name, "单位名称")) {
        return no;
    }
    if (!body.closed) {
        return std::nullopt;
    }
    const auto& officers = view.officers();
    const auto staying = std::find_if(officers.begin(), officers.end(), [&](const auto& item) {
        return item.second.unit == body.id && !item.second.closed;
    });
    if (staying == officers.end()) {
        return std::nullopt;
    }
    return Refusal{
        "unit_has_officers",
        fmt::format("单位“{}”还有在岗人员（如 {}），不能停用。", body.name, staying->second.name),
        fmt::format("unit {} still has officers", body.id),
        "请先将其人员转到其他单位。"};
}

Judgement judge(const View& view, const Officer& body, const Asked& /*asked*/) {
    if (auto no = judgeGiven(body.name, "姓名")) {
        return no;
    }
    if (auto no = judgeGiven(body.workNumber, "工号", kIdBytes)) {
        return no;
    }
    if (!isWorkNumber(body.workNumber)) {
        return Refusal{"work_number_malformed",
                       fmt::format("工号“{}”无效。", core::utf8Prefix(body.workNumber, kIdBytes)),
                       "a work number has 1 to 32 of A-Z a-z 0-9 -",
                       "工号应为 1 至 32 个字母、数字或横线，请改正。"};
    }
    if (auto no = judgeText(body.licence, "执法证号", kIdBytes)) {
        return no;
    }
    if (auto no = judgeUnit(view, body.unit)) {
        return no;
    }
    if (body.person == kDock) {
        return Refusal{"person_malformed",
                       "人员编号无效。",
                       "the person's id must be 32 random bytes",
                       "请由系统重新生成人员编号。"};
    }
    for (const auto& [person, other] : view.officers()) {
        const bool same = other.workNumber == body.workNumber ||
                          (!body.licence.empty() && other.licence == body.licence);
        if (!body.closed && !other.closed && same && person != body.person) {
            return Refusal{"officer_twice",
                           fmt::format("工号或执法证号与 {} 相同。", other.name),
                           fmt::format("{} has the same work or licence number", other.name),
                           "请核对工号和执法证号后重新提交。"};
        }
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Credential& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (view.officer(body.person) == nullptr || view.officer(body.person)->closed) {
        return judgeWearer(view, body.person);
    }
    for (const auto& [person, other] : view.credentials()) {
        const Officer* owner = view.officer(person);
        const bool stays = owner != nullptr && !owner->closed;
        if (stays && body.card && other.card == body.card && person != body.person) {
            return Refusal{"card_twice",
                           fmt::format("这张卡已登记给 {}。", view.nameOf(person)),
                           "the card belongs to somebody else",
                           "请使用本人的卡，或先注销原持卡人的卡。"};
        }
    }
    return std::nullopt;
}

Judgement judge(const View& view, const WrongPin& body, const Asked& /*asked*/) {
    return view.officer(body.person) == nullptr ? judgeWearer(view, body.person) : std::nullopt;
}

Judgement judge(const View& view, const DeviceBody& body, const Asked& /*asked*/) {
    if (!evidence::isDeviceName(body.device)) {
        return Refusal{"device_malformed",
                       fmt::format("设备编号“{}”无效。", core::utf8Prefix(body.device, kIdBytes)),
                       "a device name has 1 to 32 of A-Z a-z 0-9 . _ -",
                       "请按设备证书上的编号填写：1 至 32 个字母、数字、点、横线。"};
    }
    if (auto no = judgeText(body.model, "型号")) {
        return no;
    }
    if (auto no = judgeText(body.asset, "资产编号", kIdBytes)) {
        return no;
    }
    if (auto no = judgeUnit(view, body.unit)) {
        return no;
    }
    const Device* known = view.device(body.device);
    return known == nullptr ? std::nullopt : judgeNotRevoked(*known);
}

Judgement judge(const View& view, const Enrolment& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, body.device)) {
        return no;
    }
    if (auto no = judgeBy(view, {body.second, asked.nowUs})) {
        return no;
    }
    if (body.second == asked.by) {
        return Refusal{"second_person",
                       "设备入网须两人在场，两人不能是同一人。",
                       "two different persons enrol a recorder",
                       "请由另一名人员共同办理。"};
    }
    const Device& device = *view.device(body.device);
    if (auto no = judgeNotRevoked(device)) {
        return no;
    }
    if (device.state == DeviceState::Lost) {
        return Refusal{"device_lost",
                       fmt::format("执法记录仪 {} 已挂失，不能入网。", body.device),
                       fmt::format("recorder {} is lost", body.device),
                       "如已找回，请先登记找回。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Loss& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, body.device)) {
        return no;
    }
    if (auto no = judgeGiven(body.reason, "挂失经过", kNoteBytes)) {
        return no;
    }
    const Device& device = *view.device(body.device);
    if (auto no = judgeNotRevoked(device)) {
        return no;
    }
    if (device.state == DeviceState::Lost) {
        return Refusal{"device_lost",
                       fmt::format("执法记录仪 {} 已经挂失。", body.device),
                       fmt::format("recorder {} is lost already", body.device),
                       "无须再次挂失。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Finding& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, body.device)) {
        return no;
    }
    if (auto no = judgeGiven(body.note, "找回经过", kNoteBytes)) {
        return no;
    }
    if (view.device(body.device)->state != DeviceState::Lost) {
        return Refusal{"device_not_lost",
                       fmt::format("执法记录仪 {} 没有挂失。", body.device),
                       fmt::format("recorder {} is not lost", body.device),
                       "请核对设备编号。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Revocation& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeDevice(view, body.device)) {
        return no;
    }
    if (auto no = judgeGiven(body.reason, "注销原因", kNoteBytes)) {
        return no;
    }
    const Device& device = *view.device(body.device);
    if (auto no = judgeNotRevoked(device)) {
        return no;
    }
    if (device.handout) {
        return Refusal{"device_out",
                       fmt::format("执法记录仪 {} 尚未归还，不能注销。", body.device),
                       fmt::format("recorder {} is handed out", body.device),
                       "请先登记归还；如已丢失，请登记挂失。"};
    }
    return std::nullopt;
}

Judgement judge(const View& view, const Seen& body, const Asked& /*asked*/) {
    return judgeDevice(view, body.device);
}

Judgement judge(const View& view, const MattersList& body, const Asked& asked) {
    if (auto no = judgeBy(view, asked)) {
        return no;
    }
    if (auto no = judgeGiven(body.version, "清单版本", kIdBytes)) {
        return no;
    }
    if (auto no = judgeText(body.source, "文件名")) {
        return no;
    }
    if (view.list(body.version) != nullptr) {
        return Refusal{"list_twice",
                       fmt::format("事项清单版本“{}”已经存在，不能改写。", body.version),
                       fmt::format("version {} of the list is there already", body.version),
                       "请用新的版本号导入。"};
    }
    if (body.rows.empty()) {
        return Refusal{"list_empty",
                       "事项清单没有任何事项。",
                       "the list has no rows",
                       "请核对文件内容后重新导入。"};
    }
    return std::nullopt;
}

}  // namespace liuhen::registry
