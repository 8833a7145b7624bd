// SPDX-License-Identifier: Apache-2.0
// What a bay's reason means to people at the bay. The dock's own words are technical and stay in the details.
import type { Phase } from "./bays";

/** The first that fits counts; the words are those of dock/ingest and dock/bay. */
const known: [RegExp, string][] = [
  [/custody log was rewritten/, "rewritten"],
  [/disk is full|no room|No space left/i, "full"],
  [/waits for the vault|vault/, "vault"],
  [/still recording/, "recording"],
  [/another bay is at it/, "twice"],
  [/now .* is there|calls itself another/, "other"],
  [/fork|two histories/i, "forked"],
  [/certificate|revoked|not certified|lost/i, "certificate"],
  [/no such file|is missing/, "absent"],
  [/clock|time of/, "clock"],
  [/did not verify|altered|does not verify|signature|hash/i, "altered"],
  [/connect|cable|timed? ?out|reset|broken pipe|end of (file|stream)|bytes were promised|were promised/i, "cable"],
];
const byPhase: Partial<Record<Phase, string>> = { quarantined: "altered", forked: "forked", waiting: "waiting" };

/** Key in `reason` of the texts. */
export function reasonOf(phase: Phase, note: string): string {
  if (phase === "forked") return "forked";
  return known.find(([words]) => words.test(note))?.[1] ?? byPhase[phase] ?? "unknown";
}
