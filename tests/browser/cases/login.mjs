// SPDX-License-Identifier: Apache-2.0
// Log-in: wrong words, the first log-in with password and authenticator, the session's end.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { logIn } from "../support/browser.mjs";

export function cases(world) {
  const { double, origin } = world;
  test("log-in", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    double.reset();

    await t.test("a wrong password is told in one sentence, and the password stays to be corrected", async () => {
      await page.goto(`${origin}/#/login`);
      await page.fill("[name=work_number]", "2001");
      await page.fill("[name=password]", "wrong");
      await page.fill("[name=totp]", "123456");
      await page.keyboard.press("Enter");
      assert.equal(await page.innerText("[role=alert]"), "工号、密码或动态口令不正确，请核对后重试。");
      assert.equal(await page.inputValue("[name=password]"), "wrong");
    });

    await t.test("the first log-in sets password and authenticator; the secret is shown as text and as a QR code made here", async () => {
      await logIn(page, origin, world.account("1003"));
      await page.waitForSelector("text=设置密码");
      await page.screenshot({ path: join(world.artefacts, "enrol-password-1366.png") });
      await page.fill("[name=current]", "correct horse battery");
      await page.fill("[name=fresh]", "kurz");
      await page.fill("[name=again]", "kurz");
      await page.click("button[type=submit] >> nth=0");
      assert.equal(await page.innerText("[role=alert]"), "新密码至少需要 12 个字符。");
      await page.fill("[name=fresh]", "long enough words");
      await page.fill("[name=again]", "long enough words");
      await page.click("button[type=submit] >> nth=0");
      assert.equal((await page.innerText(".secret")).replaceAll(" ", ""), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
      const modules = await page.getAttribute("svg[role=img] path", "d");
      assert.ok(modules.split("M").length > 200, "the QR code has modules");
      await page.screenshot({ path: join(world.artefacts, "enrol-totp-1366.png") });
      await page.fill("[name=code]", "123456");
      await page.click("text=确认并完成");
      await page.waitForFunction(() => location.hash.startsWith("#/today"));
    });

    await t.test("who has no role is told so, with one button", async () => {
      const state = page.locator("main .state");
      await state.waitFor();
      assert.equal(await state.locator("button").count(), 1);
    });

    await t.test("a session that ends covers the page at once; after log-in one is where one was", async () => {
      await logIn(page, origin, world.account("custodian"));
      await page.goto(`${origin}/#/recordings`);
      await page.waitForSelector("tbody tr");
      double.state.expired = true;
      for (const stream of double.state.streams) stream.end();
      const state = page.locator("[data-state=expired]");
      await state.waitFor();
      assert.equal(await state.locator("p").innerText(), "登录已过期，未提交的内容没有保存。请重新登录后继续。");
      await page.screenshot({ path: join(world.artefacts, "expired-1366.png") });
      await state.locator("button").click();
      await page.fill("[name=work_number]", "2001");
      await page.fill("[name=password]", world.account("custodian").password);
      await page.fill("[name=totp]", "123456");
      await page.keyboard.press("Enter");
      await page.waitForSelector("tbody tr");
      assert.ok(page.url().endsWith("#/recordings"));
    });
    await browser.close();
  });
}
