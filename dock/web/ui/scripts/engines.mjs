// SPDX-License-Identifier: Apache-2.0
// Fails if a package of the lock file does not run on Debian 12's node: node scripts/engines.mjs [LOCK...]
import { readFileSync } from "node:fs";
import semver from "semver";

const debian = "18.20.4";
const locks = process.argv.slice(2).length ? process.argv.slice(2) : ["package-lock.json"];
let bad = 0;
let read = 0;
for (const lock of locks) {
  for (const [path, entry] of Object.entries(JSON.parse(readFileSync(lock, "utf8")).packages)) {
    read += 1;
    const wanted = entry.engines?.node;
    if (wanted && !semver.satisfies(debian, wanted)) {
      console.error(`${lock}: ${path || "(itself)"} wants node ${wanted}; Debian 12 has ${debian}`);
      bad += 1;
    }
  }
}
console.log(`engines: ${read} packages, ${bad || "none"} that node ${debian} cannot run`);
process.exit(bad ? 1 : 0);
