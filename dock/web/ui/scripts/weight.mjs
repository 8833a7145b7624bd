// SPDX-License-Identifier: Apache-2.0
// Weighs what the first page loads, compressed as the dock would, and fails above the bar: node scripts/weight.mjs
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const bar = 500_000;
const built = join(dirname(fileURLToPath(import.meta.url)), "../../../../build/ui");
const html = readFileSync(join(built, "index.html"), "utf8");
if (/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i.test(html)) {
  console.error("weight: index.html has something inline, which the policy of the dock forbids");
  process.exit(1);
}
// The entry with what it imports at once, and the two pages that a log-in shows.
const wanted = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1]));
const entry = [...wanted].find((name) => name.endsWith(".js"));
const named = readFileSync(join(built, entry), "utf8").matchAll(/assets\/(?:LogIn|Today)-[\w-]+\.(?:js|css)/g);
for (const found of named) wanted.add(found[0]);
for (const name of wanted) {
  if (!name.endsWith(".js")) continue;
  for (const found of readFileSync(join(built, name), "utf8").matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) {
    wanted.add(`assets/${found[1]}`);
  }
}
let total = gzipSync(html).length;
for (const name of wanted) total += gzipSync(readFileSync(join(built, name))).length;
console.log(`weight: first page ${Math.round(total / 1000)} kB compressed in ${wanted.size + 1} files, bar ${bar / 1000} kB`);
process.exit(total <= bar ? 0 : 1);
