// SPDX-License-Identifier: Apache-2.0
// The page before a real dock: first run, each role's log-in, each page of each role at both sizes.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { inWindow, logIn, openBrowser, seriousOf, sidewaysOf } from "../support/browser.mjs";
import { totpNow } from "../support/totp.mjs";
import { freshCode } from "./site.mjs";

const sizes = [[1366, 768], [1920, 1080]];
const roles = ["officer", "custodian", "head", "supervisor", "reviewer", "sysadmin", "secadmin", "audadmin"];

export async function settle(page) {
  await page.waitForSelector("main h1, main .state");
  await page.waitForFunction(() => !document.querySelector("main")?.innerText.includes("正在读取…"));
  await page.waitForTimeout(350);
}

export function story(site, artefacts, troubles) {
  let accounts = [];
  test("the page before a real dock", async (t) => {
    const browser = await openBrowser(site.spki, sizes[0], troubles, site.origin);
    const { page } = browser;
    const look = async (name) => {
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        await settle(page);
        await page.screenshot({ path: join(artefacts, `real-${name}-${width}.png`) });
        assert.deepEqual(await sidewaysOf(page), [], `${name} is wider than ${width}`);
      }
      assert.deepEqual(await seriousOf(page), [], `axe-core on ${name}`);
    };

    await t.test("first run: an empty dock; the first log-in sets password and authenticator, then the first steps are told", async () => {
      await page.goto(site.origin);
      await look("login");
      await logIn(page, site.origin, site.first);
      await page.fill("[name=current]", site.first.password);
      await page.fill("[name=fresh]", "long enough words of mine");
      await page.fill("[name=again]", "long enough words of mine");
      await page.click("button[type=submit] >> nth=0");
      await page.waitForSelector(".secret");
      const secret = (await page.innerText(".secret")).replaceAll(" ", "");
      await look("enrol");
      await page.fill("[name=code]", totpNow(secret));
      await page.click("text=确认并完成");
      await page.waitForSelector("[data-state=first] li");
      assert.equal(await page.locator("[data-state=first] li").count(), 5);
      await look("first");
    });

    await t.test("a day is entered", async () => {
      accounts = await site.fill();
      assert.ok(roles.every((role) => accounts.some((one) => one.role === role)));
    });

    for (const role of roles) {
      await t.test(`every page of the ${role}`, async () => {
        await logIn(page, site.origin, await ready(role));
        await settle(page);
        const places = await page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href").slice(1)));
        assert.ok(places.includes("/today"));
        if (places.includes("/devices")) places.push("/devices/people", "/devices/units");
        if (["custodian", "head", "supervisor"].includes(role)) places.push("/book");
        for (const place of [...places, "/me"]) {
          await page.goto(`${site.origin}/#${place}`);
          await settle(page);
          assert.equal(await page.locator("main [data-state=problem], main [data-state=forbidden], main [data-state=crashed]").count(), 0, `${place} is shown`);
          await look(`${role}${place.replaceAll("/", "-")}`);
        }
        if (places.includes("/recordings")) {
          await page.goto(`${site.origin}/#/recordings`);
          await settle(page);
          const open = page.locator("tbody a").first();
          if (await open.count()) {
            await open.click();
            await page.waitForSelector("[role=slider]");
            await look(`${role}-replay`);
          } else assert.equal(role, "officer", "only who wore no recorder sees none");
        }
        if (role === "custodian") {
          await page.setViewportSize({ width: 1366, height: 768 });
          await page.goto(`${site.origin}/#/today`);
          const late = page.locator(".todo li").first();
          await page.waitForSelector("[data-kind*=overdue]", { timeout: 150000 });
          assert.match(await late.getAttribute("data-kind"), /overdue/);
          assert.ok(await inWindow(late), "an overdue recorder is named in 0 clicks");
          await look("custodian-today-overdue");
          const unsaid = page.locator("[data-kind='interruption.unexplained'] button").first();
          assert.ok(await inWindow(unsaid), "an interruption without a word is told of in the window");
          await unsaid.click();
          await page.waitForSelector("[role=slider]");
          const cut = page.locator("[data-interruption].chosen");
          await cut.waitFor();
          assert.ok(await inWindow(cut), "and reached in 1 click");
          await cut.locator("text=补充书面说明").click();
          await page.fill(".el-dialog textarea", "连接线松动，已重新插紧。");
          await page.locator(".el-dialog button[type=submit]").click();
          await page.waitForSelector(".el-dialog", { state: "detached" });
          await page.locator("[data-interruption] .written", { hasText: "连接线松动，已重新插紧。" }).waitFor();
          await look("custodian-explained");
          await page.goto(`${site.origin}/#/desk`);
          await page.waitForSelector("[data-section=overdue] tbody tr");
          await look("custodian-desk-overdue");
        }
      });
    }

    await t.test("at the bays: cards are given, the recorder comes back, and goes out again with two", async () => {
      await page.setViewportSize({ width: 1366, height: 768 });
      await logIn(page, site.origin, await ready("custodian"));
      const cards = { 王芳: "0012345678", 李强: "0087654321" };
      await page.goto(`${site.origin}/#/devices/people`);
      for (const [name, card] of Object.entries(cards)) {
        await page.click(`[aria-label='登记卡和 PIN ${name}']`);
        await page.fill(".el-dialog [name=card]", card);
        await page.click(".el-dialog button[type=submit]");
        await page.waitForSelector(`text=${name}的卡和 PIN 已更新。`);
        await page.waitForSelector(".el-dialog", { state: "detached" });
      }
      await page.context().clearCookies();
      await page.goto(`${site.origin}/bay`);
      await page.waitForSelector("[name=code]:focus");
      await page.keyboard.type(await site.terminalCode());
      await page.keyboard.press("Enter");
      await page.waitForSelector("[data-bay][data-state=out]");
      await look("bay");
      const text = await page.innerText("main");
      for (const one of accounts) assert.ok(!text.includes(one.name), "nobody is named");
      await page.setViewportSize({ width: 1366, height: 768 });
      await page.click("[data-state=out] button");
      await page.waitForSelector("[name=card]:focus");
      await page.keyboard.type(cards.李强);
      await page.keyboard.press("Enter");
      await page.waitForSelector("text=已归还。请将其留在采集口");
      await page.click("[data-state=free] button");
      await page.check("[name=matters] >> nth=0");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=place]:focus");
      await page.keyboard.type("农贸市场");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=until]:focus");
      await page.keyboard.press("Enter");
      for (const name of Object.keys(cards)) {
        await page.waitForSelector("[name=card]:focus");
        await page.keyboard.type(cards[name]);
        await page.keyboard.press("Enter");
      }
      await page.waitForSelector("ol li >> nth=1");
      await page.click("button:has-text('登记领用')");
      await page.waitForSelector("text=/已登记领用，编号 20\\d\\d-\\d+/");
      await page.waitForSelector("[data-state=out] >> text=任务已写入，可以取走。", { timeout: 120000 });
      await page.context().clearCookies();
    });
    await browser.close();
  });
  /** What somebody of the role logs in with now. */
  const ready = async (role) => {
    const account = accounts.find((one) => one.role === role);
    return { ...account, totp: await freshCode(account) };
  };
  return { ready };
}
