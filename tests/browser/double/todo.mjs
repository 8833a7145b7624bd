// SPDX-License-Identifier: Apache-2.0
// What is to be done on the double's day, by role, the most pressing first.
import { longName } from "./day.mjs";

const item = (kind, level, text_zh, text_en, link, count = 1) => ({ kind, level, text_zh, text_en, count, link });

export function todoFor({ person, roles }, state) {
  if (state.empty) return [];
  const has = (...wanted) => roles.some((role) => wanted.includes(role));
  const items = [];
  if (has("custodian", "supervisor", "head")) {
    items.push(item("handout.overdue", "alarm", `执法记录仪 LH-0007 超期未还：${state.long ? longName : "王芳"}领用，应于昨日 18:00 归还，已超期 15 小时。`, "Recorder LH-0007 is overdue since yesterday 18:00.", "/desk"));
  }
  if (has("head", "supervisor")) {
    for (const one of state.requests) {
      if (one.decision?.manner !== "emergency" || one.review || [one.by, ...one.decision.by].some((part) => part.person === person)) continue;
      items.push(item("emergency.unreviewed", "alarm", `紧急调阅待审查：${one.by.name} 申请，8 天前批准，已过 8 天，请审查事由和范围。`, `Emergency view to be reviewed: asked for by ${one.by.name}, 8 days ago.`, `/requests?request=${one.id}`));
    }
  }
  if (has("custodian", "supervisor", "officer") && !state.explanations.has("466")) {
    items.push(item("interruption.unexplained", "due", "执法记录仪 LH-0003 于 11 月 29 日 09:42 中止后没有语音说明，请补充书面说明。", "An interruption of LH-0003 is not explained.", "/recordings/LH-0003/0/412?interruption=466"));
  }
  if (has("custodian", "supervisor")) items.push(item("quarantine", "info", "异常待处理共 3 项，请逐项查看原因。", "3 objects are in quarantine; see why.", "/quarantine", 3));
  if (has("secadmin")) items.push(item("accounts.without_role", "due", "2 个账号尚未授予角色，请核实身份后授权。", "2 accounts have no role.", "/accounts", 2));
  if (has("sysadmin")) items.push(item("accounts.not_enrolled", "info", "1 个账号尚未完成首次登录，请提醒本人。", "1 account was never used.", "/accounts"));
  if (has("audadmin")) items.push(item("login.failed", "info", "24 小时内登录失败 4 次，请查看审计记录。", "4 log-ins failed within a day.", "/audit", 4));
  return items;
}
