// SPDX-License-Identifier: Apache-2.0
// Letters as the double has them: a scan on its way for each person, and scans by their hash.
import { createHash } from "node:crypto";
import { courtScan } from "./day.mjs";
import { Refusal } from "./refusal.mjs";

const longest = 4 << 20;
const pieceBytes = 1 << 20;
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

export const makeScans = () => new Map([[hashOf(courtScan), courtScan]]);

/** What a request names must have come; it is kept from then on. */
export function keepScan(state, session, { outsider }) {
  if (!outsider) return;
  const scan = state.letters.get(session.person);
  if (!scan || hashOf(scan) !== outsider.scan) throw new Refusal(409, "letter_over", "来函扫描件没有完整送达，申请没有提交，请重新提交。", "retry");
  state.letters.delete(session.person);
  state.scans.set(outsider.scan, scan);
}

export const letterAnswers = {
  letterBytes({ state, session, query, body }) {
    const offset = Number(query.offset);
    const before = offset === 0 ? Buffer.alloc(0) : (state.letters.get(session.person) ?? Buffer.alloc(0));
    if (offset !== before.length || !body.length || body.length > pieceBytes) throw new Error(`a piece of ${body.length} bytes at ${offset}, where ${before.length} is due`);
    const scan = Buffer.concat([before, body]);
    if (scan.length > longest) throw new Error(`a scan of ${scan.length} bytes`);
    state.letters.set(session.person, scan);
    return { value: { offset: scan.length, scan: hashOf(scan) } };
  },
};

export const letterStreams = {
  letter({ state, at }, _, begin) {
    const { outsider } = state.requests.find((one) => one.id === at.id);
    const scan = state.scans.get(outsider.scan);
    if (!scan) throw new Refusal(409, "letter_gone", "采集站上已没有这份来函扫描件，请系统管理员从备份恢复。", "ask_sysadmin");
    begin(200, { "Content-Type": "application/octet-stream", "Cache-Control": "no-store", "Content-Disposition": `attachment; filename="letter-${outsider.scan.slice(0, 12)}.pdf"` }).end(scan);
  },
};
