// SPDX-License-Identifier: Apache-2.0
// The double's screen at the bays: a code, cards and PINs, what goes out and comes back. Refusals are worded as dock/register words them.
import { randomBytes } from "node:crypto";
import { Refusal } from "./refusal.mjs";

const us = () => Date.now() * 1000;
const no = (code, zh, en) => new Refusal(409, code, zh, "correct", en);
export const terminalCode = "k7mq-2xwp-9hrt-ve3c";
const tries = 5;

export const makeTerminal = () => ({ cookie: null, csrf: null, used: false, cards: { "0012345678": "1001", "0087654321": "1002", "0055555555": "1010" }, pins: { 1002: "480516" }, wrong: {} });

/** Throws unless the request bears the terminal's cookie and, for a change, its token. */
export function admitTerminal(state, request) {
  const cookie = /__Host-liuhen-terminal=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (!cookie || cookie !== state.terminal.cookie) throw new Refusal(401, "not_terminal", "此终端尚未启用，或已被停用，请输入在采集站控制台生成的启用码。", "correct");
  if (request.method !== "GET" && request.headers["x-csrf-token"] !== state.terminal.csrf) throw new Refusal(403, "wrong_csrf", "页面已失效，请刷新页面后重试。", "reload");
}

function shownBy(state, { card, work_number, pin }) {
  const { cards, pins, wrong } = state.terminal;
  const unknown = no("credential_wrong", "卡片未登记，或工号与 PIN 不符。请重试，或请资料设备管理员登记卡片、重设 PIN。");
  if (card !== undefined) {
    if (!cards[card]) throw unknown;
    return cards[card];
  }
  if ((wrong[work_number] ?? 0) >= tries) throw no("pin_locked", "PIN 连续输错，已暂时锁定。请 15 分钟后重试，或刷卡领用。");
  if (pins[work_number] !== pin) {
    wrong[work_number] = (wrong[work_number] ?? 0) + 1;
    throw unknown;
  }
  return work_number;
}

function terminalOf(state) {
  const bays = state.bays.map((one) => {
    const device = one.device && state.register.devices.find((each) => each.device === one.device);
    const out = one.device && state.register.handouts.find((each) => each.device === one.device && each.returned_us === null && each.lost_us === null);
    const bay = { name: one.name, phase: one.phase, device: one.device, state: "empty", until_us: null, delivered: null, why_zh: null, why_en: null };
    if (!one.device) return bay;
    if (out) return { ...bay, state: "out", until_us: out.until_us, delivered: out.delivered };
    if (device?.state === "enrolled" && device.self_check?.passed) return { ...bay, state: "free" };
    if (device?.self_check?.passed === false) return { ...bay, state: "held", why_zh: `执法记录仪 ${one.device} 自检未通过（存储空间），不能领用。请更换执法记录仪；排除故障并重新自检通过后方可领用。`, why_en: `recorder ${one.device} failed its self check` };
    if (device) return { ...bay, state: "held", why_zh: `执法记录仪 ${one.device} 已登记，不能领用。请先由两人办理设备入网。`, why_en: `recorder ${one.device} is registered` };
    return { ...bay, state: "held", why_zh: `执法记录仪 ${one.device} 未登记。请先在“设备与人员”中登记该执法记录仪。`, why_en: "the recorder is not registered" };
  });
  const matters = state.register.matters.items.map(({ number, category, step, manner, full }) => ({ number, label: `${category}/${step}`, manner, full }));
  return { name: "前台", csrf: state.terminal.csrf, now_us: us(), bays, matters };
}
function sitting(state, { bay, device }) {
  if (!state.bays.some((one) => one.name === bay && one.device === device)) throw no("not_in_bay", `采集口 ${bay} 没有执法记录仪 ${device}。请将执法记录仪放入采集口，开机后重试。`);
}

export const terminalAnswers = {
  openTerminal({ state, body }) {
    if (state.terminal.used || body.code.toLowerCase().replace(/[- ]/g, "") !== terminalCode.replaceAll("-", "")) {
      throw new Refusal(401, "wrong_code", "启用码不正确、已经用过或超过 15 分钟，请核对；仍不能启用的，请在采集站控制台重新生成。", "correct");
    }
    Object.assign(state.terminal, { used: true, cookie: randomBytes(32).toString("hex"), csrf: randomBytes(32).toString("hex") });
    return { status: 201, value: terminalOf(state), headers: { "Set-Cookie": `__Host-liuhen-terminal=${state.terminal.cookie}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=34560000` } };
  },
  terminal: ({ state }) => ({ value: terminalOf(state) }),
  handOutHere({ state, body }) {
    sitting(state, body);
    const numbers = [body.wearer, ...body.companions].map((one) => shownBy(state, one));
    if (numbers.length < 2) throw no("alone", "执法人员应当两人以上，领用登记缺少同行人员。请至少添加一名同行的执法人员。");
    const named = numbers.map((number) => state.people.find((one) => one.work_number === number)).map(({ person, name }) => ({ person, name }));
    if (new Set(numbers).size < numbers.length) throw no("person_twice", `${named[0].name} 被填写了两次。佩戴人和同行人员应为不同的人，请改正。`);
    const number = `2026-${String(state.register.handouts.length + 1).padStart(4, "0")}`;
    state.register.devices.find((one) => one.device === body.device).out = true;
    state.register.handouts.unshift({
      number, device: body.device, state: "out", wearer: named[0], holder: named[0], companions: named.slice(1), matters: body.matters.map((one) => ({ number: one, label: one, full: false })), place: body.place,
      from_us: us(), until_us: body.until_us, handed_out_us: us(), handed_out_by: named[0], clock_behind: false, delivered: false, refused: null, handovers: [], returned_us: null, undamaged: null, note: null, lost_us: null,
    });
    return { status: 201, value: { event: 1, number } };
  },
  takeBackHere({ state, body }) {
    sitting(state, body);
    shownBy(state, body.who);
    const found = state.register.handouts.find((one) => one.device === body.device && one.returned_us === null);
    if (!found) throw no("handout_unknown", `执法记录仪 ${body.device} 没有领用，无须归还。请核对采集口。`);
    Object.assign(found, { state: "returned", returned_us: us(), undamaged: true, note: "" });
    state.register.devices.find((one) => one.device === body.device).out = false;
    return { status: 201, value: { event: 1 } };
  },
  setCredential({ state, at, body }) {
    if (body.pin !== null && (!/^\d{6,12}$/.test(body.pin) || /^(\d)\1+$/.test(body.pin))) throw no("pin_malformed", "PIN 应为 6 至 12 位数字，且不能全部相同。请另设 PIN。");
    const { work_number } = state.people.find((one) => one.person === at.person);
    const { cards, pins } = state.terminal;
    for (const card of Object.keys(cards)) if (cards[card] === work_number) delete cards[card];
    delete pins[work_number];
    if (body.card) cards[body.card] = work_number;
    if (body.pin) pins[work_number] = body.pin;
    return { status: 201, value: { event: 1 } };
  },
};
