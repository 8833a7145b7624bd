// SPDX-License-Identifier: Apache-2.0
// What was granted in a hurry is reviewed afterwards: by keyboard, once, and whoever should sees how it came out.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { inWindow, logIn } from "../support/browser.mjs";
import { focused, tabTo } from "./keyboard.mjs";

const words = "情况并不紧急，\n应按一般程序申请。";

export function cases(world) {
  const { double, origin } = world;
  test("reviews of emergency views", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const hurried = () => double.state.requests.find((one) => one.decision?.manner === "emergency" && one.by.work_number === "1001");
    const card = (request) => page.locator(`article[data-request='${request.id}']`);
    const as = async (role, place = "/requests") => {
      await logIn(page, origin, world.account(role));
      await page.goto(`${origin}/#${place}`);
    };

    await t.test("it is due by name, with its days, until it is written; all by keyboard", async () => {
      double.reset();
      await logIn(page, origin, world.account("head"));
      const line = page.locator("[data-kind='emergency.unreviewed']");
      await line.waitFor();
      assert.match(await line.innerText(), /紧急调阅待审查：李建国 申请，.*已过 8 天/);
      assert.ok(await inWindow(line));
      await tabTo(page, (at) => at.text.startsWith("处理：紧急调阅待审查"));
      await page.keyboard.press("Enter");
      await card(hurried()).waitFor();
      assert.equal(await page.locator("article").count(), 1);
      assert.match(await card(hurried()).innerText(), /待审查，批准后已过 8 天/);
      await tabTo(page, (at) => at.text === "填写审查意见");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".el-dialog");
      const submit = async () => {
        await tabTo(page, (at) => at.text === "提交审查意见");
        await page.keyboard.press("Enter");
      };
      const wrong = async (said) => page.locator(".el-dialog [role=alert]", { hasText: said }).waitFor();
      await submit();
      await wrong("请选择审查结论。");
      await tabTo(page, (at) => at.name === "found");
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowDown");
      assert.ok((await focused(page)).seen);
      assert.equal(await page.locator(".el-dialog [name=found]:checked").inputValue(), "unjustified");
      await submit();
      await wrong("请填写审查意见。");
      await tabTo(page, (at) => at.name === "words");
      await page.keyboard.type(words);
      await submit();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      const { justified, words: said, by } = hurried().review;
      assert.deepEqual([justified, said, by.work_number], [false, words.replace("\n", " "), "3001"]);
      const shown = card(hurried());
      await shown.locator("text=审查：不正当").waitFor();
      assert.match(await shown.locator("[data-review]").innerText(), /紧急调阅不正当：情况并不紧急， 应按一般程序申请。（陈志远（3001） · /);
      assert.equal(await shown.locator("button:has-text('填写审查意见')").count(), 0);
      await page.click("button:has-text('显示全部申请')");
      await page.waitForFunction(() => document.querySelectorAll("article").length > 1);
      await page.goto(`${origin}/#/today`);
      await page.reload();
      await page.locator("[data-kind='handout.overdue']").waitFor();
      await line.waitFor({ state: "detached" });
    });

    await t.test("who asked sees it in red, and what was justified is not", async () => {
      await as("officer");
      const border = (request) => card(request).evaluate((element) => getComputedStyle(element).borderTopColor);
      await card(hurried()).locator("text=审查：不正当").waitFor();
      assert.equal(await border(hurried()), "rgb(168, 22, 30)");
      await page.screenshot({ path: join(world.artefacts, "review-unjustified-1366.png") });
      hurried().review.justified = true;
      await page.reload();
      await card(hurried()).locator("text=审查：正当").waitFor();
      assert.notEqual(await border(hurried()), "rgb(168, 22, 30)");
    });

    await t.test("who approved it is not asked, and a second review is refused in the sentence of the dock", async () => {
      double.reset();
      await as("supervisor", `/requests?request=${hurried().id}`);
      await card(hurried()).locator("text=填写审查意见").click();
      hurried().review = { by: hurried().decision.by[0], at_us: Date.now() * 1000, justified: true, words: "属实。" }; // another was quicker
      await page.check("[name=found][value=justified]");
      await page.fill("[name=words]", "属实。");
      await page.locator(".el-dialog button[type=submit]").click();
      await page.locator(".el-dialog [role=alert]", { hasText: "这次紧急调阅已经审查，审查意见不能更改。请刷新页面查看审查意见。" }).waitFor();
      double.reset();
      hurried().decision.by = [double.state.requests.find((one) => one.state === "granted").decision.by[0]]; // the head of the next log-in
      await as("head");
      await card(hurried()).locator("text=待审查").waitFor();
      assert.equal(await card(hurried()).locator("button:has-text('填写审查意见')").count(), 0);
    });

    await t.test("the audit administrator sees in the log how each came out", async () => {
      double.reset();
      await as("audadmin", "/log");
      await page.selectOption("[name=kind]", "approval");
      for (const said of ["紧急调阅：待审查", "审查：正当", "审查：不正当"]) await page.locator("[data-review]", { hasText: said }).first().waitFor();
    });

    await t.test("in English", async () => {
      double.reset();
      await as("supervisor", `/requests?request=${hurried().id}`);
      await page.click("text=English");
      await card(hurried()).locator("text=not reviewed, granted 8 days ago").waitFor();
      await card(hurried()).locator("text=Write the review").click();
      await page.check("[name=found][value=unjustified]");
      await page.fill("[name=words]", "It could have waited.");
      await page.locator(".el-dialog button[type=submit]").click();
      await card(hurried()).locator("text=Review: not justified").waitFor();
      assert.equal(hurried().review.justified, false);
    });
    await browser.close();
  });
}
