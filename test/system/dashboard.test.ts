import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { filledLog } from "../commands/filled-log.ts";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";

/** Every page, with something that it shows once it has its data. */
const PAGES = [
  ["/plant", "a.plant-machine:nth-child(8)"],
  ["/line", ".column .value b"],
  [`/machine/${TEMPERER}?span=30m`, ".trend-label b"],
  ["/batches", "tbody tr th a"],
  ["/alarms", ".measures dd b"],
  ["/quality", "h1"],
  ["/oee", "h1"],
  ["/data", "tbody tr th a"],
  ["/explore", ".topic"],
  ["/settings", "tbody tr th"],
] as const;

suite("the dashboard in a real browser", { skip: NO_CHROMIUM, timeout: 600_000 }, () => {
  const data = mkdtempSync(join(tmpdir(), "conche-dashboard-"));
  let conche: RunningConche;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    if (isStale()) await buildDashboard();
    conche = await startConche([
      "up",
      "--data",
      data,
      "--mqtt-port",
      "0",
      "--http-port",
      "0",
      "--history",
      "30m",
    ]);
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(base())) complaints.push(`request off the machine: ${request.url()}`);
    });
  });

  after(async () => {
    await browser?.close();
    await conche?.stop("SIGTERM");
    rmSync(data, { recursive: true, force: true });
  });

  const base = (): string => conche.started.http ?? "";

  for (const [address, shows] of PAGES) {
    test(`${address} shows its data, without a complaint and accessible to WCAG 2.2 AA`, async () => {
      complaints.length = 0;
      await page.goto(base() + address);
      await page.locator(shows).first().waitFor();
      assert.deepEqual(complaints, []);
      assert.deepEqual(await violations(page), []);
      await page.setViewportSize({ width: 1024, height: 768 });
      assert.deepEqual(await tooWide(page), [], "at 1024 px");
      await page.setViewportSize({ width: 1440, height: 900 });
    });
  }

  test("the strip at the top fits a tablet while views catch up, and somebody with a long name acts", async () => {
    const narrow = await browser.newPage({ viewport: { width: 1024, height: 768 } });
    try {
      narrow.setDefaultTimeout(PATIENCE_MS);
      await narrow.addInitScript({
        content: `localStorage.setItem("conche.preferences", '{"person":"Amira Ben Salah-Trabelsi el Fassi"}')`,
      });
      await narrow.route("**/api/views", async (route) => {
        const response = await route.fetch();
        const json = (await response.json()) as { views: { behind: number; newest: string | null }[] };
        const views = json.views.map((each) => ({ ...each, behind: 9_999, newest: "2026-01-01T00:00:00Z" }));
        await route.fulfill({ response, json: { ...json, views } });
      });
      await narrow.goto(`${base()}/line`);
      await narrow.locator(".top .record", { hasText: "behind" }).waitFor();
      await narrow.locator(".column .value b").first().waitFor();
      assert.deepEqual(await tooWide(narrow), []);
    } finally {
      await narrow.unrouteAll({ behavior: "ignoreErrors" });
      await narrow.close();
    }
  });

  test("while views catch up, a page says in its first sentence that it shows the past", async () => {
    await page.route("**/api/views", async (route) => {
      const response = await route.fetch();
      const json = (await response.json()) as { views: object[] };
      const views = json.views.map((each) => ({ ...each, behind: 9_999, newest: "2026-01-01T00:00:00Z" }));
      await route.fulfill({ response, json: { ...json, views } });
    });
    await page.goto(`${base()}/oee`);
    await page.locator("h1", { hasText: /^As it was \d+ d .* ago/ }).waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.locator("h1", { hasText: /^OEE/ }).waitFor();
  });

  test("of a plant that nobody hears, no page says that there is no alarm", async (context) => {
    const nothing = await filledLog(context, []);
    const server = await startConche(["serve", "--data", nothing, "--http-port", "0"]);
    try {
      for (const [path, says] of [
        ["/alarms", /^Nobody knows whether there is an alarm/],
        ["/line", /^Nothing has been heard of this line/],
        ["/plant", /Nothing has been heard of/],
      ] as const) {
        await page.goto(`${server.started.http}${path}`);
        await page.locator("h1", { hasText: says }).waitFor();
        assert.equal(
          await page
            .locator("main")
            .getByText(/\b(no alarm is active|0 active|0 alarms)/i)
            .count(),
          0,
          path,
        );
      }
    } finally {
      await server.stop("SIGTERM");
    }
  });

  test("a word of the trade is explained where it stands, by keyboard, too", async () => {
    await page.goto(`${base()}/oee`);
    const word = page.locator("th .term", { hasText: "availability" });
    await word.focus();
    await page.getByRole("tooltip").filter({ hasText: "the share in which it ran" }).waitFor();
    await page.keyboard.press("Escape");
    await page
      .getByRole("tooltip")
      .filter({ hasText: "the share in which it ran" })
      .waitFor({ state: "hidden" });
  });

  test("an answer that takes too long is said in words, with what to do; its code is for whoever mends it", async () => {
    await page.route("**/api/stops?**", (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        json: {
          code: "CONCHE_TIME_LIMIT",
          detail: "the answer took longer than 5 s, the time limit",
          hint: "raise it",
        },
      }),
    );
    await page.goto(`${base()}/oee`);
    const failed = page.locator(".failed");
    await failed.getByText("Choose a shorter period").waitFor();
    assert.ok(await failed.getByText("CONCHE_TIME_LIMIT").isHidden());
    await failed.locator("summary").press("Enter");
    await failed.getByText("CONCHE_TIME_LIMIT").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  test("the line shows the values that are in the log", async () => {
    await page.goto(`${base()}/line`);
    const column = page.locator(`a.column[href="/machine/${TEMPERER}"]`);
    const value = column.locator(".value").first().locator(".value-line b");
    await value.waitFor();
    // The value changes while it is read: what is shown has to be one that the log has.
    const shown = Number((await value.innerText()).replace(/[^\d.−-]/g, "").replace("−", "-"));
    const { messages } = (await (
      await fetch(
        `${base()}/api/messages?site=tunis-01&line=line-a&machine=temper-01&type=telemetry&limit=200`,
      )
    ).json()) as { messages: { payload: string }[] };
    const known = messages.map(
      ({ payload }) => (JSON.parse(payload) as { tags: { temp_c?: number } }).tags.temp_c,
    );
    assert.ok(known.includes(shown), `${shown} is none of ${known.slice(0, 5).join(", ")} …`);
  });

  test("the keyboard alone reaches every page, and a machine by a few letters", async () => {
    await page.goto(`${base()}/line`);
    await page.locator(".column").first().waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.waitForURL("**/alarms");
    await page.keyboard.press("/");
    await page.locator("[role=combobox]").waitFor();
    await page.keyboard.type("temper-01");
    await page.locator("[role=option]").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/machine/${TEMPERER}`);
    await page.keyboard.press("d");
    await page.waitForFunction("document.documentElement.dataset.theme === 'dark'");
    assert.deepEqual(await violations(page), []);
  });

  test("a wall shows the line larger and nothing to be operated; W and the name at the top lead back", async () => {
    await page.goto(`${base()}/line`);
    const column = page.locator(".column").first();
    await column.waitFor();
    const digits = () => page.locator(".column .value b").first();
    const before = await digits().boundingBox();
    await page.keyboard.press("w");
    await page.waitForFunction("document.documentElement.dataset.scale === 'wall'");
    const after = await digits().boundingBox();
    assert.ok((after?.height ?? 0) > (before?.height ?? 0), `${after?.height} px after ${before?.height}`);
    assert.equal(await page.locator("main .btn:visible, .nav:visible, .top button:visible").count(), 0);
    assert.deepEqual(await violations(page), []);
    await page.locator(".brand").click();
    await page.waitForFunction("document.documentElement.dataset.scale === 'desk'");
    assert.equal(new URL(page.url()).pathname, "/line");
  });

  test("a deep link shows that period of that machine and those tags, and nothing else", async () => {
    const to = new Date();
    const from = new Date(to.getTime() - 15 * 60_000);
    await page.goto(
      `${base()}/machine/${TEMPERER}?from=${from.toISOString()}&to=${to.toISOString()}&tags=temp_c,water_temp_c`,
    );
    await page.locator(".trend-label b").first().waitFor();
    assert.deepEqual(await page.locator(".trend-label > span:first-child").allInnerTexts(), [
      "outlet",
      "reheating water",
    ]);
  });

  test("a trend is dragged with the hand: let go, the address is that of what is seen, drawn where it was", async () => {
    complaints.length = 0;
    const spanMs = 10 * 60_000;
    const fromMs = Math.floor(Date.now() / 1_000) * 1_000 - 2 * spanMs;
    const iso = (ms: number) => new Date(ms).toISOString();
    await page.goto(
      `${base()}/machine/${TEMPERER}?from=${iso(fromMs)}&to=${iso(fromMs + spanMs)}&tags=temp_c`,
    );
    const trace = page.locator(".strip path.d-trace");
    await trace.waitFor();
    const strip = await page.locator(".strip .pan-window").boundingBox();
    const before = await page.locator(".strip svg.pans").boundingBox();
    assert.ok(strip !== null && before !== null);
    const [x, y, by] = [strip.x + strip.width / 2, strip.y + strip.height / 2, Math.round(strip.width / 4)];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + by / 2, y);
    await page.mouse.move(x + by, y);
    await page.locator(".trend-strips.panning").waitFor();
    await page.mouse.up();
    await page.locator(".trend-strips:not(.panning)").waitFor();
    await page.waitForURL((url) => url.searchParams.get("from") !== iso(fromMs));
    const shown = new URL(page.url()).searchParams;
    const moved = fromMs - Date.parse(shown.get("from") ?? "");
    assert.ok(Math.abs(moved - (by / strip.width) * spanMs) < 2_000, `${moved} ms`);
    assert.equal(Date.parse(shown.get("to") ?? "") - Date.parse(shown.get("from") ?? ""), spanMs);
    // What was moved is where it was, with what is seen drawn in it.
    assert.deepEqual(await page.locator(".strip svg.pans").boundingBox(), before);
    await trace.waitFor();
    assert.deepEqual(complaints, []);
  });

  test("an address that is none says so, and script in it stays inert", async () => {
    complaints.length = 0;
    await page.goto(`${base()}/machine/tunis-01/line-a/s5_tempering/%3Cimg%20src=x%20onerror=alert(1)%3E`);
    await page.getByText("The plant has no such machine.").waitFor();
    await page.goto(`${base()}/explore?filter=%3Cscript%3Ealert(1)%3C/script%3E`);
    await page.getByText("No topic has this in it.").waitFor();
    assert.deepEqual(complaints, []);
  });

  test("a data center that goes away is said, and the page recovers by itself when it is back", async () => {
    await page.goto(`${base()}/line`);
    await page.getByText("live", { exact: true }).waitFor();
    const port = new URL(base()).port;
    await conche.stop("SIGKILL");
    await page.getByText(/^not live since/).waitFor();
    conche = await startConche(["up", "--data", data, "--mqtt-port", "0", "--http-port", port]);
    await page.getByText("live", { exact: true }).waitFor();
  });
});

/** What is wider than the window, or cut where it stands: nothing of the strip at the top may be. */
function tooWide(page: Page): Promise<string[]> {
  // A chart hears of its new width in the frame after the window's, and is drawn by the next one.
  return page.evaluate<string[]>(`(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise((drawn) => requestAnimationFrame(drawn));
    const wide = document.documentElement.scrollWidth;
    const beyond = [...document.querySelectorAll(".top > *")].filter(
      (each) => each.getBoundingClientRect().right > innerWidth + 1,
    );
    return [
      ...(wide > innerWidth ? ["the page: " + wide + " px"] : []),
      ...beyond.map(({ textContent }) => "beyond the edge: " + textContent),
    ];
  })()`);
}

/** What axe-core finds against WCAG 2.2 A and AA. It is run by the test, past the page's own policy. */
async function violations(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`(async () => {
    ${AXE}
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(" | "));
  })()`)) as string[];
  return found;
}
