// SPDX-License-Identifier: Apache-2.0
// Requests from outside: what is refused before anything is sent, a letter by keyboard alone, what the head sees of it and saves.
import assert from "node:assert/strict";
import test from "node:test";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { courtScan } from "../double/day.mjs";
import { inWindow, logIn, seriousOf } from "../support/browser.mjs";

const pdf = (size) => Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(size - 9)]);
const scan = { name: "来函.pdf", mimeType: "application/pdf", buffer: pdf(2_500_000) };
const large = { name: "来函.pdf", mimeType: "application/pdf", buffer: pdf((4 << 20) + 1) };
const word = { name: "来函.pdf", mimeType: "application/pdf", buffer: Buffer.from("PK\x03\x04 a document by another name") };
const wrongType = "来函扫描件不是 PDF、JPEG 或 PNG 文件，请另选文件。";

export function cases(world) {
  const { double, origin } = world;
  test("letters", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const field = (name) => `.el-dialog [name=${name}]`;
    const alert = (sentence) => page.waitForFunction((wanted) => [...document.querySelectorAll(".el-dialog .wrong[role=alert]")].some((one) => one.innerText === wanted), sentence);
    const send = () => page.click(".el-dialog button[type=submit]");
    const begin = async (role) => {
      double.reset();
      await logIn(page, origin, world.account(role));
      await page.goto(`${origin}/#/recordings/LH-0003/0/412`);
      await page.click("button:has-text('申请调阅')");
      await page.waitForSelector(field("by_letter"));
    };
    const fill = async (file, more = {}) => {
      for (const [name, value] of Object.entries({ reason: "行政诉讼案件，\n调取现场检查录像。", outsider: "方城县人民法院", letter_number: "（2026）豫1322法函9号", letter_date: "2026-11-25", ...more })) {
        await page.fill(field(name), value);
      }
      await page.setInputFiles(field("letter"), file);
    };

    await t.test("each refusal has its sentence, and nothing is sent", async () => {
      await begin("officer");
      const before = double.state.requests.length;
      await page.check(field("by_letter"));
      await page.fill(field("reason"), "行政诉讼");
      await send();
      await alert("请填写来函单位或个人、来函文号和来函日期，并选择来函扫描件。");
      for (const [file, more, sentence] of [
        [word, {}, wrongType],
        [large, {}, "来函扫描件超过 4 MB，请降低分辨率重新扫描后再选。"],
        [scan, { letter_date: "2099-01-01" }, "来函日期晚于今天，请更正。"],
        [scan, { letter_date: "2026-02-30" }, "日期应写作 2026-11-29，请改正。"],
      ]) {
        await fill(file, more);
        await send();
        await alert(sentence);
      }
      assert.equal(double.state.letters.size, 0);
      assert.equal(double.state.requests.length, before);
      assert.deepEqual(await seriousOf(page), []);
      await page.screenshot({ path: join(world.artefacts, "letter-ask-1366.png") });
    });

    await t.test("only to view and to copy; unticked, nothing is asked for anybody else", async () => {
      await begin("custodian");
      await page.check(field("by_letter"));
      await page.selectOption(field("purpose"), "hold");
      assert.equal(await page.locator(field("letter")).count() + (await page.locator(field("by_letter")).count()), 0);
      await page.selectOption(field("purpose"), "view");
      await page.uncheck(field("by_letter"));
      await page.fill(field("reason"), "核对");
      await send();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      assert.equal(double.state.requests[0].outsider, null);
    });

    await t.test("a letter goes up in pieces, its fields by keyboard alone", async () => {
      await begin("officer");
      await page.focus(field("reason"));
      await page.keyboard.type("行政诉讼案件");
      const tabTo = async (name) => {
        for (let stop = 0; stop < 12; stop += 1) {
          await page.keyboard.press("Tab");
          if ((await page.evaluate(() => document.activeElement.name)) === name) return;
        }
        throw new Error(`${name} is not reached by Tab`);
      };
      await tabTo("by_letter");
      await page.keyboard.press("Space");
      for (const [name, value] of [["outsider", "方城县人民法院"], ["letter_number", "（2026）豫1322法函9号"], ["letter_date", "20261125"]]) {
        await tabTo(name);
        await page.keyboard.type(value);
      }
      await tabTo("letter");
      const chooser = page.waitForEvent("filechooser");
      await page.keyboard.press("Space");
      await (await chooser).setFiles(scan);
      await page.locator(field("outsider")).press("Enter");
      await page.waitForSelector(".el-dialog", { state: "detached" });
      const { outsider, by } = double.state.requests[0];
      assert.equal(by.work_number, "1001");
      assert.deepEqual([outsider.name, outsider.letter_number, outsider.letter_date], ["方城县人民法院", "（2026）豫1322法函9号", "2026-11-25"]);
      assert.ok(double.state.scans.get(outsider.scan).equals(scan.buffer));
      assert.equal(double.state.letters.size, 0);
    });

    await t.test("the head sees who asks before deciding, and saves the scan; a scan that is gone is named", async () => {
      double.reset();
      await logIn(page, origin, world.account("head"));
      await page.goto(`${origin}/#/requests`);
      const card = page.locator("article", { hasText: "方城县人民法院" });
      await card.waitFor();
      assert.ok(await inWindow(card.locator("strong", { hasText: "方城县人民法院" })));
      assert.match(await card.innerText(), /来函\s+方城县人民法院 · 文号 （2026）豫1322法函7号 · 日期 2026-11-24/);
      assert.equal(await page.locator("button:has-text('下载来函扫描件')").count(), 1);
      const download = page.waitForEvent("download");
      await card.locator("button:has-text('下载来函扫描件')").press("Enter");
      const saved = await download;
      assert.match(saved.suggestedFilename(), /^letter-[0-9a-f]{12}\.pdf$/);
      assert.ok(readFileSync(await saved.path()).equals(courtScan));
      await page.screenshot({ path: join(world.artefacts, "letter-card-1366.png") });
      assert.deepEqual(await seriousOf(page), []);
      double.state.scans.clear();
      await card.locator("button:has-text('下载来函扫描件')").click();
      await card.locator("[role=alert]", { hasText: "采集站上已没有这份来函扫描件，请系统管理员从备份恢复。" }).waitFor();
    });
    await browser.close();
  });
}
