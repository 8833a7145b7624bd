// SPDX-License-Identifier: Apache-2.0
// Writes who may do what, as openapi.yaml has it in x-roles: node scripts/roles.mjs CONTRACT OUT
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const [contract, out] = process.argv.slice(2);
const lines = [];
for (const path of Object.values(parse(readFileSync(contract, "utf8")).paths)) {
  for (const operation of Object.values(path)) {
    if (!operation?.operationId) continue;
    lines.push(`  ${operation.operationId}: ${JSON.stringify(operation["x-roles"])},`);
  }
}
const head = "// Made from openapi.yaml by scripts/roles.mjs; not tracked.\n";
writeFileSync(out, `${head}export const rolesOf = {\n${lines.join("\n")}\n} as const;\nexport type Operation = keyof typeof rolesOf;\n`);
