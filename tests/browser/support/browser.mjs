// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium with a fresh profile, and what every case does with a page.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A certificate for localhost, made now: {key, cert} and the hash by which Chromium is told to take it. */
export function makeIdentity() {
  const folder = mkdtempSync(join(tmpdir(), "liuhen-browser-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert], { stdio: "ignore" });
    const made = { key: readFileSync(key), cert: readFileSync(cert) };
    return { ...made, spki: spkiOf(made.cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
export const spkiOf = (pem) => createHash("sha256").update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" })).digest("base64");

/** `size` is [width, height] of what the page has. Every console error and every request to elsewhere goes into `troubles`. */
export async function openBrowser(spki, size, troubles, origin) {
  const profile = mkdtempSync(join(tmpdir(), "liuhen-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    timeout: 300000,
    executablePath: process.env.LIUHEN_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: size[0], height: size[1] },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    args: [`--ignore-certificate-errors-spki-list=${spki}`, "--no-sandbox", "--lang=zh-CN", "--autoplay-policy=no-user-gesture-required"],
  });
  context.setDefaultTimeout(Number(process.env.LIUHEN_PATIENCE_MS ?? 15000));
  const watch = (page) => {
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => troubles.push(`page: ${error.message}`));
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(origin)) troubles.push(`elsewhere: ${request.url()}`);
    });
  };
  context.on("page", watch);
  context.pages().forEach(watch);
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

export async function logIn(page, origin, account) {
  await page.context().clearCookies();
  await page.goto(`${origin}/#/login`);
  await page.reload();
  await page.fill("[name=work_number]", account.work_number);
  await page.fill("[name=password]", account.password);
  if (account.totp) await page.fill("[name=totp]", account.totp);
  await page.click("button[type=submit]");
  await page.waitForFunction(() => !location.hash.startsWith("#/login"));
}

/** What axe-core calls serious or critical. */
export async function seriousOf(page) {
  const cdp = await page.context().newCDPSession(page); // around the policy, which forbids injected scripts
  await cdp.send("Runtime.evaluate", { expression: readFileSync(axeFile, "utf8") });
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  await cdp.detach();
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary.split("\n")[1] ?? ""}`).join(" | ")}`);
}

/** Whether an element is wholly in the window, without scrolling. */
export const inWindow = (locator) =>
  locator.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  });

/** Where a page is wider than the window, which hides things. */
export const sidewaysOf = (page) =>
  page.evaluate(() => [...document.querySelectorAll("main, body, .el-dialog")].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => `${one.tagName} ${one.scrollWidth} > ${one.clientWidth}`));
