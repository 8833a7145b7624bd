// SPDX-License-Identifier: Apache-2.0
// Every page for every role that has it: a screenshot at both sizes, nothing serious from axe-core, nothing wider than the window.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { logIn, seriousOf, sidewaysOf } from "../support/browser.mjs";

const sizes = [[1366, 768], [1920, 1080]];
async function beginReplay(page) {
  await page.click("button:has-text('开始回放')");
  await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);
}
/** [name of the picture, role, place, what to do there] */
const pages = [
  ["today", "custodian", "/today"],
  ["intake", "custodian", "/intake"],
  ["quarantine", "custodian", "/quarantine"],
  ["imports", "custodian", "/imports"],
  ["imports-form", "custodian", "/imports", (page) => page.click("button:has-text('导入文件')")],
  ["imports-supervisor", "supervisor", "/imports"],
  ["imports-show", "supervisor", "/imports", (page) => page.locator("tbody tr button:has-text('查看')").first().click()],
  ["recordings", "custodian", "/recordings"],
  ["desk", "custodian", "/desk"],
  ["desk-give", "custodian", "/desk", (page) => page.click("button:has-text('办理领用')")],
  ["desk-calendar", "custodian", "/desk", async (page) => (await page.click("button:has-text('办理领用')"), await page.click("[aria-label='从日历选择：应还时间']"))],
  ["desk-officer", "officer", "/desk"],
  ["book", "supervisor", "/book"],
  ["devices", "custodian", "/devices"],
  ["devices-people", "custodian", "/devices/people"],
  ["devices-units", "custodian", "/devices/units"],
  ["matters", "reviewer", "/matters"],
  ["acts", "officer", "/acts"],
  ["act-links", "supervisor", "/acts", (page) => page.click("tbody button:has-text('关联')")],
  ["cases", "custodian", "/cases"],
  ["status", "custodian", "/status"],
  ["me", "custodian", "/me"],
  ["today-head", "head", "/today"],
  ["requests-head", "head", "/requests"],
  ["decide", "head", "/requests", (page) => page.click("article .el-button--primary")],
  ["review", "supervisor", "/today", async (page) => (await page.click("[data-kind='emergency.unreviewed'] button"), await page.click("button:has-text('填写审查意见')"))],
  ["today-officer", "officer", "/today"],
  ["recordings-officer", "officer", "/recordings"],
  ["decide-second", "head", "/requests", (page) => page.locator("article", { hasText: "第一签名" }).locator(".el-button--primary").click()],
  ["requests-officer", "officer", "/requests"],
  ["replay-ask", "officer", "/recordings/LH-0003/0/412", (page) => page.click("button:has-text('申请调阅')")],
  ["replay", "supervisor", "/recordings/LH-0003/0/412", beginReplay],
  ["log", "supervisor", "/log", (page) => page.click("tbody button")],
  ["accounts-sysadmin", "sysadmin", "/accounts"],
  ["accounts-make", "sysadmin", "/accounts", (page) => page.click("button:has-text('建立账号')")],
  ["today-secadmin", "secadmin", "/today"],
  ["accounts-roles", "secadmin", "/accounts", (page) => page.click("tbody tr:nth-child(3) button")],
  ["audit", "audadmin", "/audit"],
];
const onlyDouble = new Set(["review", "act-links", "decide", "decide-second", "replay", "replay-ask", "log", "requests-head", "requests-officer", "accounts-roles"]);

async function settle(page) {
  await page.waitForSelector("main h1, main .state");
  await page.waitForFunction(() => !document.querySelector("main")?.innerText.includes("正在读取…"));
  await page.waitForTimeout(350); // a dialog opens for 300 ms
}

export function shots(world) {
  for (const size of sizes) {
    test(`pages at ${size.join("×")}`, async (t) => {
      const browser = await world.open(size);
      const { page } = browser;
      const look = async (name) => {
        await settle(page);
        await page.screenshot({ path: join(world.artefacts, `${name}-${size[0]}.png`) });
        assert.deepEqual(await sidewaysOf(page), [], "wider than the window");
        if (size === sizes[0]) assert.deepEqual(await seriousOf(page), [], "axe-core");
      };
      await t.test("login", async () => {
        await page.goto(`${world.origin}/#/login`);
        await look("login");
      });
      for (const [name, who, place, act] of pages) {
        if (!world.double && (onlyDouble.has(name) || !world.account(who))) continue;
        await t.test(name, async () => {
          world.double?.reset();
          await logIn(page, world.origin, world.account(who));
          await page.goto(`${world.origin}/#${place}`);
          await settle(page);
          if (act) await act(page);
          await look(name);
        });
      }
      await browser.close();
    });
  }
}
