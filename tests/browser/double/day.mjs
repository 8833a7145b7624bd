// SPDX-License-Identifier: Apache-2.0
// A small bureau's day, invented: what the double tells of people, bays, recordings, requests and log.
import { createHash } from "node:crypto";

export const second = 1e6;
export const hash = (text) => createHash("sha256").update(text).digest("hex");
export const longName = "欧阳".repeat(16) + "长名测试".repeat(8);
export const now = Date.now() * 1000;
const unit = "城关市场监管所";

const rows = [
  ["1001", "李建国", ["officer"], "豫A10010001"], ["1002", "王芳", ["officer"], "豫A10010002"], ["1003", "张伟", [], null],
  ["2001", "周敏", ["custodian"], null], ["3001", "陈志远", ["head"], "豫A10010003"], ["4001", "赵立", ["supervisor"], null],
  ["4002", "孙倩", ["reviewer"], null], ["9001", "吴凯", ["sysadmin"], null], ["9002", "郑洁", ["secadmin"], null],
  ["9003", "冯涛", ["audadmin"], null], ["1010", longName, ["officer"], "豫A10010010"], ["1011", "新来的人", [], null],
  ["3002", "高岩", ["head"], "豫A10010004"],
];

export function makePeople() {
  return rows.map(([work_number, name, roles, licence], index) => ({
    person: hash(`person ${work_number}`), work_number, name, unit: name === longName ? "某某县市场监督管理局综合行政执法大队".repeat(6).slice(0, 128) : unit,
    licence, roles, made_us: now - (60 - index) * 86400 * second, closed_us: null, enrolled: work_number !== "1003", last_login_us: work_number === "1003" ? null : now - 20 * 3600 * second,
  }));
}
export const nameOf = ({ person, work_number, name, unit: where, licence, roles }) => ({ person, work_number, name, unit: where, licence, roles });

export function makeBays(people) {
  const gone = (device, end, reason, kept = 0) => ({ device, end, reason, start_us: now - 5400 * second, end_us: now - 5000 * second, segments: 62, footage_bytes: 3_720_000_000, kept });
  const bay = (name, phase, device, more = {}) => ({ name, phase, device, officers: device === "LH-0003" ? people.slice(0, 2).map(nameOf) : [], note: "", done_bytes: 0, total_bytes: 0, bytes_per_s: 0, left_s: null, last: null, ...more });
  return [
    bay("1", "footage", "LH-0003", { done_bytes: 2_410_000_000, total_bytes: 5_920_000_000, bytes_per_s: 38_200_000, left_s: 92 }),
    bay("2", "empty", null, { last: gone("LH-0001", "done", "") }),
    bay("3", "quarantined", "LH-0005", { note: "segment 7 of recording 512 did not verify", last: gone("LH-0005", "quarantined", "altered", 2) }),
    bay("4", "ledger", "LH-0006", { done_bytes: 900_000, total_bytes: 4_000_000, bytes_per_s: 0 }),
    bay("5", "paused", "LH-0008", { note: "the vault has no room", done_bytes: 1_000_000_000, total_bytes: 4_000_000_000 }),
    bay("6", "done", "LH-0002", { last: gone("LH-0002", "done", "") }),
    bay("7", "failed", "LH-0009", { note: "the cable was pulled out", last: gone("LH-0009", "failed", "the cable was pulled out") }),
    bay("8", "empty", null),
  ];
}

/** The recording of the replay: 10 s, 10 s, 15 s interrupted, 10 s, and a segment that is not stored. */
export const shown = { device: "LH-0003", generation: "0", start: "412" };
export const playedFrom = now - 4 * 3600 * second;

export function makeRecordings(people, count = 240) {
  const officers = people.filter((person) => person.roles.includes("officer")).map(nameOf);
  const verdicts = ["intact", "intact", "intact", "intact", "incomplete", "unproven", "altered"];
  const made = [{
    ...shown, manner: "video", trigger: "button", start_us: playedFrom + 2 * second, end_us: playedFrom + 55 * second, end_reason: "button", segments: 4, stored_segments: 3,
    size_bytes: 4_100_000, interruptions: 2, verdict: "incomplete", officers: officers.slice(0, 2),
  }];
  for (let index = 1; index < count; index += 1) {
    const length = 300 + ((index * 137) % 3000);
    made.push({
      device: `LH-000${1 + (index % 9)}`, generation: "0", start: String(9000 - index), manner: ["video", "video", "photo", "audio"][index % 4], trigger: "button",
      start_us: playedFrom - index * 5400 * second, end_us: index === 5 ? null : playedFrom - index * 5400 * second + length * second, end_reason: index === 5 ? null : "button",
      segments: Math.ceil(length / 60), stored_segments: Math.ceil(length / 60) - (verdicts[index % 7] === "incomplete" ? 1 : 0), size_bytes: length * 1_000_000,
      interruptions: index % 11 === 0 ? 2 : 0, verdict: verdicts[index % 7], officers: index % 13 === 0 ? [officers[2]] : [officers[index % 2]],
    });
  }
  return made;
}

export function makeTimeline(recording, explanations) {
  const at = (seconds) => playedFrom + seconds * second;
  const segment = (number, from, to, more = {}) => ({
    segment: String(number), start_us: at(from), end_us: at(to), pre_event: false, encrypted: true, size_bytes: 1_300_000, parts: (to - from) * 2, parts_lost: 0,
    object: hash(`segment ${number}`), leaf: 100 + number, verdict: "intact", ...more,
  });
  if (recording.device !== shown.device || recording.start !== shown.start) {
    const length = Math.round(((recording.end_us ?? recording.start_us + 60 * second) - recording.start_us) / second);
    const shift = (recording.start_us - playedFrom) / second;
    return { recording, segments: [segment(0, shift, shift + length, { verdict: recording.verdict })], interruptions: [], marks: [], statements: [] };
  }
  return {
    recording,
    segments: [segment(0, 0, 2, { pre_event: true }), segment(1, 2, 20), segment(2, 35, 45), segment(3, 45, 55, { object: null, leaf: null, verdict: null })],
    interruptions: [
      { seq: "431", tracks: ["1", "2"], cause: "pause", declared_by: "officer", start_us: at(20), end_us: at(35), explanations: explanations.get("431") ?? [] },
      { seq: "466", tracks: ["1", "2"], cause: "power_loss", declared_by: "recorder", start_us: at(55), end_us: null, explanations: explanations.get("466") ?? [] },
    ],
    marks: [{ seq: "420", what: "focus", time_us: at(9) }, { seq: "440", what: "focus", time_us: at(41) }],
    statements: [
      { seq: "414", what: "opening", result: "heard", time_us: at(3), from_ns: "3000000000", to_ns: "8000000000" },
      { seq: "417", what: "notice", result: "heard", time_us: at(9), from_ns: "9000000000", to_ns: "11000000000" },
      { seq: "434", what: "resume", result: "missing", time_us: at(36), from_ns: "36000000000", to_ns: "39000000000" },
    ],
  };
}

/** The scan of a court's letter, and what the request for the court says of it. */
export const courtScan = Buffer.from("%PDF-1.4\n% 调取证据函\n%%EOF\n");
const courtLetter = { name: "方城县人民法院", letter_number: "（2026）豫1322法函7号", letter_date: "2026-11-24", scan: hash(courtScan) };

export function makeRequests(people) {
  const by = (number) => nameOf(people.find((person) => person.work_number === number));
  const subject = (recording, more = {}) => ({ device: shown.device, generation: "0", recording, object: null, from_ns: null, to_ns: null, ...more });
  const request = (index, number, more) => ({
    id: hash(`request ${index}`), purpose: "view", subjects: [subject("412")], by: by(number), reason: "", outsider: null, case: null, emergency: false,
    made_us: now - index * 3600 * second, leaf: 900 - index, state: "open", first_signature: null, decision: null, review: null, ...more,
  });
  const granted = (index, more = {}) => ({
    by: [by("3001")], time_us: now - 1800 * second, grant: hash(`grant ${index}`), from_us: now - 3600 * second, until_us: now + 5 * 86400 * second, uses: 3, used: 0,
    manner: "key", leaf: 950, ...more,
  });
  const hurried = (index, head, days) =>
    granted(index, { by: [by(head)], time_us: now - days * 86400 * second, from_us: now - days * 86400 * second, until_us: now - (days - 1) * 86400 * second, uses: 1, used: 0, manner: "emergency" });
  return [
    request(1, "1001", { reason: "核对 11 月 29 日城关路超市现场检查的告知过程，当事人对检查程序提出异议。", case: "方市监罚〔2026〕31号", subjects: [subject("412", { from_ns: "0", to_ns: "20000000000" })] }),
    request(2, "2001", { purpose: "copy", reason: "行政诉讼案件调取证据。", outsider: courtLetter, case: "方市监罚〔2026〕28号", subjects: [subject("8990")] }),
    request(3, "4001", { reason: "专项执法监督：抽查本月现场检查。", subjects: [subject(null, { generation: null })], emergency: true }),
    request(6, "2001", {
      purpose: "hold", reason: "诉讼已经终结，不再需要暂停销毁。", case: "方市监罚〔2025〕117号",
      first_signature: { by: by("3002"), time_us: now - 900 * second, from_us: now - 900 * second, until_us: now + 7 * 86400 * second, uses: 1, manner: "key" },
    }),
    request(4, "4001", { reason: "复核案件证据。", state: "granted", decision: granted(4) }),
    request(5, "1002", { reason: "个人需要。", state: "refused", decision: granted(5, { grant: null, from_us: null, until_us: null, uses: null }) }),
    request(200, "1001", { reason: "当事人称现场物品即将转移，须立即核对。", subjects: [subject("8990")], emergency: true, state: "ended", decision: hurried(200, "3002", 8) }),
    request(400, "1002", {
      reason: "查看上月的检查。", subjects: [subject("8989")], emergency: true, state: "ended", decision: hurried(400, "3001", 16),
      review: { by: by("4001"), at_us: now - 15 * 86400 * second, justified: false, words: "情况并不紧急，应按一般程序申请。" },
    }),
  ];
}

export function makeQuarantine() {
  const advice = { altered: "保留设备，不要再次使用，报告法制监督员后送检。", unknown: "核对该执法记录仪是否已入网；未入网的由两人共同办理设备入网。" };
  return [0, 1, 2].map((index) => ({
    leaf: 700 - index, time_us: now - (index + 1) * 5000 * second, object: hash(`kept ${index}`), size: 61_000_000 + index, type: index === 2 ? "chapter" : "segment",
    device: index === 2 ? "LH-9999" : "LH-0005", generation: "0", recording: index === 2 ? null : "512", segment: index === 2 ? null : String(7 + index),
    reason: index === 2 ? "unknown recorder" : "altered at part 31", reason_zh: index === 2 ? "记录仪证书不是本单位签发的" : "签名未通过核验，内容可能被改动", advice_zh: index === 2 ? advice.unknown : advice.altered,
    advice_en: index === 2 ? "Enrol the recorder, by two people." : "Keep the device and report it.",
  }));
}

export function makeLog(count = 1200) {
  const kinds = ["object", "receipt", "request", "approval", "view", "quarantine", "incident"];
  return Array.from({ length: count }, (_, back) => {
    const index = count - 1 - back;
    const kind = index === 0 ? "log.opened" : kinds[index % kinds.length];
    const hurried = kind === "approval" && index % 2 === 1; // half of them were granted in a hurry
    const review = hurried ? { review: index % 3 === 0 ? null : { by: hash("person 4001"), at_us: now - 30 * second, justified: index % 3 === 1 } } : {};
    return { ...review, index, time_us: now - back * 60 * second, kind, hash: hash(`leaf ${index}`), body: { object: hash(`object ${index}`), size: 61_000_000, type: "segment", device: "LH-0003" } };
  });
}
