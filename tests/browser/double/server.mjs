// SPDX-License-Identifier: Apache-2.0
// A test double of the dock, for pages only: it serves the built page under the real policy and answers as the contract says.
// Every answer and every body is judged by the contract; what is wrong with one stands in `faults` and fails the tests.
import { createServer } from "node:https";
import { readFileSync, existsSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { randomBytes } from "node:crypto";
import { Contract } from "./contract.mjs";
import { answers, streams } from "./answers.mjs";
import { Refusal } from "./refusal.mjs";
import { freshState } from "./state.mjs";
import { admitTerminal } from "./terminal.mjs";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };

/** The policy as the dock's own code has it, so that pages are tried under that one. */
function policyOf(top) {
  const source = join(top, "dock/web/api/server.cpp");
  const found = existsSync(source) && /kPolicy =\s*((?:"[^"]*"\s*)+);/.exec(readFileSync(source, "utf8"));
  if (found) return [...found[1].matchAll(/"([^"]*)"/g)].map((part) => part[1]).join("");
  return "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

export class Double {
  constructor(top, media) {
    this.top = top;
    this.contract = new Contract(join(top, "dock/web/api/openapi.yaml"));
    this.policy = policyOf(top);
    this.media = media;
    this.faults = [];
    this.seen = new Set();
    this.reset();
  }

  reset() {
    this.state = freshState();
  }

  async listen(tls) {
    this.server = createServer(tls, (request, response) => {
      this.#handle(request, response).catch((error) => {
        this.faults.push(`${request.method} ${request.url}: ${error.stack}`);
        response.destroy();
      });
    });
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.origin = `https://localhost:${this.server.address().port}`;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  #head(response, status, more) {
    response.writeHead(status, { "Content-Security-Policy": this.policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", ...more });
  }

  async #handle(request, response) {
    const url = new URL(request.url, this.origin);
    if (!url.pathname.startsWith("/api/")) return this.#file(url.pathname, response);
    if (this.state.down) return response.destroy();
    const one = this.contract.find(request.method, url.pathname);
    if (!one) return this.#json(response, null, new Refusal(404, "no_such_path", "没有这个地址，请返回首页。", "back"));
    this.seen.add(one.id);
    try {
      const session = this.#admit(request, one);
      const unknown = this.contract.unknownQuery(one, [...url.searchParams.keys()]);
      if (unknown.length) throw new Error(`the page asks with ${unknown} of ${one.id}`);
      const body = await this.#body(request, one);
      const context = { state: this.state, media: this.media, session, at: one.at, query: Object.fromEntries(url.searchParams), body, origin: this.origin };
      if (streams[one.id]) return streams[one.id](context, request, (status, headers) => (this.#head(response, status, headers), response));
      const { status = 200, value, headers } = await answers[one.id](context);
      return this.#json(response, one, { status, value, headers });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#json(response, one, error);
    }
  }

  /** The session, if the request may be answered at all. */
  #admit(request, one) {
    if (one.roles.includes("anonymous")) return null;
    if (one.roles.includes("terminal")) return admitTerminal(this.state, request);
    const id = /__Host-liuhen=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
    const session = id && this.state.sessions.get(id);
    if (!session || this.state.expired) throw new Refusal(401, "not_logged_in", "您尚未登录或登录已过期，请重新登录。", "log_in");
    const person = this.state.people.find((each) => each.person === session.person);
    const allowed = session.stage === "enrolling" ? one.roles.includes("enrolling") : one.roles.includes("signed-in") || person.roles.some((role) => one.roles.includes(role));
    if (!allowed) throw new Refusal(403, "forbidden", "您的角色无权进行此操作，如工作需要请联系安全管理员。", "ask_secadmin");
    if (!["GET", "HEAD"].includes(request.method) && request.headers["x-csrf-token"] !== session.csrf) {
      throw new Refusal(403, "wrong_csrf", "页面已失效，请刷新页面后重试。", "reload");
    }
    return { ...session, id, who: person };
  }

  async #body(request, one) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (one.operation.requestBody?.content["application/octet-stream"]) {
      if (request.headers["content-type"] !== "application/octet-stream") throw new Error(`the page sends ${request.headers["content-type"]} to ${one.id}`);
      return Buffer.concat(chunks);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    const value = text ? JSON.parse(text) : undefined;
    const wrong = this.contract.body(one, value);
    if (wrong) throw new Error(`the page sends what the contract does not take: ${wrong}`);
    return value;
  }

  #json(response, one, answer) {
    const value = answer instanceof Refusal ? answer.body() : answer.value;
    const wrong = one && this.contract.answer(one, answer.status, value);
    if (wrong) this.faults.push(wrong);
    this.#head(response, answer.status, { "Cache-Control": "no-store", ...(value === undefined ? {} : { "Content-Type": "application/json" }), ...answer.headers });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  }

  #file(path, response) {
    const wanted = normalize(join(this.top, "build/ui", ["/", "/bay"].includes(path) ? "index.html" : path));
    if (!wanted.startsWith(join(this.top, "build/ui")) || !existsSync(wanted)) {
      this.faults.push(`the page asks for ${path}, which is no file of it`);
      this.#head(response, 404, {});
      return response.end();
    }
    this.#head(response, 200, { "Content-Type": types[extname(wanted)] ?? "application/octet-stream" });
    return response.end(readFileSync(wanted));
  }
}

export const newSession = () => randomBytes(32).toString("hex");
