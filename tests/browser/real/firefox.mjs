// SPDX-License-Identifier: Apache-2.0
// Firefox ESR over WebDriver BiDi (puppeteer-core): it opens every page of every role, and tells no error.
import assert from "node:assert/strict";
import test from "node:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const places = {
  officer: ["/today", "/intake", "/recordings", "/requests", "/desk", "/acts", "/cases", "/matters", "/devices"],
  custodian: ["/today", "/intake", "/quarantine", "/imports", "/recordings", "/requests", "/desk", "/book", "/acts", "/cases", "/matters", "/devices", "/devices/people", "/devices/units", "/status", "/me"],
  head: ["/today", "/intake", "/recordings", "/requests", "/desk"],
  supervisor: ["/today", "/quarantine", "/imports", "/recordings", "/book", "/log", "/status"],
  reviewer: ["/today", "/recordings", "/requests", "/acts", "/cases"],
  sysadmin: ["/today", "/accounts", "/status"],
  secadmin: ["/today", "/accounts"],
  audadmin: ["/today", "/accounts", "/audit", "/log", "/status"],
};

/** `accountOf(role)` gives {work_number, password, totp} that is good now. */
export function firefox(origin, artefacts, accountOf) {
  test("Firefox ESR opens every page", async (t) => {
    const profile = mkdtempSync(join(tmpdir(), "liuhen-firefox-"));
    const troubles = [];
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: process.env.LIUHEN_FIREFOX ?? "/usr/bin/firefox-esr",
      headless: true,
      acceptInsecureCerts: true, // as the agency's root would be in the profile
      userDataDir: profile,
      timeout: 300000,
      protocolTimeout: 300000,
      defaultViewport: { width: 1366, height: 768 },
      extraPrefsFirefox: { "intl.accept_languages": "en-US", "intl.locale.requested": "en-US" },
    });
    t.after(async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    });
    const patience = { timeout: Number(process.env.LIUHEN_PATIENCE_MS ?? 60000) };
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) troubles.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`page: ${error.message}`));
    await page.evaluate(() => console.error("heard"));
    await page.waitForFunction(() => true, patience);
    assert.deepEqual(troubles.splice(0), ["console: heard"], "what the page says on the console is heard");
    const settle = async () => {
      await page.waitForSelector("main h1, main .state", patience);
      await page.waitForFunction(() => !document.querySelector("main")?.innerText.includes("正在读取…"), patience);
    };
    for (const [role, wanted] of Object.entries(places)) {
      await t.test(role, async () => {
        const account = await accountOf(role);
        await page.goto(`${origin}/#/login`);
        await page.evaluate(() => document.querySelector("header button:not(.tongue)")?.click()); // who was before logs out
        await page.waitForSelector("[name=work_number]", patience);
        for (const name of ["work_number", "password", "totp"]) await page.type(`[name=${name}]`, account[name]);
        await page.click("button[type=submit]");
        await page.waitForFunction(() => !location.hash.startsWith("#/login"), patience);
        for (const place of wanted) {
          await page.evaluate((hash) => (location.hash = hash), place);
          await page.waitForFunction((hash) => location.hash === `#${hash}`, patience, place);
          await settle();
          const found = await page.evaluate(() => ({ title: document.querySelector("main h1")?.innerText ?? "", bad: document.querySelectorAll("main [data-state=problem], main [data-state=forbidden], main [data-state=crashed]").length }));
          assert.equal(found.bad, 0, `${place} is shown`);
          assert.match(found.title, /[\u4e00-\u9fff]/, `${place} has its heading`);
          await page.screenshot({ path: join(artefacts, `firefox-${role}${place.replaceAll("/", "-")}-1366.png`) });
        }
      });
    }
    assert.deepEqual(troubles, []);
  });
}
