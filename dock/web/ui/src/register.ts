// SPDX-License-Identifier: Apache-2.0
// What several pages read of the register, whole: a bureau has hundreds of people and recorders, not thousands.
import { call, type Schemas } from "./api/client";

export type Officer = Schemas["Officer"];
export type Device = Schemas["RegisteredDevice"];
export type Unit = Schemas["Unit"];
export type Handout = Schemas["Handout"];

/** All pages of a list. */
export async function everyOf<T>(read: (after: string | undefined) => Promise<{ items: T[]; next: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    all.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return all;
}

export const allOfficers = () => everyOf<Officer>((after) => call("get", "/api/v1/officers", { query: { limit: 200, after } }));
export const allDevices = () => everyOf<Device>((after) => call("get", "/api/v1/devices", { query: { limit: 200, after } }));
export const allUnits = () => everyOf<Unit>((after) => call("get", "/api/v1/units", { query: { limit: 200, after } }));
export const allOverdue = () => everyOf<Handout>((after) => call("get", "/api/v1/handouts", { query: { limit: 200, after, state: "overdue" } }));

/** Who stands where a name is to be chosen: the unit before the person, as the house rule is. */
export const shownOfficer = (one: Officer, units: Unit[]) => `${units.find((unit) => unit.unit === one.unit)?.name ?? one.unit} · ${one.name}（${one.work_number}）`;
export const byUnit = (officers: Officer[], units: Unit[]) =>
  officers.filter((one) => !one.closed).map((one) => ({ person: one.person, text: shownOfficer(one, units) })).sort((a, b) => a.text.localeCompare(b.text, "zh-CN"));

/** The rows of a CSV text (RFC 4180, quotes doubled within quotes). */
export function rowsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const text = csv.replace(/^\uFEFF/, "");
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ",") {
      row.push(cell);
      cell = "";
    } else if (letter === "\n") {
      rows.push([...row, cell.replace(/\r$/, "")]);
      row = [];
      cell = "";
    } else cell += letter;
  }
  if (cell || row.length) rows.push([...row, cell]);
  return rows;
}
