import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { TokenStore } from "../../src/adapters/sqlite/tokens/token-store.ts";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { runConche } from "../commands/run-conche.ts";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";

const PATIENCE_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MIXER = "tunis-01/line-a/s2_mixing/mixer-02";
const ALARM = {
  ...{ v: 2, ts: new Date().toISOString(), alarm_id: "reel.low", event: "raised", priority: "medium" },
  ...{ code: "REEL_LOW", message: "the reel is nearly empty" },
};

suite("logging in on the dashboard", { skip: NO_CHROMIUM, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-login-"));
  const data = join(folder, "data");
  const secrets = new Map<string, string>();
  let center: RunningConche;
  let browser: Browser;

  before(async () => {
    if (isStale()) await buildDashboard();
    const store = new TokenStore(data);
    for (const [name, role] of [
      ["Amel Trabelsi", "operator"],
      ["Wall", "viewer"],
    ] as const) {
      secrets.set(name, store.create({ name, role, expiresMs: undefined }, Date.now()).secret);
    }
    store.close();
    center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
    browser = await startChromium();
    const plc = await RawClient.connected(portOf(center.started.mqtt), 5, "plc");
    plc.publish(`factory/${MIXER}/alarm`, JSON.stringify(ALARM), 1, 1);
    await plc.expect("puback");
  });

  after(async () => {
    await browser?.close();
    await center?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  const fresh = async (path: string, colorScheme: "light" | "dark" = "light"): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(`${center.started.http}${path}`);
    return page;
  };
  const logIn = async (page: Page, name: string): Promise<void> => {
    await page.getByLabel("Your token").fill(secrets.get(name) ?? "");
    await page.keyboard.press("Enter");
  };

  test("by keyboard: what is wrong is said in words, then one is where one wanted to be, with name and role", async () => {
    const page = await fresh("/alarms");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    assert.equal(await page.locator("nav").count(), 0, "nothing of the plant is shown");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "Paste your token first." }).waitFor();
    await page.keyboard.type("conche_wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "There is no such token" }).waitFor();
    // The wrong one is selected: what is typed takes its place.
    await page.keyboard.type(secrets.get("Amel Trabelsi") ?? "");
    await page.keyboard.press("Enter");
    await page.locator("header a", { hasText: /Amel Trabelsi\s*operator/ }).waitFor();
    await page.getByRole("button", { name: /^Ack/ }).first().waitFor();
    assert.match(page.url(), /\/alarms$/);
    assert.equal(await page.evaluate("document.cookie"), "", "no script sees the session");
    assert.ok(
      !((await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")) as string).includes(
        "conche_",
      ),
    );
    await page.context().close();
  });

  test("what is done carries the login's name: nobody is asked for one", async () => {
    const page = await fresh("/alarms");
    await logIn(page, "Amel Trabelsi");
    await page.getByRole("button", { name: /^Ack/ }).first().click();
    await page.getByText("active, acknowledged").first().waitFor();
    const said = await page.evaluate(
      `fetch("/api/alarms/${MIXER}/reel.low").then((answer) => answer.json())`,
    );
    const { events } = said as { events: { event: string; by: string | null }[] };
    assert.equal(events.find(({ event }) => event === "acknowledged")?.by, "Amel Trabelsi");
    await page.context().close();
  });

  test("what a role may not do is not offered, and why stands there", async () => {
    const page = await fresh("/alarms");
    await logIn(page, "Wall");
    const shelve = page.getByRole("button", { name: "Shelve …" }).first();
    await shelve.waitFor();
    assert.equal(await shelve.isDisabled(), true);
    assert.equal(await shelve.getAttribute("title"), "Needs the role operator; you have viewer");
    await page.context().close();
  });

  test("logging out, and a token that is revoked, lead back to the door", async () => {
    const page = await fresh("/settings");
    await logIn(page, "Wall");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await logIn(page, "Wall");
    await page.getByText("Logged in as").waitFor();
    const { code, err } = await runConche(["token", "revoke", "Wall", "--data", data]);
    assert.equal(code, 0, err);
    await page.getByText("Your login has ended").waitFor();
    await logIn(page, "Wall");
    await page.getByRole("alert").filter({ hasText: "This token was taken back" }).waitFor();
    await page.context().close();
  });

  test("a login code in the address logs in once, and doesn't stay in the address", async () => {
    const store = new TokenStore(data);
    const token = store.list().find(({ name }) => name === "Amel Trabelsi");
    const code = store.loginCode(token?.id ?? 0, Date.now() + 600_000, Date.now());
    store.close();
    const page = await fresh(`/line#code=${code}`);
    await page.locator("header a", { hasText: /Amel Trabelsi\s*operator/ }).waitFor();
    assert.ok(!page.url().includes(code));
    await page.context().close();
    const second = await fresh(`/line#code=${code}`);
    await second.getByRole("heading", { name: "Log in" }).waitFor();
    await second.context().close();
  });

  for (const theme of ["light", "dark"] as const) {
    test(`axe-core finds nothing on the door, ${theme}`, async () => {
      const page = await fresh("/", theme);
      await page.getByLabel("Your token").waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("alert").filter({ hasText: "Paste" }).waitFor();
      const found = await page.evaluate(`(async () => {
        ${AXE}
        const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
        return violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | "));
      })()`);
      assert.deepEqual(found, []);
      await page.context().close();
    });
  }
});
