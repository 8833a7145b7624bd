// SPDX-License-Identifier: Apache-2.0
// Chinese of the screen at the bays, and of what officers show there.
export const bay = {
  bay: {
    title: "领用与归还：请选择执法记录仪", empty: "空", free: "可以领用", give: "领用", back: "归还", giveLabel: "领用 {device}", backLabel: "归还 {device}", due: "已领用，应于 {time} 归还", overdue: "已超期，应于 {time} 归还",
    delivered: "任务已写入，可以取走。", undelivered: "任务正在写入，请稍候，不要取走。", early: "请先选择执法记录仪，再刷卡。", earlyGive: "现在不用刷卡，请先完成本步骤。", noBays: "采集站没有配置采集口，请联系系统管理员。",
    codeTitle: "启用此终端", codeWhy: "请由采集站维护人员在控制台运行 liuhen-dock terminal make，并在 15 分钟内将启用码输入此处。启用码只能使用一次。", code: "启用码", codeSubmit: "启用", needCode: "请输入启用码。",
    giveTitle: "领用 {device}", step: "第 {n} 步，共 {of} 步", matters: "请选择音像记录事项", noMatters: "还没有生效的事项清单，不能领用。请资料设备管理员先导入事项清单。", place: "请输入地点", until: "请选择应还时间",
    untilKind: { evening: "今天下班前", tomorrow: "明天下班前", hours: "{n} 小时后" }, untilLonger: "需要更长时间的，请到领用登记处办理。", next: "下一步", before: "上一步", needMatter: "请至少选择一个音像记录事项。",
    needPlace: "请输入地点。", needUntil: "请选择应还时间。", peopleWhy: "佩戴人和每名同行人员须本人刷卡，或输入本人的工号和 PIN。两人以上方可领用。", wearer: "佩戴人", companion: "同行人员 {n}", bringer: "归还人",
    byCardShown: "已刷卡", byNumberShown: "工号 {number}", showCard: "{who}：请刷卡", showNumber: "{who}：工号", pin: "PIN", byPin: "未带卡，用工号和 PIN", byCard: "改为刷卡", shortCard: "没有读到完整的卡号，请重新刷卡。", needNumber: "请输入工号。",
    needShown: "请先刷卡，或输入工号和 PIN。", needCompanion: "执法人员应当两人以上，请同行人员刷卡。", twice: "此人已经刷过卡，请下一人刷卡。", showAgain: "请佩戴人和同行人员重新刷卡。", giveSubmit: "登记领用",
    given: "已登记领用，编号 {number}。请待 {device} 显示“任务已写入”后再取走。", backTitle: "归还 {device}", backWhy: "任何一名执法人员都可以归还。设备有损坏的，请到领用登记处由资料设备管理员办理。", broughtBack: "{device} 已归还。请将其留在采集口，音像记录会自动采集。",
  },
  credential: {
    open: "卡和 PIN", openLabel: "登记卡和 PIN {name}", title: "登记卡和 PIN：{name}", submit: "登记",
    why: "{name}凭卡，或凭工号和 PIN，在采集口终端领用、归还，视同本人签字。PIN 请由本人输入，他人不得知晓。本次登记替换原有的卡和 PIN：留空的一项即行注销。采集站只保存无法还原的摘要，登记后任何人都不能再查看。",
    card: "卡号（点入此框后刷卡）", pin: "PIN（6 至 12 位数字，不能全部相同）", again: "再次输入 PIN", none: "卡和 PIN 都注销", needAny: "请刷卡或输入 PIN；如要注销，请勾选“卡和 PIN 都注销”。",
    needSame: "两次输入的 PIN 不一致，请重新输入。", shortCard: "没有读到完整的卡号，请重新刷卡。", bothAndNone: "已勾选注销，请将卡号和 PIN 留空。", done: "{name}的卡和 PIN 已更新。",
  },
};
export type BayWords = typeof bay;
