// SPDX-License-Identifier: Apache-2.0
// Puts X.gz beside each built file that shrinks: the dock serves it to who takes gzip, and compresses nothing itself.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const built = join(dirname(fileURLToPath(import.meta.url)), "../../../../build/ui");
let count = 0;
for (const folder of [built, join(built, "assets")]) {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (!item.isFile() || item.name.endsWith(".gz")) continue;
    const bytes = readFileSync(join(folder, item.name));
    const packed = gzipSync(bytes, { level: 9 });
    if (packed.length >= bytes.length) continue;
    writeFileSync(join(folder, `${item.name}.gz`), packed);
    count += 1;
  }
}
console.log(`pack: ${count} files`);
