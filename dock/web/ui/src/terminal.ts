// SPDX-License-Identifier: Apache-2.0
// What the screen at the bays asks of the dock, and when it forgets.
import { onBeforeUnmount, onMounted } from "vue";
import type { Schemas } from "./api/client";

export type Terminal = Schemas["Terminal"];
export type TerminalBay = Schemas["TerminalBay"];
export type Shown = Schemas["TerminalShown"];

/** After so long without a key or a touch the screen is as nobody had been there. */
export const quietMs = 30_000;
/** How often the bays are looked at. */
export const paceMs = 3_000;

/** Calls `forget` when nobody has done anything for `quietMs`. */
export function useQuiet(forget: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(forget, quietMs);
  };
  const signs = ["keydown", "pointerdown"] as const;
  onMounted(() => {
    begin();
    signs.forEach((sign) => window.addEventListener(sign, begin, true));
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    signs.forEach((sign) => window.removeEventListener(sign, begin, true));
  });
}

/**
 * A card reader types digits and then Enter, wherever the focus is: where no card is asked for, that Enter must press nothing.
 * Calls `swiped` when a card was shown there.
 */
export function useSwipeGuard(swiped: () => void): void {
  let typed = 0;
  let last = 0;
  const listen = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "text") return;
    const quick = event.timeStamp - last < 500;
    last = event.timeStamp;
    if (/^[0-9A-Fa-f]$/.test(event.key)) {
      typed = quick ? typed + 1 : 1;
    } else {
      if (event.key === "Enter" && quick && typed >= 4) {
        event.preventDefault();
        event.stopPropagation();
        swiped();
      }
      typed = 0;
    }
  };
  onMounted(() => window.addEventListener("keydown", listen, true));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen, true));
}

/** When a recorder may be due back: this evening or tomorrow's, or in so many hours. Microseconds UTC. */
export function untils(now: Date): { key: "evening" | "tomorrow" | "hours"; hours: number; us: number }[] {
  const evening = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 18).getTime();
  const inHours = (hours: number) => ({ key: "hours" as const, hours, us: (now.getTime() + hours * 3600e3) * 1000 });
  const today = evening(0) - now.getTime() >= 3600e3 ? [{ key: "evening" as const, hours: 0, us: evening(0) * 1000 }] : [];
  return [...today, inHours(4), inHours(8), { key: "tomorrow" as const, hours: 0, us: evening(1) * 1000 }];
}
