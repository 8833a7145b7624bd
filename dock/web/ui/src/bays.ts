// SPDX-License-Identifier: Apache-2.0
// Which colour a bay's phase has.
import type { Schemas } from "./api/client";

export type Phase = Schemas["Bay"]["phase"];
export type Colour = "idle" | "busy" | "good" | "warn" | "bad";

const colours: Record<Phase, Colour> = {
  empty: "idle",
  connecting: "busy", witnessing: "busy", docking: "busy", ledger: "busy", footage: "busy",
  done: "good",
  paused: "warn", waiting: "warn", flawed: "warn",
  quarantined: "bad", forked: "bad", failed: "bad",
};

export const colourOf = (phase: Phase): Colour => colours[phase];

/** The bad first, then the slow, the busy, the done, the empty; each in the dock's order. */
export function pressing(bays: Schemas["Bay"][]): Schemas["Bay"][] {
  const order: Colour[] = ["bad", "warn", "busy", "good", "idle"];
  return [...bays].sort((a, b) => order.indexOf(colourOf(a.phase)) - order.indexOf(colourOf(b.phase)));
}
