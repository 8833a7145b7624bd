// SPDX-License-Identifier: Apache-2.0
// Times, sizes and spans as people read them. Times are microseconds UTC and shown in the browser's time zone.

const two = (value: number) => String(value).padStart(2, "0");

/** 2026-11-29 14:05 */
export function minute(us: number | null | undefined): string {
  if (us === null || us === undefined) return "—";
  const date = new Date(us / 1000);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 14:05:07 */
export function clock(us: number): string {
  const date = new Date(us / 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 2026-11-29 14:05:07 */
export const moment = (us: number | null | undefined) =>
  us === null || us === undefined ? "—" : `${minute(us).slice(0, 10)} ${clock(us)}`;

/** 1:02:05, of seconds */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 1.4 GB; powers of 1000, as media are sold */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** What a date field shows: 2026-11-29 14:05, whatever the language of the browser. */
export const forInput = (us: number) => minute(us);

/** 2026-11-29, 2026/11/29, 2026.11.29, 2026年11月29日 or 20261129; behind it a time of day where there may be one. */
const written = /^(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?(?:[ T]*(\d{1,2})[:：时](\d{1,2})分?)?$/;

/** Microseconds UTC of a day (its beginning) or of a day with a time; undefined if `text` is no such. */
export function fromInput(text: string): number | undefined {
  const found = written.exec(text.trim());
  if (!found) return undefined;
  const [year, month, day, hour, minutes] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  const date = new Date(year, month - 1, day, hour, minutes);
  const same = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day && date.getHours() === hour && date.getMinutes() === minutes;
  return same ? date.getTime() * 1000 : undefined;
}
