import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { openEdge } from "../../src/index.ts";
import { append, FIRST_MS, record } from "../../test/commands/filled-log.ts";
import { runConche } from "../../test/commands/run-conche.ts";
import { startChromium } from "../../test/servers/chromium.ts";
import { portOf, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const PATIENCE_MS = 300_000;
/** Values that are followed from the machine to the page, and the pause between two, milliseconds. */
const VALUES = 100;
const PACE_MS = 300;
/** Messages a second of other machines meanwhile. */
const LOAD = 1_000;
/** How long a trend is panned, milliseconds. */
const PAN_MS = 4_000;
/** A month with a reading a minute: the figures it is drawn from are those of minutes and hours, as of one a second. */
const MONTH_MINUTES = 30 * 1_440;
const GROUP = 5_000;
const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };

/**
 * The dashboard in a real Chromium: until the first page can be used, from a machine's message to the pixel, and a month
 * of a tag. What a page loads is held by test/dashboard/size.test.ts.
 */
export async function dashboard(runs: number): Promise<Figure[]> {
  const browser = await startChromium();
  try {
    return [...(await live(browser, runs)), ...(await month(browser, runs))];
  } finally {
    await browser.close();
  }
}

/** A page of a browser that has loaded nothing yet. */
async function freshPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

function live(browser: Browser, runs: number): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    const conche = await startConche(["datacenter", "--data", join(folder, "data"), ...ports]);
    const edge = await openEdge({ url: String(conche.started.mqtt), outbox: join(folder, "machine") });
    try {
      const machine = await edge.machine(TEMPERER);
      const say = (value: number) =>
        machine.publish("telemetry", {
          ts: new Date().toISOString(),
          product_type: "dark",
          tags: { temp_c: value },
        });
      await machine.publish("state", { ts: new Date().toISOString(), state: "Execute", mode: "Production" });
      await say(30);
      const shown = `a.column[href="/machine/${TEMPERER}"] .value-line b`;
      const first: number[] = [];
      const firstFrame: number[] = [];
      let page = await freshPage(browser);
      for (let run = 0; run < runs; run++) {
        await page.context().close();
        page = await freshPage(browser);
        await page.addInitScript({ content: noteFrameOf(shown) });
        const startedAt = performance.now();
        await page.goto(`${conche.started.http}/line`);
        await page.locator(shown).first().waitFor();
        first.push(performance.now() - startedAt);
        firstFrame.push(await page.evaluate<number>("frameOf"));
      }
      const ways: number[] = [];
      const port = portOf(conche.started.mqtt);
      const seconds = (VALUES * PACE_MS) / 1_000 + 10;
      const load = runLoad({ ...STANDARD_LOAD, port, messages: LOAD * seconds, rate: LOAD });
      for (let at = 0; at < VALUES; at++) {
        const value = 31 + at / 100;
        // Browser and machine share a clock: both read the milliseconds since 1970 of this computer.
        const seen = page.evaluate<number>(watchFor(shown, value.toFixed(2)));
        const saidMs = Date.now();
        await say(value);
        ways.push((await seen) - saidMs);
        await page.waitForTimeout(PACE_MS);
      }
      await load;
      ways.sort((a, b) => a - b);
      const rank = (share: number) => ways[Math.min(ways.length - 1, Math.floor(ways.length * share))] ?? 0;
      return [
        figure("dashboard, first page usable, nothing cached", "ms", first),
        figure("dashboard, first page usable, as the page has it", "ms", firstFrame),
        figure(`dashboard, message to pixel at ${LOAD} msg/s, median of ${VALUES}`, "ms", [rank(0.5)]),
        figure(`dashboard, message to pixel at ${LOAD} msg/s, 99 % of ${VALUES}`, "ms", [rank(0.99)]),
      ];
    } finally {
      await edge.close();
      await conche.stop("SIGTERM");
    }
  });
}

/**
 * What a page runs before its own scripts: notes in `frameOf` when the frame is drawn that shows the first element of a selector, in
 * milliseconds since the page was asked for. Whoever looks from outside asks again and again, up to half a second apart.
 */
function noteFrameOf(selector: string, drawn = ""): string {
  return `globalThis.frameOf = new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector(${JSON.stringify(selector)});
      if (found === null || (${JSON.stringify(drawn)} !== "" && !found.getAttribute(${JSON.stringify(drawn)}))) return;
      observer.disconnect();
      // After the frame, not at its begin.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0));
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  })`;
}

/** What the page runs: resolves with the time at which an element shows a text, in the frame in which it is drawn. */
function watchFor(selector: string, text: string): string {
  return `new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(text)})) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(Date.now()));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  })`;
}

function month(browser: Browser, runs: number): Promise<Figure[]> {
  return inFolder(async (folder) => {
    await monthOfATag(folder);
    const { code, err } = await runConche(["rebuild", "--data", folder]);
    if (code !== 0) throw new Error(err);
    const server = await startConche(["serve", "--data", folder, "--http-port", "0"]);
    try {
      const page = await freshPage(browser);
      const machine = `${server.started.http}/machine/${TEMPERER}`;
      const drawn: number[] = [];
      const drawnFrame: number[] = [];
      await page.addInitScript({ content: noteFrameOf(TRACE, "d") });
      await page.goto(`${machine}?tags=temp_c&span=10m`);
      await page.locator(".trend-label b").first().waitFor();
      for (let run = 0; run < runs; run++) {
        await page.goto(`${machine}?tags=temp_c&span=30d`);
        await page.locator(TRACE).first().waitFor();
        drawn.push(await page.evaluate<number>(`performance.now() - ${REQUESTED}`));
        drawnFrame.push(await page.evaluate<number>(`frameOf.then((frame) => frame - ${REQUESTED})`));
      }
      const box = await page.locator(".trend-strips").boundingBox();
      if (box === null) throw new Error("there is no trend");
      const frames = await framesWhileDragged(page, box);
      const most = await freshPage(browser);
      await most.setContent(ONE_SQUARE);
      await most.evaluate(MOVE_IT);
      return [
        figure("dashboard, a month of a tag, from request to drawn", "ms", drawn),
        figure("dashboard, a month of a tag, from request to its frame", "ms", drawnFrame),
        figure("dashboard, frames a second while a month is panned", "1/s", frames),
        figure(
          "a page with nothing but a square that is dragged",
          "1/s",
          await framesWhileDragged(most, box),
        ),
      ];
    } finally {
      await server.stop("SIGTERM");
    }
  });
}

/** A log in which the temperer has said its outlet's temperature every minute, until now. */
async function monthOfATag(folder: string): Promise<void> {
  const log = await openMessageLog(folder);
  const first = Math.floor((Date.now() - FIRST_MS) / 1_000) - MONTH_MINUTES * 60;
  for (let from = 0; from < MONTH_MINUTES; from += GROUP) {
    const minutes = Array.from({ length: Math.min(GROUP, MONTH_MINUTES - from) }, (_, at) => from + at);
    const messages = minutes.map((minute) => {
      const temp_c = Math.round(3140 + 40 * Math.sin(minute / 90) + 10 * Math.sin(minute * 1.7)) / 100;
      return record(first + minute * 60, "telemetry", { ...BATCH, tags: { temp_c } });
    });
    await append(log, messages);
  }
  await log.close();
}

const TRACE = "svg path.d-trace";

/** What the page runs: the begin of the first question for a series. */
const REQUESTED = `(performance.getEntriesByType("resource")
  .find(({ name }) => name.includes("/api/series/"))?.startTime ?? 0)`;

/** The most frames that this computer's browser gives to a page: one that does nothing but move a square. */
const ONE_SQUARE = `<div style="width:100px;height:100px;background:grey;will-change:transform"></div>`;
const MOVE_IT = `addEventListener("pointermove", ({ clientX }) => {
  document.querySelector("div").style.transform = "translateX(" + clientX + "px)";
})`;

/** Drags to and fro within a box; the frames of each second of it. */
async function framesWhileDragged(
  page: Page,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<number[]> {
  const counted = page.evaluate<number[]>(`new Promise((resolve) => {
    const begin = performance.now();
    const seconds = [];
    const frame = (now) => {
      const second = Math.floor((now - begin) / 1000);
      if (now - begin > ${PAN_MS}) return resolve(seconds);
      seconds[second] = (seconds[second] ?? 0) + 1;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  let done = false;
  void counted.then(() => {
    done = true;
  });
  for (let step = 0; !done; step++)
    await page.mouse.move(box.x + box.width * (0.5 + 0.3 * Math.sin(step / 20)), y);
  await page.mouse.up();
  return counted;
}
