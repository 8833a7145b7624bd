// SPDX-License-Identifier: Apache-2.0
// What the double remembers while the tests run; tests turn its switches.
import { makeBays, makeLog, makePeople, makeQuarantine, makeRecordings, makeRequests } from "./day.mjs";
import { makeImports } from "./imports.mjs";
import { makeScans } from "./letters.mjs";
import { makeRegister } from "./register.mjs";
import { makeTerminal } from "./terminal.mjs";

export const password = "correct horse battery";
export const totpCode = "123456";

export function freshState() {
  const people = makePeople();
  return {
    people,
    roleHistory: new Map(),
    bays: makeBays(people),
    register: makeRegister(people),
    terminal: makeTerminal(),
    recordings: makeRecordings(people),
    requests: makeRequests(people),
    quarantine: makeQuarantine(),
    imports: makeImports(),
    uploads: new Map(), // by person
    letters: new Map(), // scans on their way, by person
    scans: makeScans(), // by hash
    noRoom: false, // the vault's disk is full
    log: makeLog(),
    views: new Map(),
    explanations: new Map(), // by the interruption's seq
    audit: [],
    sessions: new Map(),
    streams: new Set(),
    credential: null, // {id, key}: of the head's authenticator
    challenges: new Map(),
    down: false, // the dock restarts
    expired: false, // every session has ended
    empty: false, // a dock at its first start
    long: false, // very long names
  };
}
