// SPDX-License-Identifier: Apache-2.0
// What cannot be shown: one exact sentence and one button each.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { longName } from "../double/day.mjs";
import { logIn, sidewaysOf } from "../support/browser.mjs";

export function cases(world) {
  const { double, origin } = world;
  test("states", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const begin = async (role, place, switches = {}) => {
      double.reset();
      Object.assign(double.state, switches);
      await logIn(page, origin, world.account(role));
      await page.goto(`${origin}/#${place}`);
    };
    /** The one box with its sentence and its one button. */
    const box = async (name, text, button) => {
      const found = page.locator(`[data-state=${name}]`);
      await found.waitFor();
      assert.equal(await found.locator("p").innerText(), text);
      assert.equal(await found.locator("button").count(), 1);
      assert.equal(await found.locator("button").innerText(), button);
      await page.screenshot({ path: join(world.artefacts, `state-${name}-${button}-1366.png`) });
      return found.locator("button");
    };

    await t.test("a wrong role", async () => {
      await begin("officer", "/accounts");
      await (await box("forbidden", "您的角色不能打开此页面。如工作需要，请联系安全管理员分配角色。", "返回今日待办")).click();
      await page.waitForFunction(() => location.hash === "#/today");
    });

    await t.test("a link that leads nowhere", async () => {
      await begin("officer", "/nowhere");
      await box("nowhere", "没有这个页面，可能是链接有误。请返回今日待办。", "返回今日待办");
    });

    await t.test("a recording that is not there", async () => {
      await begin("custodian", "/recordings/LH-0001/0/77777");
      await box("problem", "没有找到这条记录，或者您无权查看，请返回列表。", "返回今日待办");
    });

    await t.test("a dock that restarts", async () => {
      await begin("custodian", "/recordings");
      await page.waitForSelector("tbody tr");
      double.state.down = true;
      await page.click("text=查询");
      const button = await box("problem", "采集站没有应答，可能正在重新启动。已采集的音像记录不受影响，请稍候片刻再重试。", "重试");
      double.state.down = false;
      await button.click();
      await page.waitForSelector("tbody tr");
    });

    await t.test("a stream that broke is told, and comes back by its button", async () => {
      await begin("custodian", "/intake");
      await page.waitForSelector("[data-phase=footage]");
      double.state.down = true;
      for (const stream of double.state.streams) stream.cut();
      const stale = page.locator(".stale");
      await stale.waitFor();
      assert.match(await stale.innerText(), /与采集站的连接已中断，以下内容可能不是最新。/);
      double.state.down = false;
      await stale.locator("button").click();
      await stale.waitFor({ state: "detached" });
    });

    for (const [place, text, button] of [
      ["/quarantine", "没有异常待处理的内容。", "查看采集口"],
      ["/imports", "还没有导入文件。", "重新读取"],
      ["/recordings", "还没有音像记录。执法记录仪放入采集口后会自动采集。", "查看采集口"],
      ["/requests", "没有申请。", "查看音像记录"],
      ["/desk", "没有正在使用的执法记录仪。", "显示全部"],
      ["/book", "台账是空的，还没有办理过领用。", "前往领用登记"],
      ["/devices", "还没有登记执法记录仪。", "重新读取"],
      ["/acts", "还没有登记执法行为。", "重新读取"],
      ["/cases", "还没有登记案件。", "重新读取"],
      ["/matters", "还没有生效的音像记录事项清单，请资料设备管理员导入。", "重新读取"],
      ["/intake", "采集站没有配置采集口。请系统管理员在配置文件 [bays] 中添加后重新启动。", "重新读取"],
    ]) {
      await t.test(`an empty list: ${place}`, async () => {
        await begin("custodian", place, { empty: true });
        await box("empty", text, button);
      });
    }

    await t.test("a search that finds nothing", async () => {
      await begin("custodian", "/recordings");
      await page.waitForSelector("tbody tr");
      await page.fill("[name=device]", "LH-4711");
      await page.click("text=查询");
      await (await box("empty", "没有符合条件的音像记录。", "清除条件")).click();
      await page.waitForSelector("tbody tr");
    });

    for (const role of ["custodian", "sysadmin"]) {
      await t.test(`an empty dock tells the first steps to the ${role}`, async () => {
        await begin(role, "/today", { empty: true });
        await page.waitForSelector("[data-state=first]");
        assert.equal(await page.locator("[data-state=first] li").count(), 5);
        await page.screenshot({ path: join(world.artefacts, `first-${role}-1366.png`) });
      });
    }

    await t.test("ten thousand rows come page by page", async () => {
      await begin("supervisor", "/log");
      double.state.log = Array.from({ length: 10_000 }, (_, back) => ({ ...double.state.log[0], index: 9_999 - back }));
      await page.reload();
      await page.waitForSelector("tbody tr");
      assert.equal(await page.locator("tbody tr").count(), 50);
      await page.click("text=下一页");
      await page.waitForSelector("text=第 2 页");
      assert.equal(await page.locator("tbody tr td").first().innerText(), "9949");
      await page.click("text=上一页");
      await page.waitForSelector("text=第 1 页");
    });

    await t.test("very long names break nothing", async () => {
      await begin("1010", "/recordings", { long: true });
      await page.waitForSelector("tbody tr");
      assert.deepEqual(await sidewaysOf(page), []);
      assert.equal(await page.locator("tbody .clip").first().getAttribute("title"), longName);
      await page.screenshot({ path: join(world.artefacts, "long-officer-1366.png") });
      await begin("sysadmin", "/accounts");
      await page.waitForSelector("tbody tr");
      assert.deepEqual(await sidewaysOf(page), []);
      await page.screenshot({ path: join(world.artefacts, "long-accounts-1366.png") });
    });

    await t.test("English by a switch that is remembered", async () => {
      await begin("custodian", "/today");
      await page.click("text=English");
      await page.waitForSelector("h1:has-text('Today')");
      await page.reload();
      await page.waitForSelector("h1:has-text('Today')");
      await page.screenshot({ path: join(world.artefacts, "today-english-1366.png") });
      await page.click("text=中文");
      await page.waitForSelector("h1:has-text('今日待办')");
    });
    await browser.close();
  });
}
