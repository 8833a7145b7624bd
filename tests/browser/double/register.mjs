// SPDX-License-Identifier: Apache-2.0
// The double's register: what it holds at the day's begin, and its answers. Refusals are worded as dock/register words them.
import { now, second } from "./day.mjs";
import { Refusal, page } from "./refusal.mjs";

const day = 86400 * second;
const us = () => Date.now() * 1000;
const no = (code, zh, en) => new Refusal(409, code, zh, "correct", en);

export function makeRegister(people) {
  const by = (number) => people.find((one) => one.work_number === number);
  const named = (number) => ({ person: by(number).person, name: by(number).name });
  const unit = "FC-CG";
  const device = (name, state, more = {}) => ({
    device: name, model: "LH-C1", asset: `FC-2026-${name.slice(-2)}`, unit, state, changed_us: now - 30 * day, out: false, bay: null, seen_us: null,
    self_check: { passed: true, occasion: "boot", failed: [], utc_us: now - 3600 * second }, loss: null, ...more,
  });
  const matter = (number, category, step, manner, more) => ({
    number, category, step, manner, occasion: "", content: "", start: "", process: "", end: "", department: "综合执法大队", people: "两名以上执法人员", full: false, ...more,
  });
  const handout = (number, name, state, wearer, companion, hours, more = {}) => ({
    number, device: name, state, wearer: named(wearer), holder: named(wearer), companions: [named(companion)], matters: [{ number: "2", label: "行政处罚/现场检查、询问", full: false }],
    place: "城关路 18 号某超市", from_us: now - 30 * 3600 * second, until_us: now + hours * 3600 * second, handed_out_us: now - 30 * 3600 * second, handed_out_by: named("2001"),
    clock_behind: false, delivered: true, refused: null, handovers: [], returned_us: null, undamaged: null, note: null, lost_us: null, ...more,
  });
  return {
    units: [{ unit, name: "城关市场监管所", closed: false }, { unit: "FC-DD", name: "综合执法大队", closed: false }],
    officers: ["1001", "1002", "1010", "2001"].map((number) => ({ person: by(number).person, name: by(number).name, unit, work_number: number, licence: by(number).licence, closed: false })),
    devices: [
      device("LH-0001", "enrolled", { bay: "2", seen_us: now - 5000 * second }), device("LH-0002", "enrolled", { out: true }), device("LH-0004", "enrolled", { self_check: { passed: false, occasion: "boot", failed: ["space"], utc_us: now } }),
      device("LH-0006", "registered", { self_check: null }), device("LH-0007", "enrolled", { out: true }),
      device("LH-0009", "lost", { loss: { reason: "外出途中遗失。", unreceipted: ["第 0 代第 512 条（2026-11-20 18:02 最后一次采集）之后的全部音像记录未取得入库回执。"] } }),
    ],
    handouts: [
      handout("2026-0003", "LH-0002", "out", "1001", "1002", 6, { handovers: [{ from: named("1001"), to: named("1002"), at_us: now - 3600 * second, note: "原佩戴人先行返回。", confirmed_us: null }], holder: named("1002"), companions: [named("1001")] }),
      handout("2026-0002", "LH-0007", "overdue", "1002", "1001", -15),
      handout("2026-0001", "LH-0001", "returned", "1001", "1010", -40, { returned_us: now - 41 * 3600 * second, undamaged: true, note: "" }),
    ],
    matters: {
      version: "2026-01", from_us: now - 300 * day, versions: [{ version: "2026-01", from_us: now - 300 * day }],
      items: [
        matter("1", "行政许可", "接收受理材料", "录音录像", { occasion: "办理窗口", start: "接收材料时", end: "作出是否受理时" }),
        matter("2", "行政处罚", "现场检查、询问", "拍照或录音录像", { occasion: "检查场所", start: "询问开始时", end: "询问完毕" }),
        matter("3", "行政处罚", "查封扣押", "录音录像（全程）", { start: "入场时", end: "查封扣押结束", full: true }),
      ],
    },
    acts: [{ number: "2026-检-117", state: "registered", name: "城关路超市现场检查", list: "2026-01", matter: "2", unit, officers: [named("1001"), named("1002")], place: "城关路 18 号", party: "某超市", from_us: now - 5 * 3600 * second, until_us: now - 4 * 3600 * second, reason: "" }],
    cases: [{ number: "方市监罚〔2026〕31号", name: "某超市销售过期食品案", unit, concluded_us: null }],
    links: [{ a: { type: "act", id: "2026-检-117" }, b: { type: "recording", id: "LH-0003/0/412" }, linked_us: now - 3600 * second, linked_by: named("1001") }],
  };
}

const entered = (value = {}) => ({ status: 201, value: { event: 1, ...value } });
const nameFor = (state, person) => ({ person, name: state.register.officers.find((one) => one.person === person)?.name ?? person.slice(0, 8) });
const deviceOf = (state, name) => {
  const found = state.register.devices.find((one) => one.device === name);
  if (!found) throw no("device_unknown", `执法记录仪 ${name} 未登记。请先在“设备与人员”中登记该执法记录仪。`);
  return found;
};
const openOf = (state, number) => {
  const found = state.register.handouts.find((one) => one.number === number);
  if (!found) throw no("handout_unknown", `没有编号为“${number}”的领用登记。请核对领用编号。`);
  if (found.returned_us !== null) throw no("handout_returned", `${number} 已归还。无须再次办理。`);
  return found;
};
function put(list, key, body) {
  const at = list.findIndex((one) => one[key] === body[key]);
  if (at < 0) list.push(body);
  else list[at] = { ...list[at], ...body };
}
const listOf = (name) => ({ state, query }) => ({ value: page(state.empty ? [] : state.register[name], query) });
const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export const registerAnswers = {
  units: listOf("units"),
  officers: listOf("officers"),
  devices: listOf("devices"),
  acts: listOf("acts"),
  cases: listOf("cases"),
  matters: ({ state }) => ({ value: state.empty ? { items: [], version: null, from_us: null, versions: [] } : state.register.matters }),
  handouts({ state, session, query }) {
    const own = session.who.roles.every((role) => role === "officer");
    const mine = (one) => [one.wearer, one.holder, ...one.companions].some((each) => each.person === session.person);
    const found = state.empty ? [] : state.register.handouts.filter((one) => (!query.state || one.state === query.state) && (!query.device || one.device === query.device) && (!own || mine(one)));
    return { value: { ...page(found, query), at_us: us() } };
  },
  handOut({ state, session, body }) {
    const device = deviceOf(state, body.device);
    if (device.self_check && !device.self_check.passed) throw no("selfcheck_failed", `执法记录仪 ${body.device} 自检未通过（存储空间），不能领用。请更换执法记录仪；排除故障并重新自检通过后方可领用。`);
    if (body.companions.length === 0) throw no("alone", "执法人员应当两人以上，领用登记缺少同行人员。请至少添加一名同行的执法人员。");
    if (body.companions.includes(body.wearer)) throw no("person_twice", `${nameFor(state, body.wearer).name} 被填写了两次。佩戴人和同行人员应为不同的人，请改正。`);
    if (body.until_us <= body.from_us) throw no("times_backwards", "应还时间不晚于开始时间。请改正时间。");
    const number = `2026-${String(state.register.handouts.length + 1).padStart(4, "0")}`;
    const name = (person) => nameFor(state, person);
    device.out = true;
    state.register.handouts.unshift({
      number, device: body.device, state: "out", wearer: name(body.wearer), holder: name(body.wearer), companions: body.companions.map(name),
      matters: body.matters.map((one) => ({ number: one, label: one, full: false })), place: body.place, from_us: body.from_us, until_us: body.until_us, handed_out_us: us(),
      handed_out_by: { person: session.person, name: session.who.name }, clock_behind: false, delivered: false, refused: null, handovers: [], returned_us: null, undamaged: null, note: null, lost_us: null,
    });
    return entered({ number });
  },
  takeBack({ state, at, body }) {
    const found = openOf(state, at.number);
    Object.assign(found, { state: "returned", returned_us: us(), undamaged: body.undamaged, note: body.note });
    deviceOf(state, found.device).out = false;
    return entered();
  },
  noteHandover({ state, at, body }) {
    const found = openOf(state, at.number);
    if (body.from !== found.holder.person) throw no("holder_other", `${at.number} 现由 ${found.holder.name} 佩戴，交接双方填写有误。请核对现在的佩戴人。`);
    found.handovers.push({ from: found.holder, to: nameFor(state, body.to), at_us: body.at_us, note: body.note, confirmed_us: null });
    found.holder = nameFor(state, body.to);
    return entered();
  },
  confirmHandover({ state, session, at }) {
    const over = openOf(state, at.number).handovers[Number(at.index)];
    if (!over || over.confirmed_us !== null) throw no("handover_unknown", `${at.number} 没有待确认的现场交接。请核对领用编号和交接记录。`);
    if ([over.from.person, over.to.person].includes(session.person)) throw no("self", "交接双方不能自行确认现场交接。请由资料设备管理员确认。");
    over.confirmed_us = us();
    return entered();
  },
  reportLoss({ state, at, body }) {
    const device = deviceOf(state, at.device);
    if (device.state === "lost") throw no("device_lost", `执法记录仪 ${at.device} 已经挂失。无须再次挂失。`);
    Object.assign(device, { state: "lost", out: false, loss: { reason: body.reason, unreceipted: ["第 0 代第 466 条（2026-11-28 18:02 最后一次采集）之后的全部音像记录未取得入库回执。"] } });
    for (const one of state.register.handouts) if (one.device === at.device && one.returned_us === null) Object.assign(one, { state: "lost", lost_us: us() });
    return entered();
  },
  reportFound({ state, at }) {
    const device = deviceOf(state, at.device);
    if (device.state !== "lost") throw no("device_not_lost", `执法记录仪 ${at.device} 没有挂失。请核对设备编号。`);
    device.state = "found";
    return entered();
  },
  enrolDevice({ state, session, at, body }) {
    if (body.second === session.person) throw no("second_person", "设备入网须两人在场，两人不能是同一人。请由另一名人员共同办理。");
    deviceOf(state, at.device).state = "enrolled";
    return entered();
  },
  revokeDevice: ({ state, at }) => ((deviceOf(state, at.device).state = "revoked"), entered()),
  enterDevice: ({ state, body }) => (
    put(state.register.devices, "device", state.register.devices.some((one) => one.device === body.device) ? body : { ...body, state: "registered", changed_us: us(), out: false, bay: null, seen_us: null, self_check: null, loss: null }), entered()
  ),
  enterOfficer: ({ state, body }) => (put(state.register.officers, "person", body), entered()),
  enterUnit: ({ state, body }) => (put(state.register.units, "unit", body), entered()),
  importMatters({ body }) {
    if (!body.csv.includes("执法环节")) throw no("list_malformed", "清单没有导入：第 1 行缺少“执法环节”列。请改正文件后重新导入。");
    return entered();
  },
  enterAct: ({ state, body }) => (put(state.register.acts, "number", { ...body, officers: body.officers.map((one) => nameFor(state, one)) }), entered()),
  enterCase: ({ state, body }) => (put(state.register.cases, "number", body), entered()),
  links: ({ state, query }) => ({ value: { items: state.register.links.filter((one) => [one.a, one.b].some((end) => end.type === query.type && end.id === query.id)) } }),
  link({ state, session, body }) {
    const [a, b] = [{ type: body.type, id: body.id }, { type: body.other_type, id: body.other_id }];
    const same = (x, y) => x.type === y.type && x.id === y.id;
    if (state.register.links.some((one) => (same(one.a, a) && same(one.b, b)) || (same(one.a, b) && same(one.b, a)))) throw no("link_twice", "两者已经关联。无须再次关联。");
    state.register.links.push({ a, b, linked_us: us(), linked_by: { person: session.person, name: session.who.name } });
    return entered();
  },
  unlink({ state, body }) {
    state.register.links = state.register.links.filter((one) => ![one.a, one.b].some((end) => end.type === body.other_type && end.id === body.other_id));
    return entered();
  },
};

export function bookOf(state) {
  const zh = { out: "使用中", overdue: "超期未还", returned: "已归还", lost: "已挂失" };
  const local = (time) => new Date(time / 1000 + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " ");
  const heads = ["领用编号", "设备编号", "状态", "佩戴人", "同行人员", "事项", "地点", "领用时间", "应还时间", "经办人", "领用信息", "现场交接", "归还时间", "归还经办", "备注"];
  const lines = state.empty ? [] : state.register.handouts.map((one) => [
    one.number, one.device, zh[one.state], one.wearer.name, one.companions.map((each) => each.name).join("、"), one.matters.map((each) => each.label).join("；"), one.place, local(one.handed_out_us),
    local(one.until_us), one.handed_out_by.name, one.delivered ? "已写入" : "待写入", "", one.returned_us === null ? "" : local(one.returned_us), "", one.note ?? "",
  ]);
  return `\uFEFF${[heads, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n")}\r\n`;
}
