// SPDX-License-Identifier: Apache-2.0
// After all cases: what the browser and the double noted on the way.
import assert from "node:assert/strict";
import test from "node:test";

// The browser itself puts refusals that a case provokes, and connections that a case breaks, on the console.
const provoked = /status of 4\d\d|net::ERR_(EMPTY_RESPONSE|CONNECTION_(CLOSED|REFUSED|RESET)|INCOMPLETE_CHUNKED_ENCODING|HTTP2_PROTOCOL_ERROR)/;

export function tidy(world) {
  test("nothing on the console, nothing from elsewhere, no breach of the contract", () => {
    assert.deepEqual(world.troubles.filter((one) => !provoked.test(one)), []);
    assert.deepEqual(world.double?.faults ?? [], []);
  });
}
