// SPDX-License-Identifier: Apache-2.0
// What the double says no with, and a page of a list.
export class Refusal extends Error {
  constructor(status, code, zh, action, en = "Refused.") {
    super(code);
    Object.assign(this, { status, zh, action, en });
  }
  body() {
    return { error: { code: this.message, message_zh: this.zh, message_en: this.en, action: this.action } };
  }
}

export function page(items, { limit = "50", after }) {
  const from = after ? Number(after) : 0;
  const to = from + Number(limit);
  return { items: items.slice(from, to), next: to < items.length ? String(to) : null };
}
