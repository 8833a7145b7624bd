// SPDX-License-Identifier: Apache-2.0
// Accounts: made by the system administrator, given roles by the security administrator, closed and never deleted.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { logIn } from "../support/browser.mjs";

export function cases(world) {
  const { double, origin } = world;
  test("accounts", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    double.reset();
    const find = async (number) => {
      await page.fill("[name=q]", number);
      await page.click("main form button[type=submit]");
      await page.waitForFunction((wanted) => document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes(wanted), number);
    };

    await t.test("an account is made, and its first password shown once", async () => {
      await logIn(page, origin, world.account("sysadmin"));
      await page.goto(`${origin}/#/accounts`);
      await page.click("button:has-text('建立账号')");
      await page.fill(".el-dialog [name=work_number]", "1 2");
      await page.fill(".el-dialog [name=name]", "马丽");
      await page.fill(".el-dialog [name=unit]", "城关市场监管所");
      await page.click(".el-dialog button[type=submit]");
      assert.equal(await page.innerText(".el-dialog [role=alert]"), "工号由 1 至 32 位字母、数字或连字符组成。");
      await page.fill(".el-dialog [name=work_number]", "1001");
      await page.click(".el-dialog button[type=submit]");
      await page.waitForSelector("text=该工号已有账号（含已注销的账号），请核对工号。");
      await page.fill(".el-dialog [name=work_number]", "1020");
      await page.click(".el-dialog button[type=submit]");
      assert.equal(await page.innerText("[data-first-password]"), "wx7q-4mtn-8vkc-2hdp");
      await page.waitForTimeout(350);
      await page.screenshot({ path: join(world.artefacts, "accounts-first-1366.png") });
      await page.click("text=已记下，关闭");
      await page.waitForSelector("[data-first-password]", { state: "detached" });
      assert.equal(await page.locator("text=wx7q").count(), 0);
    });

    await t.test("a closed account stays in the list, and has nothing left to do to it", async () => {
      await find("1002");
      await page.click("button:has-text('注销账号')");
      await page.click(".el-dialog button[type=submit]");
      assert.equal(await page.innerText(".el-dialog [role=alert]"), "请填写原因。");
      await page.fill(".el-dialog [name=reason]", "调离");
      await page.click(".el-dialog button[type=submit]");
      await page.waitForSelector("tbody >> text=已注销");
      assert.equal(await page.locator("tbody button").count(), 1);
      assert.notEqual(double.state.people.find((one) => one.work_number === "1002").closed_us, null);
    });

    await t.test("roles are given by the security administrator; what the dock refuses is told in its words", async () => {
      await logIn(page, origin, world.account("secadmin"));
      await page.goto(`${origin}/#/accounts`);
      await find("1020");
      await page.click("tbody button");
      await page.check(".el-dialog [value=officer]");
      await page.check(".el-dialog [value=sysadmin]");
      await page.click(".el-dialog button[type=submit]");
      await page.waitForSelector("text=系统、安全、审计管理员不得兼任其他角色，请只选一项。");
      await page.uncheck(".el-dialog [value=sysadmin]");
      await page.click(".el-dialog button[type=submit]");
      await page.waitForSelector("tbody >> text=执法人员");
      assert.deepEqual(double.state.people.find((one) => one.work_number === "1020").roles, ["officer"]);
    });

    await t.test("nobody is offered to change their own roles", async () => {
      await find("9002");
      await page.click("tbody button");
      await page.waitForSelector(".el-dialog >> text=角色变更");
      assert.equal(await page.locator(".el-dialog input").count(), 0);
    });
    await browser.close();
  });
}
