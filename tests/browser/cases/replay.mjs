// SPDX-License-Identifier: Apache-2.0
// A recording plays under a grant, seeks across an interruption, and shows the gap as a gap; by the player's clock and by pixels.
import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { playedFrom } from "../double/day.mjs";
import { logIn } from "../support/browser.mjs";

/** Which of red, green, blue leads in the middle of the picture that is shown. */
const colourOf = (page) =>
  page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const brush = canvas.getContext("2d");
    const video = document.querySelector("video");
    brush.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
    return red > green && red > blue ? "red" : green > blue ? "green" : "blue";
  });
const clockOf = (seconds) => new Date(playedFrom / 1000 + seconds * 1000).toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });

export function cases(world) {
  const { double, origin } = world;
  test("replay", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    double.reset();
    await logIn(page, origin, world.account("supervisor"));
    await page.goto(`${origin}/#/recordings/LH-0003/0/412`);

    await t.test("before a view is begun nothing is fetched of it", async () => {
      await page.waitForSelector("button:has-text('开始回放')");
      assert.equal(double.state.views.size, 0);
      assert.equal(await page.locator("video").count(), 0);
    });

    await t.test("the timeline has pre-event, statements, marks, interruptions and what is not stored", async () => {
      const count = (kind) => page.locator(`svg [data-kind='${kind}']`).count();
      assert.deepEqual(
        { pre: await count("pre_event"), intact: await count("intact"), missing: await count("missing"), cuts: await count("interruption"), said: await count("statement"), marks: await count("mark") },
        { pre: 1, intact: 3, missing: 1, cuts: 2, said: 3, marks: 2 },
      );
      assert.match(await page.locator("[data-interruption='431']").innerText(), /人为暂停，执法人员声明/);
    });

    await t.test("it plays under the grant", async () => {
      await page.click("button:has-text('开始回放')");
      await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);
      assert.equal(double.state.requests.find((one) => one.decision?.used === 1)?.by.work_number, "4001");
      await page.evaluate(() => document.querySelector("video").play());
      await page.waitForFunction(() => document.querySelector("video").currentTime > 0.5);
    });

    await t.test("a seek by the timeline shows that second, by clock and by colour", async () => {
      await page.evaluate(() => document.querySelector("video").pause());
      await page.click(`button[aria-label='从 ${clockOf(9)} 播放'] >> nth=0`);
      await page.waitForFunction(() => !document.querySelector("video").seeking && document.querySelector("video").currentTime > 8);
      assert.equal(await colourOf(page), "green");
      const valued = await page.getAttribute("[role=slider]", "aria-valuenow");
      assert.ok(Math.abs(Number(valued) - 9) <= 2, `the timeline stands at ${valued}`);
    });

    await t.test("it plays across the interruption, and says that there is a gap", async () => {
      await page.locator("[role=slider]").focus();
      await page.keyboard.press("Home");
      for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight"); // 15 s
      await page.evaluate(() => (document.querySelector("video").playbackRate = 2));
      await page.evaluate(() => document.querySelector("video").play());
      await page.waitForSelector(".gap");
      assert.match(await page.innerText(".gap"), new RegExp(`此处为中止，没有音像（${clockOf(20)} 至 ${clockOf(35)}）`));
      await page.waitForFunction(() => document.querySelector("video").currentTime > 21.5);
      assert.equal(await colourOf(page), "red");
      await page.evaluate(() => document.querySelector("video").pause());
      const valued = Number(await page.getAttribute("[role=slider]", "aria-valuenow"));
      assert.ok(valued >= 35, `the timeline counts the gap: ${valued}`);
      await page.screenshot({ path: join(world.artefacts, "replay-after-gap-1366.png") });
    });

    await t.test("a seek into the gap says so and stands at the first picture behind it", async () => {
      await page.click("[data-interruption='431'] button");
      await page.waitForSelector(".gap");
      await page.waitForFunction(() => !document.querySelector("video").seeking);
      assert.equal(await colourOf(page), "red");
    });
    await browser.close();
  });
}
