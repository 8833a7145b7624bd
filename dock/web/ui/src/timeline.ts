// SPDX-License-Identifier: Apache-2.0
// What the one timeline of a recording shows, made from what the dock says of it. Times are µs UTC.
import type { Schemas } from "./api/client";

export type Timeline = Schemas["Timeline"];
export type Kind = Schemas["Verdict"] | "missing";

export interface Stretch {
  from: number;
  to: number;
  kind: Kind;
  preEvent: boolean;
}
export interface Cut {
  seq: string;
  from: number;
  /** The end of the recording where it never resumed. */
  to: number;
  resumed: boolean;
  cause: string;
  by: string;
  /** The first spoken explanation between this cut's end and the next cut. */
  said: Timeline["statements"][number] | null;
  written: Timeline["interruptions"][number]["explanations"];
}
export interface Shape {
  from: number;
  to: number;
  stretches: Stretch[];
  cuts: Cut[];
}

export function shapeOf(timeline: Timeline): Shape {
  const { recording, segments, interruptions, statements, marks } = timeline;
  const times = [
    recording.start_us, recording.end_us ?? recording.start_us,
    ...segments.flatMap((segment) => [segment.start_us, segment.end_us]),
    ...interruptions.flatMap((cut) => [cut.start_us, cut.end_us ?? cut.start_us]),
    ...marks.map((mark) => mark.time_us), ...statements.map((one) => one.time_us),
  ];
  const from = times.reduce((a, b) => Math.min(a, b));
  const to = Math.max(from + 1e6, times.reduce((a, b) => Math.max(a, b)));
  const inOrder = [...interruptions].sort((a, b) => a.start_us - b.start_us);
  const cuts = inOrder.map((cut, index): Cut => {
    const end = cut.end_us ?? recording.end_us ?? to;
    const next = inOrder[index + 1]?.start_us ?? Infinity;
    return {
      seq: cut.seq, from: cut.start_us, to: end, resumed: cut.end_us !== null, cause: cut.cause, by: cut.declared_by, written: cut.explanations,
      said: statements.find((one) => one.what === "resume" && one.time_us >= cut.start_us && one.time_us < next) ?? null,
    };
  });
  const stretches = segments.map((segment): Stretch => ({
    from: segment.start_us, to: segment.end_us, preEvent: segment.pre_event,
    kind: segment.object === null ? "missing" : (segment.verdict ?? "unproven"),
  }));
  return { from, to, stretches, cuts };
}

/** Neighbours of one kind as one, for the words beside the picture. */
export function missingSpans(shape: Shape): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const stretch of [...shape.stretches].sort((a, b) => a.from - b.from)) {
    if (stretch.kind !== "missing") continue;
    const last = spans[spans.length - 1];
    if (last && stretch.from - last.to < 1e6) last.to = stretch.to;
    else spans.push({ from: stretch.from, to: stretch.to });
  }
  return spans;
}

/** Times for the ruler: at most `most`, at round steps. */
export function ticks(from: number, to: number, most: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map((seconds) => seconds * 1e6);
  const step = steps.find((one) => (to - from) / one <= most) ?? steps[steps.length - 1]!;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && found.length < 200; at += step) found.push(at);
  return found;
}
