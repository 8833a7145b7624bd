// SPDX-License-Identifier: Apache-2.0
// What the cases run against: the double, or a running dock.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { playedFrom } from "../double/day.mjs";
import { makeMedia } from "../double/media.mjs";
import { Double } from "../double/server.mjs";
import { password, totpCode } from "../double/state.mjs";
import { makeIdentity, openBrowser, spkiOf } from "./browser.mjs";
import { totpNow } from "./totp.mjs";

export const top = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const numbers = { officer: "1001", custodian: "2001", head: "3001", supervisor: "4001", reviewer: "4002", sysadmin: "9001", secadmin: "9002", audadmin: "9003" };

/** {origin, double or null, account(role), open(size) → browser, artefacts, troubles, close()} */
export async function openWorld() {
  const artefacts = process.env.LIUHEN_ARTEFACTS ?? join(top, "build/browser");
  mkdirSync(artefacts, { recursive: true });
  const troubles = [];
  const common = { artefacts, troubles };
  if (process.env.LIUHEN_DOCK_ORIGIN) {
    const origin = process.env.LIUHEN_DOCK_ORIGIN;
    const spki = spkiOf(readFileSync(process.env.LIUHEN_DOCK_CERTIFICATE));
    // role → {work_number, password, totp_secret}
    const accounts = JSON.parse(readFileSync(process.env.LIUHEN_DOCK_ACCOUNTS, "utf8"));
    const account = (role) => accounts[role] && { ...accounts[role], totp: totpNow(accounts[role].totp_secret) };
    return { ...common, origin, double: null, account, open: (size) => openBrowser(spki, size, troubles, origin), close: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), "liuhen-media-"));
  const double = new Double(top, makeMedia(folder, playedFrom));
  rmSync(folder, { recursive: true });
  const identity = makeIdentity();
  await double.listen(identity);
  const account = (role) => ({ work_number: numbers[role] ?? role, password, totp: role === "1003" ? undefined : totpCode });
  return { ...common, origin: double.origin, double, account, open: (size) => openBrowser(identity.spki, size, troubles, double.origin), close: () => double.close() };
}
