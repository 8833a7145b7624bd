// SPDX-License-Identifier: Apache-2.0
// The double's answers, one for each operation of the contract.
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { hash, makeTimeline, nameOf, now, second } from "./day.mjs";
import { importAnswers } from "./imports.mjs";
import { keepScan, letterAnswers, letterStreams } from "./letters.mjs";
import { Refusal, page } from "./refusal.mjs";
import { bookOf, registerAnswers } from "./register.mjs";
import { password, totpCode } from "./state.mjs";
import { terminalAnswers } from "./terminal.mjs";
import { todoFor } from "./todo.mjs";

const us = () => Date.now() * 1000;
const missing = () => new Refusal(404, "not_found", "没有找到这条记录，或者您无权查看，请返回列表。", "back");

function meOf(state, id) {
  const session = state.sessions.get(id);
  const who = state.people.find((one) => one.person === session.person);
  return {
    person: who.person, work_number: who.work_number, name: who.name, unit: who.unit, roles: who.roles, stage: session.stage, lacks: session.lacks, csrf: session.csrf,
    idle_us: us() + 900 * second, until_us: us() + 8 * 3600 * second, last_login_us: who.last_login_us, now_us: us(),
  };
}
function settled(state, id, what) {
  const session = state.sessions.get(id);
  session.lacks = session.lacks.filter((one) => one !== what);
  if (!session.lacks.length) session.stage = "whole";
  return { value: meOf(state, id) };
}
const accountOf = (state, person) => {
  const found = state.people.find((one) => one.person === person);
  if (!found) throw missing();
  return found;
};
const firstPassword = (account) => ({ account, first_password: "wx7q-4mtn-8vkc-2hdp", until_us: us() + 3 * 86400 * second });
const needsTwo = ({ purpose }) => purpose === "hold" || purpose === "retention";
const bytesOf = (text) => Buffer.from(text, "base64url");

export const answers = {
  ...registerAnswers,
  ...terminalAnswers,
  ...importAnswers,
  ...letterAnswers,
  logIn({ state, body }) {
    const who = state.people.find((one) => one.work_number === body.work_number && one.closed_us === null);
    const fits = who && body.password === password && (who.enrolled ? body.totp === totpCode : body.totp === undefined);
    if (!fits) throw new Refusal(401, "wrong_login", "工号、密码或动态口令不正确，请核对后重试。", "correct");
    const id = randomBytes(32).toString("hex");
    state.sessions.set(id, { person: who.person, csrf: randomBytes(32).toString("hex"), stage: who.enrolled ? "whole" : "enrolling", lacks: who.enrolled ? [] : ["password", "totp"] });
    state.expired = false;
    return { status: 201, value: meOf(state, id), headers: { "Set-Cookie": `__Host-liuhen=${id}; Path=/; Secure; HttpOnly; SameSite=Strict` } };
  },
  logOut({ state, session }) {
    state.sessions.delete(session.id);
    return { status: 204, headers: { "Set-Cookie": "__Host-liuhen=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0" } };
  },
  me: ({ state, session }) => ({ value: meOf(state, session.id) }),
  setPassword({ state, session, body }) {
    if (body.current !== password) throw new Refusal(403, "wrong_password", "原密码不正确，请核对后重试。", "correct");
    return settled(state, session.id, "password");
  },
  beginTotp: ({ session }) => ({ value: { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", uri: `otpauth://totp/liuhen:${session.who.work_number}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=liuhen` } }),
  confirmTotp({ state, session, body }) {
    if (body.totp !== totpCode) throw new Refusal(403, "wrong_totp", "动态口令不正确或已经用过，请等待下一个口令后重试。", "correct");
    session.who.enrolled = true;
    return settled(state, session.id, "totp");
  },
  listAccounts({ state, query }) {
    const fits = (one) =>
      (!query.q || [one.name, one.work_number, one.unit].some((text) => text.includes(query.q))) && (!query.role || one.roles.includes(query.role)) &&
      (query.open === undefined || (one.closed_us === null) === (query.open === "true"));
    return { value: page(state.empty ? state.people.filter((one) => one.roles.some((role) => role.endsWith("admin"))).filter(fits) : state.people.filter(fits), query) };
  },
  createAccount({ state, body }) {
    if (state.people.some((one) => one.work_number === body.work_number)) throw new Refusal(409, "work_number_taken", "该工号已有账号（含已注销的账号），请核对工号。", "correct");
    const account = { person: hash(`person ${body.work_number}`), ...body, licence: body.licence ?? null, roles: [], made_us: us(), closed_us: null, enrolled: false, last_login_us: null };
    state.people.push(account);
    return { status: 201, value: firstPassword(account) };
  },
  closeAccount({ state, at }) {
    const account = accountOf(state, at.person);
    Object.assign(account, { closed_us: us(), roles: [] });
    return { value: account };
  },
  resetAccount({ state, at }) {
    const account = accountOf(state, at.person);
    if (account.roles.some((role) => role.endsWith("admin"))) throw new Refusal(409, "console_only", "管理员账号须在采集站控制台重置，请联系采集站维护人员。", "back");
    Object.assign(account, { roles: [], enrolled: false });
    return { value: firstPassword(account) };
  },
  rolesOf({ state, at }) {
    const account = accountOf(state, at.person);
    const history = account.roles.map((role) => ({ role, given_us: account.made_us, given_by: null, ended_us: null, ended_by: null }));
    return { value: { person: account.person, roles: account.roles, history: [...(state.roleHistory.get(account.person) ?? []), ...history] } };
  },
  setRoles({ state, session, at, body }) {
    if (at.person === session.person) throw new Refusal(409, "own_roles", "不能更改本人的角色，请由另一名安全管理员办理。", "back");
    if (body.roles.length > 1 && body.roles.some((role) => role.endsWith("admin"))) throw new Refusal(409, "administrator_alone", "系统、安全、审计管理员不得兼任其他角色，请只选一项。", "correct");
    accountOf(state, at.person).roles = body.roles;
    return answers.rolesOf({ state, at });
  },
  findPeople({ state, query }) {
    const found = state.people.filter((one) => one.closed_us === null && one.roles.some((role) => !role.endsWith("admin")) && (!query.q || [one.name, one.work_number, one.unit].some((text) => text.includes(query.q))));
    return { value: page(found.map(nameOf), query) };
  },
  bays: ({ state }) => ({ value: { items: state.empty ? [] : state.bays, now_us: us() } }),
  todo: ({ state, session }) => ({ value: { items: todoFor(session.who, state), now_us: us() } }),
  quarantine: ({ state, query }) => ({ value: page(state.empty ? [] : state.quarantine.filter((one) => !query.device || one.device === query.device), query) }),
  status: ({ state }) => ({
    value: {
      origin: "dock.fangcheng.example/log", log_size: state.log.length, stored: 8123, quarantined: 3, forks: 0, receipts: 8123, free_bytes: 3_400_000_000_000, absent: 0, damaged: 0,
      second_copy: "", uncopied: 0, sandbox: "folders by Landlock 7, calls by seccomp", freezing: "immutable", version: "0.5.0",
    },
  }),
  listRecordings({ state, session, query }) {
    if (state.empty) return { value: { items: [], next: null } };
    const own = session.who.roles.every((role) => role === "officer");
    const found = state.recordings.filter(
      (one) =>
        (!own || one.officers.some((officer) => officer.person === session.person)) && (!query.device || one.device === query.device) && (!query.verdict || one.verdict === query.verdict) &&
        // What the register knows is the same of all of the double's recordings.
        [["unit", "城关市场监管所"], ["matter", "行政处罚/现场检查"], ["place", "城关路超市"], ["case", "方市监罚〔2026〕31号"]].every(([name, all]) => !query[name] || all.includes(query[name])) &&
        (!query.officer || one.officers.some((officer) => officer.person === query.officer)) && (!query.from_us || one.start_us >= Number(query.from_us)) && (!query.to_us || one.start_us < Number(query.to_us)),
    );
    return { value: page(found, query) };
  },
  recording({ state, at }) {
    const found = state.recordings.find((one) => one.device === at.device && one.generation === at.generation && one.start === at.start);
    if (!found) throw missing();
    return { value: makeTimeline(found, state.explanations) };
  },
  explainInterruption({ state, session, body }) {
    const told = state.explanations.get(body.seq) ?? [];
    state.explanations.set(body.seq, [...told, { words: body.words, by: nameOf(session.who), time_us: us() }]);
    return { status: 201, value: { event: 900 } };
  },
  custodyLog({ state, query }) {
    return { value: { ...page(state.log.filter((leaf) => !query.kind || leaf.kind === query.kind), query), size: state.log.length } };
  },
  audit({ state, query }) {
    const [admin, officer] = [state.people[7].person, state.people[0].person];
    const lines = [["login", officer, officer], ["login.failed", officer, null], ["totp.set", officer, officer], ["made", officer, admin], ["made", admin, null]];
    return { value: page(lines.map(([what, person, by], index) => ({ id: lines.length - index, time_us: now - index * 600 * second, what, person, by, detail: what === "login.failed" ? "192.168.1.20" : "" })), query) };
  },
  listRequests({ state, session, query }) {
    const own = query.mine === "true" || session.who.roles.every((role) => role === "officer");
    const found = state.empty ? [] : state.requests.filter((one) => (!query.state || one.state === query.state) && (!own || one.by.person === session.person));
    return { value: page(found, query) };
  },
  request({ state, at }) {
    const found = state.requests.find((one) => one.id === at.id);
    if (!found) throw missing();
    return { value: found };
  },
  createRequest({ state, session, body }) {
    keepScan(state, session, body);
    const made = { id: hash(`request ${Math.random()}`), ...body, outsider: body.outsider ?? null, case: body.case ?? null, by: nameOf(session.who), made_us: us(), leaf: state.log.length, state: "open", first_signature: null, decision: null, review: null };
    state.requests.unshift(made);
    return { status: 201, value: made };
  },
  approvalToSign({ state, session, at, query }) {
    const first = query.decision === "granted" ? state.requests.find((one) => one.id === at.id)?.first_signature : null;
    if (first?.by.person === session.person) throw new Refusal(409, "signed_first", "您已经签名，须由另一人再签名后才生效，请返回等待。", "back");
    if (first && (query.manner ?? "key") === first.manner && ["from_us", "until_us", "uses"].some((name) => Number(query[name]) !== first[name])) {
      throw new Refusal(409, "signed_otherwise", "已有人按其他期限、次数或方式签名，请刷新页面核对后再签名。", "reload");
    }
    const approval = Buffer.from(JSON.stringify({ request: at.id, ...query }));
    state.challenges.set(at.id, approval);
    const challenge = createHash("sha256").update("liuhen/approval").update(approval).digest("base64url");
    return { value: { approval: approval.toString("base64url"), public_key: { challenge, rpId: "localhost", timeout: 60000, userVerification: "required", allowCredentials: [{ type: "public-key", id: state.credential.id }] } } };
  },
  approve({ state, session, at, body, origin }) {
    const approval = bytesOf(body.approval);
    const client = bytesOf(body.client);
    const said = JSON.parse(client.toString("utf8"));
    const challenge = createHash("sha256").update("liuhen/approval").update(approval).digest("base64url");
    const signed = Buffer.concat([bytesOf(body.authenticator), createHash("sha256").update(client).digest()]);
    const key = createPublicKey({ key: state.credential.key, format: "der", type: "spki" });
    const holds =
      approval.equals(state.challenges.get(at.id) ?? Buffer.alloc(0)) && said.type === "webauthn.get" && said.challenge === challenge && said.origin === origin &&
      (bytesOf(body.authenticator)[32] & 5) === 5 && verify("sha256", signed, key, bytesOf(body.signature));
    if (!holds) throw new Refusal(403, "signature", "密钥签名未通过核验，请用本人登记的密钥重试。", "retry");
    const asked = JSON.parse(approval.toString("utf8"));
    const granted = asked.decision === "granted";
    const request = state.requests.find((one) => one.id === at.id);
    const first = request.first_signature;
    const manner = asked.manner ?? "key";
    if (granted && (needsTwo(request) || manner === "paper") && !first) {
      request.first_signature = { by: nameOf(session.who), time_us: us(), manner, from_us: Number(asked.from_us), until_us: Number(asked.until_us), uses: Number(asked.uses) };
      return { status: 202, value: request };
    }
    Object.assign(request, {
      state: asked.decision, first_signature: null,
      decision: {
        by: granted && first?.manner === manner ? [first.by, nameOf(session.who)] : [nameOf(session.who)], time_us: us(), grant: granted ? hash(`grant of ${at.id}`) : null, from_us: granted ? Number(asked.from_us) : null,
        until_us: granted ? Number(asked.until_us) : null, uses: granted ? Number(asked.uses) : null, used: 0, manner, leaf: state.log.length,
      },
    });
    return { status: 201, value: request };
  },
  reviewEmergency({ state, session, at, body }) {
    const request = state.requests.find((one) => one.id === at.id);
    if (!request) throw missing();
    if (request.decision?.manner !== "emergency") throw new Refusal(409, "not_emergency", "该申请不是已批准的紧急调阅，无须审查，请刷新页面查看。", "reload");
    if ([request.by, ...request.decision.by].some((one) => one.person === session.person)) {
      throw new Refusal(403, "own_review", "不得审查本人申请或本人批准的紧急调阅，请由其他机关负责人或法制监督员审查。", "back");
    }
    if (request.review) throw new Refusal(409, "reviewed_before", "这次紧急调阅已经审查，审查意见不能更改。请刷新页面查看审查意见。", "correct");
    request.review = { by: nameOf(session.who), at_us: us(), justified: body.justified, words: body.words };
    return { status: 201, value: request };
  },
  endGrant({ state, session, at, body }) {
    const request = state.requests.find((one) => one.id === at.id && one.decision?.grant === body.grant);
    if (!request) throw missing();
    if (request.by.person !== session.person && !session.who.roles.includes("head")) throw new Refusal(403, "forbidden", "您的角色无权进行此操作，如工作需要请联系安全管理员。", "ask_secadmin");
    request.state = "ended";
    return { value: request };
  },
  beginView({ state, session, body }) {
    const request = state.requests.find((one) => one.decision?.grant === body.grant && one.by.person === session.person);
    if (!request) throw new Refusal(403, "no_grant", "没有有效的批准，请先申请调阅。", "back");
    request.decision.used += 1;
    const id = hash(`view ${Math.random()}`);
    state.views.set(id, session.person);
    return { status: 201, value: { id, grant: body.grant, subject: body.subject, until_us: us() + 8 * 3600 * second, leaf: state.log.length, ...(body.subject.object ? { playlist: null, marks: null, file: `/api/v1/views/${id}/file` } : { playlist: `/api/v1/views/${id}/playlist.m3u8`, marks: `/api/v1/views/${id}/marks.vtt`, file: null }) } };
  },
};

const onePixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const viewed = ({ state, session, at }) => {
  if (state.views.get(at.id) !== session.person) throw missing();
};
/** Answers that are no JSON. `begin` writes the head and gives the response. */
export const streams = {
  ...letterStreams,
  events({ state, session }, request, begin) {
    const response = begin(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const tell = (event, value) => response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
    const may = session.who.roles.some((role) => ["officer", "custodian", "head", "supervisor"].includes(role));
    const all = () => {
      if (may) tell("bays", answers.bays({ state }).value);
      tell("todo", answers.todo({ state, session }).value);
    };
    all();
    const stream = { all, end: () => (tell("end", new Refusal(401, "not_logged_in", "您尚未登录或登录已过期，请重新登录。", "log_in").body()), response.end()), cut: () => response.destroy() };
    state.streams.add(stream);
    request.on("close", () => state.streams.delete(stream));
  },
  book({ state }, _, begin) {
    begin(200, { "Content-Type": "text/csv; charset=utf-8" }).end(bookOf(state));
  },
  playlist(context, _, begin) {
    viewed(context);
    begin(200, { "Content-Type": "application/vnd.apple.mpegurl" }).end(context.media.playlist);
  },
  viewFile(context, _, begin) {
    viewed(context);
    const bytes = context.state.brokenFile ? "another maker's" : onePixel;
    begin(200, { "Content-Type": context.state.brokenFile ? "application/octet-stream" : "image/png", "Content-Disposition": "attachment" }).end(bytes);
  },
  viewMarks(context, _, begin) {
    viewed(context);
    begin(200, { "Content-Type": "text/vtt" }).end(context.media.marks);
  },
  viewSegment(context, request, begin) {
    viewed(context);
    const bytes = context.media.files[Number(context.at.n)];
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (!range) return void begin(200, { "Content-Type": "video/mp4", "Content-Length": bytes.length }).end(bytes);
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
    begin(206, { "Content-Type": "video/mp4", "Content-Range": `bytes ${from}-${to}/${bytes.length}`, "Content-Length": to - from + 1 }).end(bytes.subarray(from, to + 1));
  },
};
