// SPDX-License-Identifier: Apache-2.0
// Asks the dock, typed by its contract; whatever goes wrong comes as a Problem with a sentence and one thing to do.
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Action = Schemas["Error"]["error"]["action"];

type Method = "get" | "post" | "put" | "delete";
type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R & (200 | 201)]: R[S] extends { content: { "application/json": infer B } } ? B : never }[keyof R & (200 | 201)]
  : never;
type Part<O, K extends string> = O extends { parameters: infer P } ? (P extends { [k in K]?: infer V } ? V : never) : never;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : O extends { requestBody?: { content: { "application/octet-stream": unknown } } } ? Blob : never;

export interface Ask<O> {
  at?: Part<O, "path">;
  query?: Part<O, "query">;
  body?: Body<O>;
  signal?: AbortSignal;
  /** In place of the session's token: a terminal's. */
  csrf?: string;
}

/** What the dock refused, or why it could not be asked (status 0: it did not answer). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly zh: string,
    readonly en: string,
    readonly action: Action,
    readonly field?: string,
    readonly retryAfterS?: number,
  ) {
    super(code);
  }
}

const away = () =>
  new Problem(
    0,
    "dock_away",
    "采集站没有应答，可能正在重新启动。已采集的音像记录不受影响，请稍候片刻再重试。",
    "The dock does not answer; it may be restarting. Recordings already stored are safe. Wait a moment and try again.",
    "retry",
  );

/** The CSRF token of the session; set by session.ts. */
export const token = { csrf: "" };
/** Told of every Problem before the caller is; set by session.ts. */
export const watcher: { problem: (problem: Problem) => void } = { problem: () => undefined };

function address(path: string, at: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(at[name])));
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  }
  const text = words.toString();
  return text ? `${filled}?${text}` : filled;
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const { error } = (await answer.json()) as Schemas["Error"];
    return new Problem(answer.status, error.code, error.message_zh, error.message_en, error.action, error.field, error.retry_after_s);
  } catch {
    return away(); // not the dock's own words: something before it answered
  }
}

export async function call<P extends keyof paths, M extends Method & keyof paths[P]>(
  method: M,
  path: P,
  ask: Ask<paths[P][M]> = {},
): Promise<Answer<paths[P][M]>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const csrf = ask.csrf ?? token.csrf;
  if (method !== "get" && csrf) headers["X-CSRF-Token"] = csrf;
  const init: RequestInit = { method: String(method).toUpperCase(), headers, signal: ask.signal, cache: "no-store" };
  const body: unknown = ask.body;
  if (body instanceof Blob) {
    headers["Content-Type"] = "application/octet-stream";
    init.body = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let problem: Problem;
  try {
    const answer = await fetch(address(path, (ask.at ?? {}) as Record<string, unknown>, (ask.query ?? {}) as Record<string, unknown>), init);
    if (answer.status === 204) return undefined as Answer<paths[P][M]>;
    if (answer.ok) return (await answer.json()) as Answer<paths[P][M]>;
    problem = await problemOf(answer);
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    problem = away();
  }
  watcher.problem(problem);
  throw problem;
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : away();
}

/** An answer that is no JSON. */
async function answerOf(target: string): Promise<Response> {
  let problem: Problem;
  try {
    const answer = await fetch(target, { cache: "no-store" });
    if (answer.ok) return answer;
    problem = await problemOf(answer);
  } catch {
    problem = away();
  }
  watcher.problem(problem);
  throw problem;
}

/** What comes behind the head, unless the dock goes away amid it. */
async function whole<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch {
    const problem = away();
    watcher.problem(problem);
    throw problem;
  }
}

/** Asks for an answer that is text, not JSON. */
export async function callText(path: keyof paths, query: Record<string, unknown>): Promise<string> {
  return whole((await answerOf(address(path, {}, query))).text());
}

/** Asks for an answer that is a file to save, under the name that the dock gives it. */
export async function callFile(path: keyof paths, at: Record<string, unknown>): Promise<{ file: Blob; name: string }> {
  const answer = await answerOf(address(path, at, {}));
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "file";
  return { file: await whole(answer.blob()), name };
}
