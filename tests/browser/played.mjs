// SPDX-License-Identifier: Apache-2.0
// The page before a real dock: the head signs with a key that the agency appointed, the supervisor plays what was recorded.
// Started by tests/web/page_played.py, which says where and who in the file of the first argument.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import { join } from "node:path";
import { logIn, openBrowser, spkiOf } from "./support/browser.mjs";

const site = JSON.parse(readFileSync(process.argv[2], "utf8"));
const troubles = [];

test("from the request to the picture, in the page", async (t) => {
  const browser = await openBrowser(spkiOf(readFileSync(site.certificate)), [1366, 768], troubles, site.origin);
  const { page } = browser;
  t.after(() => browser.close());
  page.setDefaultTimeout(30000);
  const at = `${site.origin}/#/recordings/${site.film.device}/${site.film.generation}/${site.film.start}`;

  await t.test("the supervisor asks", async () => {
    await logIn(page, site.origin, site.supervisor);
    await page.goto(at);
    await page.click(".stage button");
    await page.fill("[name=reason]", "核对执法过程");
    await page.click(".el-dialog button[type=submit]");
    await page.waitForSelector(".said");
  });

  await t.test("the head makes a key on the page, the agency appoints it, the head signs with it", async () => {
    await logIn(page, site.origin, site.head);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "usb", hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    await page.goto(`${site.origin}/#/me`);
    const saving = page.waitForEvent("download");
    await page.click("[name=make-key]");
    await (await saving).saveAs(site.appointment.page);
    const hash = (await page.innerText("[role=status] code")).replace(/ /g, "");
    for (const [program, ...words] of site.appointment.commands) {
      const said = execFileSync(program, words, { encoding: "utf8" });
      if (words[0] === "enroll") assert.ok(said.includes(hash), `the page shows ${hash}, the agency's program says ${said}`);
    }
    await page.goto(`${site.origin}/#/requests`);
    const card = page.locator("[data-request]").first();
    await card.waitFor();
    await card.locator("button").first().click();
    await page.click(".el-dialog button[type=submit]");
    await page.locator("[data-request] .el-tag--success").first().waitFor();
    await cdp.detach();
  });

  await t.test("it plays within a second, across what is missing, and says so", async () => {
    await logIn(page, site.origin, site.again);
    await page.goto(at);
    const begin = page.locator(".stage button:has-text('开始回放')");
    await begin.waitFor();
    const pressed = Date.now();
    await begin.click();
    await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2, undefined, { polling: 20 });
    t.diagnostic(`first frame after ${Date.now() - pressed} ms`);
    const length = await page.evaluate(() => document.querySelector("video").duration);
    assert.ok(Math.abs(length - site.length) < 1, `${length} s are played, ${site.length} s are stored`);
    // To two seconds before the gap, by the player's clock, and on.
    const before = site.gap.played - 2;
    const sought = Date.now();
    await page.evaluate((seconds) => (document.querySelector("video").currentTime = seconds), before);
    await page.waitForFunction(() => !document.querySelector("video").seeking && document.querySelector("video").readyState >= 2, undefined, { polling: 20 });
    t.diagnostic(`a seek takes ${Date.now() - sought} ms`);
    await page.evaluate(() => document.querySelector("video").play());
    await page.waitForSelector(".gap");
    t.diagnostic(await page.innerText(".gap"));
    await page.waitForFunction((seconds) => document.querySelector("video").currentTime > seconds, site.gap.played + 1);
    await page.evaluate(() => document.querySelector("video").pause());
    const frames = await page.evaluate(() => document.querySelector("video").getVideoPlaybackQuality().totalVideoFrames);
    assert.ok(frames > 25, `${frames} frames were shown`);
    const stands = Number(await page.getAttribute("[role=slider]", "aria-valuenow"));
    assert.ok(stands > site.gap.to, `the timeline counts what is missing: ${stands} s, behind ${site.gap.to} s`);
    await page.screenshot({ path: join(site.artefacts, "played-after-gap-1366.png") });
  });

  await t.test("nothing was loaded from elsewhere, and no error was told", () => {
    // Chromium advises to take RSA too; a vault takes P-256 alone.
    assert.deepEqual(troubles.filter((one) => !one.startsWith("console: publicKey.pubKeyCredParams is missing")), []);
  });
});
