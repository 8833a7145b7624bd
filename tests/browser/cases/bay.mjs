// SPDX-License-Identifier: Apache-2.0
// The screen at the bays: opened by a code, used with a card reader or by keyboard alone, and forgetful.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { logIn, seriousOf, sidewaysOf } from "../support/browser.mjs";
import { terminalCode } from "../double/terminal.mjs";

const [wang, li] = ["0012345678", "0087654321"];

export function cases(world) {
  const { double, origin } = world;
  test("bay", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const look = async (name) => {
      await page.waitForTimeout(350);
      await page.screenshot({ path: join(world.artefacts, `${name}-1366.png`) });
      assert.deepEqual(await sidewaysOf(page), [], "wider than the window");
      assert.deepEqual(await seriousOf(page), [], "axe-core");
    };
    /** As a reader does: digits, then Enter, at once. */
    const swipe = async (card) => (await page.keyboard.type(card), await page.keyboard.press("Enter"));
    const alert = (sentence) => page.waitForFunction((wanted) => [...document.querySelectorAll("[role=alert]")].some((one) => one.innerText.trim() === wanted), sentence);
    const tabTo = async (label) => {
      for (let stop = 0; stop < 40; stop += 1) {
        if (await page.evaluate((wanted) => (document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText) === wanted, label)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`${label} is not reached by Tab`);
    };
    const begin = async () => {
      await page.context().clearCookies();
      double.reset();
      const { bays, register } = double.state;
      Object.assign(bays[1], { device: "LH-0001", phase: "done" });
      bays.splice(6, 1);
      const like = (device, failed) => ({ ...register.devices[0], device, self_check: { passed: !failed.length, occasion: "boot", failed, utc_us: 1 } });
      register.devices.push(like("LH-0003", []), like("LH-0005", ["space"]));
      await page.goto(`${origin}/bay`);
      await page.waitForSelector("[name=code]:focus");
      await page.keyboard.type(terminalCode.toUpperCase());
      await page.keyboard.press("Enter");
      await page.waitForSelector("[data-bay]");
    };
    /** To the step where people show who they are, by keyboard. */
    const toPeople = async () => {
      await tabTo("领用 LH-0001");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=matters]:focus");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=place]:focus");
      await page.keyboard.type("城关路 20 号");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=until]:focus");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=card]:focus");
    };

    await t.test("the first use asks for the code of the console; a wrong one is told", async () => {
      await page.context().clearCookies();
      double.reset();
      await page.goto(`${origin}/bay`);
      await page.waitForSelector("[name=code]:focus");
      assert.ok(page.url().endsWith("/#/bay"));
      assert.equal(await page.locator("nav, a[href='#/me']").count(), 0);
      await look("bay-code");
      await page.keyboard.type("aaaa-aaaa-aaaa-aaaa");
      await page.keyboard.press("Enter");
      await alert("启用码不正确、已经用过或超过 15 分钟，请核对；仍不能启用的，请在采集站控制台重新生成。");
    });

    await t.test("the board tells what may go out and what is due back, and nobody's name", async () => {
      await begin();
      const states = await page.locator("[data-bay]").evaluateAll((all) => Object.fromEntries(all.map((one) => [one.dataset.bay, one.dataset.state])));
      assert.deepEqual([states[1], states[2], states[3], states[6], states[8]], ["free", "free", "held", "out", "empty"]);
      const text = await page.innerText("main");
      for (const one of double.state.people) assert.ok(!text.includes(one.name), one.name);
      await look("bay-board");
      await page.reload(); // the cookie is kept
      await page.waitForSelector("[data-bay]");
    });

    await t.test("a card that is shown too early presses nothing", async () => {
      await begin();
      await tabTo("领用 LH-0001");
      await swipe(wang);
      await alert("请先选择执法记录仪，再刷卡。");
      assert.equal(await page.locator("[data-bay]").count(), 7);
    });

    await t.test("a hand-out by keyboard and cards; each must show themselves", async () => {
      await begin();
      await toPeople();
      await swipe(wang);
      await page.waitForSelector("li:has-text('佩戴人：已刷卡')");
      await page.keyboard.press("Enter");
      await alert("执法人员应当两人以上，请同行人员刷卡。");
      await swipe(wang);
      await alert("此人已经刷过卡，请下一人刷卡。");
      await swipe(li);
      await page.waitForSelector("li:has-text('同行人员 1：已刷卡')");
      await look("bay-people");
      assert.ok(!(await page.innerText("main")).includes(wang));
      assert.equal(await page.locator("[name=card]").evaluate((one) => getComputedStyle(one).webkitTextSecurity), "disc");
      await page.keyboard.press("Enter");
      await page.waitForSelector("text=已登记领用，编号 2026-0004。请待 LH-0001 显示“任务已写入”后再取走。");
      const made = double.state.register.handouts[0];
      assert.deepEqual([made.device, made.wearer.name, made.companions.map((one) => one.name), made.place], ["LH-0001", "李建国", ["王芳"], "城关路 20 号"]);
      assert.deepEqual(made.matters.map((one) => one.number), ["2"]);
      await page.waitForSelector("[data-bay='2'][data-state=out] >> text=任务正在写入");
      await look("bay-given");
    });

    await t.test("a wrong PIN is told, five lock it, and everybody shows themselves again", async () => {
      await begin();
      await toPeople();
      for (let time = 0; time < 6; time += 1) {
        await page.waitForSelector("[name=card]:focus");
        await swipe(wang);
        await page.waitForSelector("li:has-text('佩戴人：已刷卡')");
        await tabTo("未带卡，用工号和 PIN");
        await page.keyboard.press("Enter");
        await page.waitForSelector("[name=work_number]:focus");
        await page.keyboard.type("1002");
        await page.keyboard.press("Enter");
        await page.waitForSelector("[name=pin]:focus");
        await page.keyboard.type("111222");
        await page.keyboard.press("Enter");
        await page.waitForSelector("li:has-text('同行人员 1：工号 1002')");
        await page.keyboard.press("Enter");
        await alert(`${time < 5 ? "卡片未登记，或工号与 PIN 不符。请重试，或请资料设备管理员登记卡片、重设 PIN。" : "PIN 连续输错，已暂时锁定。请 15 分钟后重试，或刷卡领用。"}请佩戴人和同行人员重新刷卡。`);
        assert.equal(await page.locator("ol li").count(), 0);
      }
    });

    await t.test("a return by card; an unknown one is told", async () => {
      await begin();
      await tabTo("归还 LH-0002");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[name=card]:focus");
      await swipe("9999999999");
      await alert("卡片未登记，或工号与 PIN 不符。请重试，或请资料设备管理员登记卡片、重设 PIN。");
      await swipe(li);
      await page.waitForSelector("text=LH-0002 已归还。请将其留在采集口，音像记录会自动采集。");
      assert.notEqual(double.state.register.handouts.find((one) => one.number === "2026-0003").returned_us, null);
    });

    await t.test("half a minute of nothing, or Escape, and it has forgotten", async () => {
      await begin();
      await toPeople();
      await swipe(wang);
      await page.keyboard.press("Escape");
      await page.waitForSelector("[data-bay]");
      await page.clock.install();
      await page.reload();
      await page.waitForSelector("[data-bay]");
      await toPeople();
      await page.clock.fastForward(31_000);
      await page.waitForSelector("[data-bay]");
      await page.clock.resume();
    });

    await t.test("in English too; an ended terminal asks for a code", async () => {
      await begin();
      await page.click("button:has-text('English')");
      await page.waitForSelector("h1:has-text('Take or return')");
      await page.click("[aria-label='Take LH-0001']");
      await page.waitForSelector("legend:has-text('Choose the matters')");
      await page.click("button:has-text('中文')");
      await page.keyboard.press("Escape");
      double.state.terminal.cookie = null;
      await page.waitForSelector("h1:has-text('启用此终端')");
    });

    await t.test("card and PIN of an officer are entered once and never shown", async () => {
      double.reset();
      await logIn(page, origin, world.account("custodian"));
      await page.goto(`${origin}/#/devices/people`);
      await page.click("[aria-label='登记卡和 PIN 王芳']");
      const send = () => page.click(".el-dialog button[type=submit]");
      await page.waitForSelector(".el-dialog [name=card]");
      await look("credential");
      await send();
      await alert("请刷卡或输入 PIN；如要注销，请勾选“卡和 PIN 都注销”。");
      await page.click(".el-dialog [name=card]");
      await swipe("0011112222");
      await page.waitForSelector(".el-dialog [name=pin]:focus");
      await page.keyboard.type("111111");
      await page.fill(".el-dialog [name=again]", "111112");
      await send();
      await alert("两次输入的 PIN 不一致，请重新输入。");
      await page.fill(".el-dialog [name=again]", "111111");
      await send();
      await alert("PIN 应为 6 至 12 位数字，且不能全部相同。请另设 PIN。");
      await page.fill(".el-dialog [name=pin]", "204816");
      await page.fill(".el-dialog [name=again]", "204816");
      await send();
      await page.waitForSelector("text=王芳的卡和 PIN 已更新。");
      assert.deepEqual([double.state.terminal.cards["0011112222"], double.state.terminal.pins["1002"]], ["1002", "204816"]);
      await page.click("[aria-label='登记卡和 PIN 王芳']");
      await page.waitForSelector(".el-dialog [name=card]");
      assert.deepEqual(await page.locator(".el-dialog input[type=text]").evaluateAll((all) => all.map((one) => one.value)), ["", "", ""]);
    });
    await browser.close();
  });
}
