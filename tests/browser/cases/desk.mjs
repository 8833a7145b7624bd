// SPDX-License-Identifier: Apache-2.0
// The desk's day: overdue on top, a hand-out and its return, a hand-over, a loss, the book; what is refused is told exactly.
import assert from "node:assert/strict";
import test from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inWindow, logIn } from "../support/browser.mjs";

export function cases(world) {
  const { double, origin } = world;
  test("desk", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const begin = async (role, place) => {
      double.reset();
      await logIn(page, origin, world.account(role));
      await page.goto(`${origin}/#${place}`);
      await page.waitForSelector("main h1");
    };
    const send = () => page.click(".el-dialog button[type=submit]");
    const alert = async (sentence) => {
      await page.waitForFunction((wanted) => [...document.querySelectorAll(".el-dialog [role=alert]")].some((one) => one.innerText === wanted), sentence);
    };
    const person = (number) => double.state.people.find((one) => one.work_number === number).person;

    await t.test("what is overdue stands in red on top, in the window, of every page that tells of it", async () => {
      await begin("custodian", "/desk");
      const row = page.locator("[data-section=overdue] [data-handout='2026-0002']");
      await row.waitFor();
      assert.ok(await inWindow(row));
      assert.match(await row.innerText(), /LH-0007[\s\S]*王芳[\s\S]*已超期 15 小时[\s\S]*超期未还/);
      const red = await page.locator("[data-section=overdue]").evaluate((one) => getComputedStyle(one).borderTopColor);
      assert.equal(red, "rgb(168, 22, 30)");
      await page.goto(`${origin}/#/today`);
      const first = page.locator(".todo li").first();
      await first.waitFor();
      assert.equal(await first.getAttribute("data-kind"), "handout.overdue");
      await page.goto(`${origin}/#/intake`);
      await page.waitForSelector("[data-kind='handout.overdue']");
    });

    await t.test("a hand-out: every refusal has its sentence, then it is registered", async () => {
      await begin("custodian", "/desk");
      await page.click("button:has-text('办理领用')");
      await page.waitForSelector(".el-dialog [name=matters]");
      await send();
      await alert("请选择执法记录仪。");
      await page.selectOption(".el-dialog [name=device]", "LH-0004");
      await send();
      await alert("请选择佩戴人。");
      await page.selectOption(".el-dialog [name=wearer]", person("1001"));
      await send();
      await alert("执法人员应当两人以上，请至少选择一名同行人员。");
      await page.selectOption(".el-dialog [name=companion0]", person("1001"));
      await send();
      await alert("请至少选择一个音像记录事项。");
      await page.check(".el-dialog [name=matters][value='2']");
      await send();
      await alert("请填写地点。");
      await page.fill(".el-dialog [name=place]", "城关路 20 号");
      await page.fill(".el-dialog [name=until]", "11/29/2026 6pm");
      await send();
      await alert("日期和时间应写作 2026-11-29 18:00，请改正。");
      const evening = new Date(Date.now() + 8 * 3600e3 + 8 * 3600e3).toISOString();
      await page.fill(".el-dialog [name=until]", `${evening.slice(0, 4)}年${evening.slice(5, 7)}月${evening.slice(8, 10)}日 ${evening.slice(11, 16)}`);
      await send();
      await alert("执法记录仪 LH-0004 自检未通过（存储空间），不能领用。请更换执法记录仪；排除故障并重新自检通过后方可领用。");
      await page.selectOption(".el-dialog [name=device]", "LH-0001");
      await send();
      await alert("李建国 被填写了两次。佩戴人和同行人员应为不同的人，请改正。");
      await page.selectOption(".el-dialog [name=companion0]", person("1002"));
      await send();
      await page.waitForSelector("text=已办理领用，编号 2026-0004。请将执法记录仪放入采集口写入任务后再领走。");
      const made = double.state.register.handouts[0];
      assert.equal(made.companions.length, 1);
      assert.ok(Math.abs(made.until_us - Date.now() * 1000 - 8 * 3600e6) < 120e6, "the time that was written is the time that is sent");
      await page.waitForSelector("[data-handout='2026-0004'] >> text=任务待写入");
    });

    await t.test("the return: damage must be described", async () => {
      await begin("custodian", "/desk");
      await page.click("[aria-label='归还 2026-0002']");
      await page.check(".el-dialog [name=condition] >> nth=1");
      await send();
      await alert("设备有损坏，请写明情况。");
      await page.fill(".el-dialog [name=note]", "镜头划伤。");
      await send();
      await page.waitForSelector("text=LH-0007 已归还（2026-0002）。请放入采集口采集音像记录。");
      await page.waitForSelector("[data-section=overdue]", { state: "detached" });
      const back = double.state.register.handouts.find((one) => one.number === "2026-0002");
      assert.deepEqual([back.undamaged, back.note], [false, "镜头划伤。"]);
    });

    await t.test("a hand-over in the field is noted by an officer and confirmed at the desk", async () => {
      await begin("officer", "/desk");
      assert.equal(await page.locator("button:has-text('办理领用')").count(), 0);
      await page.click("[aria-label='现场交接 2026-0003']");
      await page.waitForSelector(`.el-dialog option[value='${person("1001")}']`, { state: "attached" });
      await send();
      await alert("请选择接收人。");
      await page.selectOption(".el-dialog [name=to]", person("1001"));
      await send();
      await page.waitForSelector("text=LH-0002 的现场交接已登记（2026-0003），等待资料设备管理员确认。");
      const kept = double.state.register;
      await begin("custodian", "/desk");
      double.state.register = kept;
      await page.reload();
      await page.click("[aria-label='确认交接 2026-0003']");
      await page.waitForSelector(".el-dialog >> text=李建国 交给 王芳");
      await send();
      await page.waitForSelector("text=LH-0002 的现场交接已确认（2026-0003）。");
      assert.notEqual(kept.handouts.find((one) => one.number === "2026-0003").handovers[0].confirmed_us, null);
    });

    await t.test("a loss shows what has no receipt; found, it is to be enrolled anew by two", async () => {
      await begin("custodian", "/desk");
      await page.click("[aria-label='挂失 2026-0002']");
      await send();
      await alert("请填写丢失经过。");
      await page.fill(".el-dialog [name=reason]", "检查途中遗失，已报告。");
      await send();
      await page.waitForSelector("[data-unreceipted] >> text=第 0 代第 466 条（2026-11-28 18:02 最后一次采集）之后的全部音像记录未取得入库回执。");
      await page.waitForTimeout(350);
      await page.screenshot({ path: join(world.artefacts, "desk-lost-1366.png") });
      const kept = double.state.register;
      await begin("custodian", "/devices");
      double.state.register = kept;
      await page.reload();
      await page.click("[aria-label='登记找回 LH-0007']");
      await page.fill(".el-dialog [name=note]", "群众交回。");
      await send();
      await page.waitForSelector("[data-device='LH-0007'] >> text=已找回");
      await page.click("[aria-label='办理入网 LH-0007']");
      await send();
      await alert("设备入网须两人在场，请选择共同办理人。");
      await page.selectOption(".el-dialog [name=second]", person("1001"));
      await send();
      await page.waitForSelector("[data-device='LH-0007'] >> text=已入网");
    });

    await t.test("the book is shown as it is saved", async () => {
      await begin("custodian", "/book");
      await page.waitForSelector("th:has-text('领用编号')");
      assert.equal(await page.locator("tbody tr").count(), 3);
      const [file] = await Promise.all([page.waitForEvent("download"), page.click("button:has-text('保存为 CSV')")]);
      assert.match(file.suggestedFilename(), /^领用台账-\d{4}-\d\d-\d{6}\.csv$/);
      const saved = readFileSync(await file.path(), "utf8");
      assert.match(saved, /2026-0002,LH-0007,超期未还,王芳,李建国/);
    });

    await t.test("an act is linked with a recording, once", async () => {
      await begin("custodian", "/acts");
      await page.click("[aria-label='关联 2026-检-117']");
      await page.waitForSelector(".el-dialog >> text=音像记录 LH-0003/0/412");
      await page.selectOption(".el-dialog [name=other_id]", "LH-0003/0/412");
      await page.click(".el-dialog button:has-text('关联') >> nth=-1");
      await alert("两者已经关联。无须再次关联。");
    });

    await t.test("reasons at the bays are in Chinese and say what to do; the dock's words are in the details", async () => {
      await begin("custodian", "/intake");
      await page.waitForSelector("[data-phase=paused]");
      const told = await page.locator(".bay .told").allInnerTexts();
      assert.equal(told.length, 3);
      for (const sentence of told) assert.doesNotMatch(sentence, /[A-Za-z]{3}/);
      assert.match(await page.locator("[data-phase=paused] .told").innerText(), /^存储空间已满，采集已暂停/);
      assert.match(await page.locator("[data-phase=failed] .told").innerText(), /^与执法记录仪的连接中断.*请检查线缆和接口/);
      const english = page.locator("[data-phase=failed] details span");
      assert.ok(!(await english.isVisible()));
      await page.click("[data-phase=failed] summary");
      assert.equal(await english.innerText(), "the cable was pulled out");
    });
    await browser.close();
  });
}
