// SPDX-License-Identifier: Apache-2.0
// Imports: what is refused before anything is sent, a file in pieces, one that the vault has no room for, the list afterwards.
import assert from "node:assert/strict";
import test from "node:test";
import { createHash, randomBytes } from "node:crypto";
import { logIn } from "../support/browser.mjs";

const long = { name: "市场南门.mp4", mimeType: "video/mp4", buffer: randomBytes(2_500_000) };
const short = { name: "现场照片.jpg", mimeType: "image/jpeg", buffer: randomBytes(1000) };
const letter = { name: "请示.docx", mimeType: "application/msword", buffer: Buffer.from("text") };
const none = { name: "空.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) };

export function cases(world) {
  const { double, origin } = world;
  test("imports", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    const begin = async (role) => {
      double.reset();
      await logIn(page, origin, world.account(role));
      await page.goto(`${origin}/#/imports`);
      await page.waitForSelector("main h1");
    };
    const field = (name) => `.el-dialog [name=${name}]`;
    const open = async () => {
      await page.click("button:has-text('导入文件')");
      await page.waitForSelector(field("files"));
    };
    const declare = async (files, more = {}) => {
      const values = { maker: "大华", device: "3 号枪机", from: "2026-11-28 08:00", until: "2026-11-28 09:00", wearer: "市场管理处", reason: "方市监罚〔2026〕31号", ...more };
      await page.setInputFiles(field("files"), files);
      for (const [name, value] of Object.entries(values)) await page.fill(field(name), value);
    };
    const send = () => page.click(".el-dialog button[type=submit]");
    const alert = (sentence) => page.waitForFunction((wanted) => [...document.querySelectorAll(".el-dialog .wrong[role=alert]")].some((one) => one.innerText === wanted), sentence);
    const said = (sentence) => page.waitForFunction((wanted) => document.querySelector("main .said")?.innerText === wanted, sentence);

    await t.test("each refusal has its sentence, and nothing is sent", async () => {
      await begin("custodian");
      await open();
      await send();
      await alert("请选择文件，并填写设备厂商、设备、佩戴或负责人员和导入事由。");
      for (const [files, more, sentence] of [
        [[short], { from: "", until: "" }, "日期和时间应写作 2026-11-29 18:00，请改正。"],
        [[short], { until: "2026-11-28 07:00" }, "结束时间早于开始时间或晚于现在，请更正。"],
        [[short], { until: "2099-01-01 08:00" }, "结束时间早于开始时间或晚于现在，请更正。"],
        [[short], { maker: "厂".repeat(22) }, "设备厂商和设备各不超过 64 字节（约 21 个汉字），请缩短。"],
        [[short, none], {}, "文件 空.jpg 是空的，请另选文件。"],
        [[letter], {}, "从文件名看不出 请示.docx 的类型，请选择录像、照片或录音；文书等其他文件请勿导入。"],
      ]) {
        await declare(files, more);
        await send();
        await alert(sentence);
      }
      assert.equal(double.state.uploads.size, 0);
    });

    await t.test("files go up in pieces and stand in the list as they were declared", async () => {
      await begin("custodian");
      await open();
      await declare([long, short]);
      await send();
      await said("已保存 2 个文件。");
      const [second, first] = double.state.imports;
      assert.equal(first.object, createHash("sha256").update(long.buffer).digest("hex"));
      assert.equal(first.media, "video");
      assert.equal(second.media, "photo");
      assert.equal(first.until_us - first.from_us, 3_600_000_000);
      const row = page.locator(`[data-leaf="${first.leaf}"]`);
      await row.waitFor();
      assert.match(await row.innerText(), /市场南门\.mp4[\s\S]*2\.5 MB[\s\S]*录像[\s\S]*大华[\s\S]*3 号枪机[\s\S]*市场管理处[\s\S]*方市监罚〔2026〕31号[\s\S]*无法证明/);
      await open();
      await declare([short], { reason: "更正佩戴人" });
      await send();
      await said("已保存 1 个文件，其中 1 个此前已有相同内容。");
    });

    await t.test("no room: the sentence names the file and what to do, and the form goes on with what is not kept", async () => {
      await begin("custodian");
      await open();
      await declare([short]);
      double.state.noRoom = true;
      await send();
      await alert("现场照片.jpg：证据保管服务的磁盘空间不足，没有保存该文件，请系统管理员腾出空间后再导入。");
      double.state.noRoom = false;
      await send();
      await said("已保存 1 个文件。");
    });

    await t.test("a supervisor reads the list and imports nothing", async () => {
      await begin("supervisor");
      await page.waitForSelector("tbody tr");
      assert.equal(await page.locator("button:has-text('导入文件')").count(), 0);
      assert.match(await page.locator("tbody tr").nth(2).innerText(), /（已删除）/);
    });
    await t.test("a file is looked at under a grant for it, and a broken one says what to do", async () => {
      await begin("supervisor");
      const look = () => page.locator("tbody tr").first().locator("button:has-text('查看')").click();
      await look();
      await page.waitForSelector(".el-dialog :text('您还没有这个文件的有效批准')");
      await page.click(".el-dialog button:has-text('申请调阅')");
      await page.fill("[name=reason]", "核对现场照片");
      await page.click("button:has-text('提交申请')");
      await page.waitForSelector(".el-dialog [role=status]:has-text('申请已提交')");
      const [file] = double.state.imports;
      const [request] = double.state.requests;
      assert.deepEqual(request.subjects, [{ device: "import", generation: null, recording: null, object: file.object, from_ns: null, to_ns: null }]);
      const us = Date.now() * 1000;
      request.state = "granted";
      request.decision = { by: [request.by], manner: "key", time_us: us, leaf: 901, grant: "ab".repeat(32), from_us: us - 1e6, until_us: us + 3600e6, uses: 3, used: 0 };
      await page.keyboard.press("Escape");
      await look();
      await page.click(".el-dialog button:has-text('开始查看')");
      await page.waitForFunction(() => document.querySelector(".el-dialog img")?.naturalWidth === 1);
      assert.equal(request.decision.used, 1);
      double.state.brokenFile = true;
      await page.keyboard.press("Escape");
      await look();
      await page.click(".el-dialog button:has-text('开始查看')");
      await page.waitForSelector(".el-dialog [role=alert]:has-text('此浏览器不能显示这种格式的文件，请与资料设备管理员联系，用该厂商的软件查看。')");
      await page.goto(`${origin}/#/requests`);
      await page.waitForSelector(`[data-request="${request.id}"]:has-text('导入文件 ${file.object.slice(0, 12)}')`);
    });
    await browser.close();
  });
}
