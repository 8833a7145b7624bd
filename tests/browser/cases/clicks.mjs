// SPDX-License-Identifier: Apache-2.0
// What must be reached at 1366×768 in so many clicks without scrolling; the decision is signed by a virtual authenticator.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import test from "node:test";
import { join } from "node:path";
import { inWindow, logIn } from "../support/browser.mjs";

/** An authenticator with the head's key, and the key for the double. */
export async function addAuthenticator(page, state, verified = true) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "usb", hasUserVerification: true, isUserVerified: verified, automaticPresenceSimulation: true },
  });
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  await cdp.send("WebAuthn.addCredential", {
    authenticatorId,
    credential: { credentialId: id.toString("base64"), isResidentCredential: false, rpId: "localhost", privateKey: pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"), signCount: 1 },
  });
  state.credential = { id: id.toString("base64url"), key: pair.publicKey.export({ type: "spki", format: "der" }) };
  return async () => {
    await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    await cdp.detach();
  };
}

export function cases(world) {
  const { double, origin } = world;
  test("clicks at 1366×768", async (t) => {
    const browser = await world.open([1366, 768]);
    const { page } = browser;
    let clicks = 0;
    const click = async (locator) => {
      await locator.waitFor();
      assert.ok(await inWindow(locator), "must be in the window without scrolling");
      await locator.click();
      clicks += 1;
    };
    const begin = async (role) => {
      double.reset();
      await logIn(page, origin, world.account(role));
      await page.waitForSelector("main h1");
      clicks = 0;
    };

    await t.test("an overdue recorder is named in 0 clicks", async () => {
      await begin("custodian");
      const line = page.locator("[data-kind='handout.overdue']");
      await line.waitFor();
      assert.match(await line.innerText(), /LH-0007 超期未还/);
      assert.ok(await inWindow(line));
    });

    await t.test("an unexplained interruption is reached in 2", async () => {
      await begin("custodian");
      await click(page.locator("[data-kind='interruption.unexplained'] button"));
      const cut = page.locator("[data-interruption='466']");
      await cut.waitFor();
      assert.ok(await inWindow(cut));
      assert.match(await cut.innerText(), /未恢复，断电，记录仪自动记录/);
      assert.match(await cut.innerText(), /恢复后没有语音说明记录/);
      assert.ok(clicks <= 2);
    });

    await t.test("an officer says in writing why it was interrupted", async () => {
      await begin("officer");
      await page.locator("[data-kind='interruption.unexplained'] button").click();
      const cut = page.locator("[data-interruption='466']");
      await cut.locator("text=补充书面说明").click();
      const words = "雨天电池接触不良断电，\n现场由同行人员记录。";
      await page.fill(".el-dialog textarea", words);
      await page.screenshot({ path: join(world.artefacts, "explain-1366.png") });
      await page.fill(".el-dialog textarea", " ");
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog [role=alert]");
      assert.equal(await page.innerText(".el-dialog [role=alert]"), "请填写中止原因和经过。");
      await page.fill(".el-dialog textarea", words);
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      await cut.locator("text=雨天电池接触不良断电， 现场由同行人员记录。").waitFor();
      assert.match(await cut.innerText(), /书面说明（李建国，/);
      await page.goto(`${origin}/#/`);
      await page.reload();
      await page.waitForSelector("main h1");
      await page.locator("[data-kind='interruption.unexplained']").waitFor({ state: "detached" });
    });

    await t.test("a request is decided in 2, signed by the head's own key", async () => {
      await begin("head");
      const remove = await addAuthenticator(page, double.state);
      const card = page.locator("article").first();
      const id = await card.getAttribute("data-request");
      await click(card.locator("text=批准").first());
      await click(page.locator(".el-dialog button[type=submit]"));
      await page.waitForFunction((gone) => !document.querySelector(`[data-request='${gone}']`), id);
      const decided = double.state.requests.find((one) => one.id === id);
      assert.equal(decided.state, "granted");
      assert.equal(decided.decision.uses, 3);
      assert.ok(decided.decision.until_us - decided.decision.from_us <= 92 * 86400e6);
      assert.ok(clicks <= 2);
      await remove();
    });

    await t.test("what ends a hold is signed by a second head as the first has signed it", async () => {
      await begin("head");
      const remove = await addAuthenticator(page, double.state);
      const card = page.locator("article", { hasText: "第一签名" });
      const id = await card.getAttribute("data-request");
      const first = double.state.requests.find((one) => one.id === id).first_signature;
      assert.match(await card.innerText(), /高岩（3002） · .*，还须另一名负责人签名/);
      await card.locator("text=签名同意").click();
      await page.waitForSelector(".el-dialog");
      assert.match(await page.innerText(".el-dialog"), /高岩已签署：.*可用 1 次。您签署的是同样的内容。/);
      assert.equal(await page.locator(".el-dialog input").count(), 0);
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      const { state, decision } = double.state.requests.find((one) => one.id === id);
      assert.equal(state, "granted");
      assert.deepEqual(decision.by.map((one) => one.work_number), ["3002", "3001"]);
      assert.deepEqual([decision.from_us, decision.until_us, decision.uses], [first.from_us, first.until_us, first.uses]);
      await remove();
    });

    await t.test("the first of two signs, sees that another must, and cannot sign twice", async () => {
      await begin("head");
      const remove = await addAuthenticator(page, double.state);
      const open = double.state.requests.find((one) => one.first_signature);
      open.first_signature = null;
      await page.reload();
      const card = page.locator(`article[data-request='${open.id}']`);
      await card.locator("text=批准").first().click();
      await page.waitForSelector(".el-dialog");
      assert.match(await page.innerText(".el-dialog"), /须由两名负责人先后签名才生效。/);
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      await card.locator("text=您已签名，等待另一人签名").waitFor();
      assert.equal(await card.locator("text=签名同意").count(), 0);
      assert.equal(double.state.requests.find((one) => one.id === open.id).state, "open");
      await remove();
    });

    await t.test("what was approved on paper is registered by two", async () => {
      await begin("custodian");
      await page.goto(`${origin}/#/requests`);
      const remove = await addAuthenticator(page, double.state);
      const open = double.state.requests.find((one) => one.state === "open" && one.purpose === "view");
      const card = page.locator(`article[data-request='${open.id}']`);
      await card.waitFor();
      assert.equal(await card.locator("button:has-text('不批准')").count(), 0);
      await card.locator("text=登记纸质审批").click();
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      await card.locator("text=还须另一人核对原件后共同登记").waitFor();
      assert.equal(open.first_signature.manner, "paper");
      await page.context().clearCookies();
      await logIn(page, origin, world.account("supervisor"));
      await page.goto(`${origin}/#/requests`);
      await card.locator("text=共同登记纸质审批").click();
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      assert.equal(open.decision.manner, "paper");
      assert.deepEqual(open.decision.by.map((one) => one.work_number), ["2001", "4001"]);
      await remove();
    });

    await t.test("a head takes a grant back", async () => {
      await begin("head");
      await page.goto(`${origin}/#/requests`);
      const granted = double.state.requests.find((one) => one.state === "granted");
      const card = page.locator(`article[data-request='${granted.id}']`);
      await card.locator("text=收回批准").click();
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog", { state: "detached" });
      await card.locator("text=收回批准").waitFor({ state: "detached" });
      assert.equal(granted.state, "ended");
    });

    await t.test("a key that does not confirm decides nothing, and the page says so", async () => {
      await begin("head");
      const remove = await addAuthenticator(page, double.state, false);
      const id = await page.locator("article").first().getAttribute("data-request");
      await page.locator("article").first().locator("text=不批准").click();
      await page.locator(".el-dialog button[type=submit]").click();
      await page.waitForSelector(".el-dialog [role=alert]");
      assert.equal(await page.innerText(".el-dialog [role=alert]"), "没有得到密钥的签名：密钥未确认、已超时，或不是您登记的密钥。申请仍为待审批。");
      await page.screenshot({ path: join(world.artefacts, "decide-no-key-1366.png") });
      assert.equal(double.state.requests.find((one) => one.id === id).state, "open");
      await remove();
    });
    await browser.close();
  });
}
