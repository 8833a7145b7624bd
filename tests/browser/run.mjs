// SPDX-License-Identifier: Apache-2.0
// Tries the page in Debian's Chromium: node run.mjs [shots login clicks replay states keyboard review accounts desk bay imports letters firefox]
//   against the double (tests/browser/double): all cases
//   LIUHEN_DOCK_ORIGIN=https://localhost:8443 LIUHEN_DOCK_CERTIFICATE=FILE LIUHEN_DOCK_ACCOUNTS=FILE: against a running dock, the cases that need no double
//   --dock BIN_FOLDER: against the real dock, vault and recorder of these programs, started here and filled with a day (real/story.mjs)
// Screenshots go to build/browser (LIUHEN_ARTEFACTS names another folder).
import { existsSync, mkdirSync } from "node:fs";
import { after } from "node:test";
import { openWorld, top } from "./support/world.mjs";
import { tidy } from "./cases/tidy.mjs";

if (!existsSync(`${top}/build/ui/index.html`)) {
  console.error("tests/browser: build/ui is not there; run `npm ci && npm run build` in dock/web/ui");
  process.exit(2);
}
const asked = process.argv.indexOf("--dock");
if (asked > 0) {
  const { openSite } = await import("./real/site.mjs");
  const artefacts = process.env.LIUHEN_ARTEFACTS ?? `${top}/build/browser`;
  mkdirSync(artefacts, { recursive: true });
  const troubles = [];
  const site = await openSite(top, process.argv[asked + 1]);
  after(() => site.close());
  const accounts = (await import("./real/story.mjs")).story(site, artefacts, troubles);
  if (existsSync(process.env.LIUHEN_FIREFOX ?? "/usr/bin/firefox-esr")) {
    (await import("./real/firefox.mjs")).firefox(site.origin, artefacts, accounts.ready);
  } else console.error("tests/browser: Firefox is not there; `apt-get install firefox-esr` and run again");
  tidy({ troubles });
} else {
  await againstWorld();
}

async function againstWorld() {
  const world = await openWorld();
  after(() => world.close());

  const wanted = process.argv.slice(2);
  const takes = (name) => wanted.length === 0 || wanted.includes(name);
  if (takes("shots")) (await import("./cases/shots.mjs")).shots(world);
  if (world.double) {
    if (takes("firefox")) (await import("./real/firefox.mjs")).firefox(world.origin, world.artefacts, world.account);
    for (const name of ["login", "clicks", "replay", "states", "keyboard", "review", "accounts", "desk", "bay", "imports", "letters"]) {
      if (takes(name)) (await import(`./cases/${name}.mjs`)).cases(world);
    }
  }
  tidy(world);
}
