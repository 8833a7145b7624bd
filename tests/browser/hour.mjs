// SPDX-License-Identifier: Apache-2.0
// A long recording in the page before a real dock: how long the first frame and seeks take, and that each shows its own place.
// Started by tests/web/hour_played.py, which says where and who in the file of the first argument.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { logIn, openBrowser, spkiOf } from "./support/browser.mjs";

const site = JSON.parse(readFileSync(process.argv[2], "utf8"));

test("a long recording, in the page", async (t) => {
  const troubles = [];
  const browser = await openBrowser(spkiOf(readFileSync(site.certificate)), [1366, 768], troubles, site.origin);
  const { page } = browser;
  t.after(() => browser.close());
  page.setDefaultTimeout(60000);
  await logIn(page, site.origin, site.supervisor);
  await page.goto(`${site.origin}/#/recordings/${site.film.device}/${site.film.generation}/${site.film.start}`);
  const begin = page.locator(".stage button:has-text('开始回放')");
  await begin.waitFor();
  // By the page's own clock: from the press until the picture is there.
  await page.evaluate(() => {
    window.moments = {};
    document.addEventListener("click", () => (window.moments.pressed ??= performance.now()), true);
    document.addEventListener("loadeddata", () => (window.moments.shown ??= performance.now()), true);
  });
  await begin.click();
  await page.waitForFunction(() => window.moments.shown && document.querySelector("video").readyState >= 2);
  t.diagnostic(await page.evaluate(() => `first frame after ${Math.round(window.moments.shown - window.moments.pressed)} ms`));
  const length = await page.evaluate(() => document.querySelector("video").duration);
  assert.ok(Math.abs(length - site.length) < 0.002 * site.length, `${length} s are played, ${site.length} s were recorded`);
  const took = [];
  for (const place of site.places) {
    const [ms, shown] = await page.evaluate(async (to) => {
      const video = document.querySelector("video");
      video.pause();
      const begun = performance.now();
      const frame = new Promise((done) => {
        const look = (_, seen) => (Math.abs(seen.mediaTime - to) < 0.5 ? done(seen.mediaTime) : video.requestVideoFrameCallback(look));
        video.requestVideoFrameCallback(look);
      });
      video.currentTime = to;
      const at = await Promise.race([frame, new Promise((done) => setTimeout(done, 60000, null))]);
      return [performance.now() - begun, at];
    }, place);
    assert.ok(shown !== null, `nothing of ${place} s was shown`);
    took.push(ms);
  }
  took.sort((a, b) => a - b);
  t.diagnostic(`${took.length} seeks: ${took.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  assert.deepEqual(troubles.filter((one) => !one.startsWith("console: publicKey.pubKeyCredParams is missing")), []);
});
