// SPDX-License-Identifier: Apache-2.0
// A real dock with its vault and a recorder (real/site.py), for as long as the tests run.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { spkiOf } from "../support/browser.mjs";
import { totpNow } from "../support/totp.mjs";

/** {origin, spki, first, fill() → log-ins, terminalCode(), close()} */
export async function openSite(top, programs) {
  const child = spawn("/usr/bin/python3", [join(top, "tests/browser/real/site.py"), "--programs", programs, "--ui", join(top, "build/ui")], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the dock did not come up, or did not take the day; see above");
    return JSON.parse(value);
  };
  const site = await next();
  return {
    origin: site.origin,
    spki: spkiOf(site.certificate),
    certificate: site.certificate,
    first: site.first,
    fill: async () => {
      child.stdin.write("fill\n");
      return next();
    },
    terminalCode: async () => {
      child.stdin.write("terminal\n");
      return next();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** A code that was not used yet: the dock takes each once, and one of the near future. `account.step` is the last used. */
export async function freshCode(account) {
  const present = () => Math.floor(Date.now() / 30000);
  const step = Math.max(present(), account.step + 1);
  while (step > present() + 1) await new Promise((done) => setTimeout(done, 500));
  account.step = step;
  return totpNow(account.secret, step * 30);
}
