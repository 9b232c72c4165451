import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { type Issuer, startIssuer } from "../servers/issuer.ts";
import { freePort } from "./oidc-browser.ts";

const PATIENCE_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Pictures for whoever wants to look at the page. */
const PICTURES = process.env.OIDC_PICTURES;

suite("logging in on the dashboard with an identity provider", {
  skip: NO_CHROMIUM,
  timeout: 600_000,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-oidc-page-"));
  let issuer: Issuer;
  let center: RunningConche;
  let browser: Browser;

  before(async () => {
    if (isStale()) await buildDashboard();
    // As at a plant: another site, whose redirects bring no cookie that is SameSite=Strict.
    issuer = await startIssuer(0, undefined, "localhost");
    const port = await freePort();
    const secret = join(folder, "client-secret");
    writeFileSync(secret, issuer.clientSecret, { mode: 0o600 });
    center = await startConche([
      ...["datacenter", "--data", join(folder, "data"), "--mqtt-port", "0", "--http-port", String(port)],
      ...["--oidc-issuer", issuer.url, "--oidc-client-id", "conche", "--oidc-client-secret-file", secret],
      ...["--oidc-public-url", `http://127.0.0.1:${port}`, "--oidc-roles", "conche-operators=operator"],
      ...["--oidc-name", "the plant's account"],
    ]);
    browser = await startChromium();
  });
  beforeEach(() => issuer.behave());
  after(async () => {
    await browser?.close();
    await center?.stop("SIGTERM");
    issuer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fresh = async (path: string, colorScheme: "light" | "dark" = "light"): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(`${center.started.http}${path}`);
    return page;
  };
  const button = (page: Page) => page.getByRole("link", { name: "Log in with the plant's account" });
  const picture = async (page: Page, name: string) => {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  test("one key: the button has the focus; then one is where one wanted to be, and logging out leads out of both", async () => {
    const page = await fresh("/alarms");
    await button(page).waitFor();
    await picture(page, "door");
    await page.keyboard.press("Enter");
    await page.locator("header a", { hasText: /amel\.trabelsi\s*operator/ }).waitFor();
    assert.match(page.url(), /\/alarms$/);
    assert.equal(await page.evaluate("document.cookie"), "", "no script sees the session");
    await page.reload();
    await page.locator("header a", { hasText: /amel\.trabelsi/ }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await button(page).waitFor();
    await page.waitForURL(`${center.started.http}/`);
    assert.ok(issuer.asked.some(({ path }) => path === "/end_session"));
    await page.context().close();
  });

  test("what keeps somebody out is said in words, with what to do, once; a token still does", async () => {
    const page = await fresh("/alarms");
    Object.assign(issuer.behaviour, { claims: { roles: ["visitors"] } });
    await button(page).click();
    await page.getByRole("alert").filter({ hasText: "you have no role here" }).waitFor();
    await picture(page, "no-role");
    assert.match(page.url(), /\/alarms$/, "the code doesn't stay in the address");
    await page.getByLabel("Your token").waitFor();
    await page.reload();
    await button(page).waitFor();
    assert.equal(await page.getByText("you have no role here").count(), 0);
    await page.context().close();
  });

  for (const theme of ["light", "dark"] as const) {
    test(`axe-core finds nothing on the door, ${theme}`, async () => {
      const page = await fresh("/#login-problem=CONCHE_OIDC_UNREACHABLE", theme);
      await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
      await button(page).waitFor();
      await picture(page, `down-${theme}`);
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
