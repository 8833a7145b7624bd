// SPDX-License-Identifier: Apache-2.0
// Everything by keyboard, with a focus that is seen.
import assert from "node:assert/strict";
import test from "node:test";
import { logIn } from "../support/browser.mjs";
import { addAuthenticator } from "./clicks.mjs";

export const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return { text: (element.getAttribute("aria-label") ?? element.innerText ?? element.name ?? "").trim(), name: element.name ?? "", out: element === document.body, seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
  });
/** Tab until `wanted` holds; each stop must be seen. */
export async function tabTo(page, wanted, most = 60) {
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (at.out) continue; // past the last stop Tab leaves the page, then comes in again
    assert.ok(at.seen, `no focus is seen at "${at.text || at.name}"`);
    if (wanted(at)) return at;
  }
  throw new Error("not reached by Tab");
}

export function cases(world) {
  const { double, origin } = world;
  test("keyboard", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;

    await t.test("log in, open a recording, search", async () => {
      double.reset();
      await page.goto(`${origin}/#/login`);
      await page.waitForSelector("[name=work_number]:focus");
      await page.keyboard.type("2001");
      await tabTo(page, (at) => at.name === "password", 1);
      await page.keyboard.type(world.account("custodian").password);
      await tabTo(page, (at) => at.name === "totp", 1);
      await page.keyboard.type("123456");
      await page.keyboard.press("Enter");
      await page.waitForSelector("h1:has-text('今日待办')");
      await tabTo(page, (at) => at.text === "音像记录");
      await page.keyboard.press("Enter");
      await page.waitForSelector("tbody tr");
      await tabTo(page, (at) => at.text.startsWith("回放 LH-0003"), 80);
      await page.keyboard.press("Enter");
      await page.waitForSelector("[role=slider]");
    });

    await t.test("decide a request; the dialog keeps the focus and gives it back", async () => {
      double.reset();
      await logIn(page, origin, world.account("head"));
      await page.waitForSelector("article");
      const remove = await addAuthenticator(page, double.state);
      await tabTo(page, (at) => at.text === "批准");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".el-dialog");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".el-dialog", { state: "detached" });
      assert.equal((await focused(page)).text, "批准");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".el-dialog");
      const open = double.state.requests.filter((one) => one.state === "open").length;
      await tabTo(page, (at) => at.text === "用本人密钥签名批准");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".el-dialog", { state: "detached" });
      assert.equal(double.state.requests.filter((one) => one.state === "open").length, open - 1);
      await remove();
    });
    await browser.close();
  });
}
