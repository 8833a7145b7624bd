// SPDX-License-Identifier: Apache-2.0
// The contract (openapi.yaml) as a judge: which operation a request is, who may, and whether bodies are as promised.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

export class Contract {
  constructor(file) {
    this.document = parse(readFileSync(file, "utf8"));
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    this.ajv.addSchema(this.document, "contract");
    this.operations = [];
    for (const [path, methods] of Object.entries(this.document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation?.operationId) continue;
        const pattern = new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{(\w+)\}/g, "(?<$1>[^/]+?)")}$`);
        this.operations.push({ id: operation.operationId, method: method.toUpperCase(), path, pattern, roles: operation["x-roles"], operation });
      }
    }
  }

  /** The operation with its path's values, or null. */
  find(method, path) {
    for (const one of this.operations) {
      const found = one.method === method && one.pattern.exec(path);
      if (found) {
        const at = Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
        return { ...one, at };
      }
    }
    return null;
  }

  #check(pointer, value) {
    const validate = this.ajv.getSchema(`contract#${pointer}`) ?? this.ajv.compile({ $ref: `contract#${pointer}` });
    return validate(value) ? null : `${pointer}: ${this.ajv.errorsText(validate.errors)}`;
  }

  #at(one) {
    return `/paths/${one.path.replace(/~/g, "~0").replace(/\//g, "~1").replace(/\{/g, "%7B").replace(/\}/g, "%7D")}/${one.method.toLowerCase()}`;
  }

  /** What is wrong with a request's body, or null. */
  body(one, value) {
    if (!one.operation.requestBody) return value === undefined ? null : `${one.id}: takes no body`;
    return this.#check(`${this.#at(one)}/requestBody/content/application~1json/schema`, value);
  }

  /** What is wrong with an answer, or null. */
  answer(one, status, value) {
    if (status >= 400) return this.#check("/components/schemas/Error", value);
    const promised = one.operation.responses[String(status)];
    if (!promised) return `${one.id}: does not promise ${status}`;
    if (!promised.content?.["application/json"]) return value === undefined ? null : `${one.id}: promises no JSON`;
    return this.#check(`${this.#at(one)}/responses/${status}/content/application~1json/schema`, value);
  }

  /** Names of query parameters that the contract does not know. */
  unknownQuery(one, names) {
    const known = (one.operation.parameters ?? []).map((entry) => {
      const named = entry.$ref ? this.document.components.parameters[entry.$ref.split("/").pop()] : entry;
      return named.in === "query" ? named.name : null;
    });
    return names.filter((name) => !known.includes(name));
  }
}
