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
