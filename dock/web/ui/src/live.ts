// SPDX-License-Identifier: Apache-2.0
// What the dock tells by itself: bays and to-do list, over one stream of server-sent events.
import { reactive } from "vue";
import { Problem, call, watcher, type Schemas } from "./api/client";

export const live = reactive({
  bays: null as Schemas["Bays"] | null,
  todo: null as Schemas["Todo"] | null,
  /** false while the stream is broken: what is shown may be old. */
  fresh: false,
});

let stream: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;

export function listen(): void {
  if (stream) return;
  clearTimeout(again);
  const opened = new EventSource("/api/v1/events");
  stream = opened;
  opened.addEventListener("bays", (event) => {
    live.bays = JSON.parse(event.data) as Schemas["Bays"];
    live.fresh = true;
  });
  opened.addEventListener("todo", (event) => {
    live.todo = JSON.parse(event.data) as Schemas["Todo"];
    live.fresh = true;
  });
  opened.addEventListener("end", (event) => {
    const { error } = JSON.parse(event.data) as Schemas["Error"];
    silence();
    watcher.problem(new Problem(401, error.code, error.message_zh, error.message_en, error.action));
  });
  opened.addEventListener("error", () => {
    live.fresh = false;
    if (opened.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
    stream = null;
    // Refused: GET /me tells whether the session is over; else the dock is away and is asked again.
    call("get", "/api/v1/me").catch(() => undefined);
    again = setTimeout(listen, 5000);
  });
}

export function silence(): void {
  clearTimeout(again);
  stream?.close();
  stream = null;
  live.bays = null;
  live.todo = null;
  live.fresh = false;
}

/** Breaks the wait of the browser and connects at once. */
export function listenAgain(): void {
  stream?.close();
  stream = null;
  listen();
}
