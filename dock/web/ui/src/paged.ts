// SPDX-License-Identifier: Apache-2.0
// A list that comes page by page by cursor, with what a page of it needs: busy, problem, back and forth.
import { onUnmounted, ref, shallowRef } from "vue";
import { asProblem, type Problem } from "./api/client";

interface Page<T> {
  items: T[];
  next: string | null;
}

/** `read` asks for one page after a cursor (undefined: the first). Nothing is asked before the first `reload`. */
export function usePaged<T, P extends Page<T> = Page<T>>(read: (after: string | undefined, signal: AbortSignal) => Promise<P>) {
  const items = shallowRef<T[]>([]);
  const whole = shallowRef<P | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  const page = ref(1);
  const more = ref(false);
  let cursors: (string | undefined)[] = [undefined];
  let running: AbortController | null = null;

  async function show(index: number) {
    running?.abort();
    const mine = (running = new AbortController());
    busy.value = true;
    try {
      const got = await read(cursors[index], mine.signal);
      items.value = got.items;
      whole.value = got;
      page.value = index + 1;
      more.value = got.next !== null;
      cursors = [...cursors.slice(0, index + 1), got.next ?? undefined];
      problem.value = null;
    } catch (error) {
      if (mine.signal.aborted) return; // a newer question replaced this one
      problem.value = asProblem(error);
    }
    busy.value = false;
  }
  onUnmounted(() => running?.abort());
  return {
    items, whole, problem, busy, page, more,
    reload: () => {
      cursors = [undefined];
      return show(0);
    },
    turn: (by: 1 | -1) => show(page.value - 1 + by),
    again: () => show(page.value - 1),
  };
}
