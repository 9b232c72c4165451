import type { Browser, Page } from "playwright-core";
import { startConche } from "../../servers/conche.ts";
import { standingClock } from "../../servers/wall-clock.ts";
import { momentOf, plantFileOf, type ToldScenario } from "./scenario-log.ts";

/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 180_000;

/** Between two looks at whether a page is still asking, milliseconds; so many looks in a row it asks for nothing. */
const LOOK_MS = 100;
const CALM = 15;

/** A page at the moment of a scenario, served and shown while the clocks of server and browser stand still. */
export interface ShownScenario extends AsyncDisposable {
  readonly page: Page;
  readonly http: string;
  /** Opens an address of the dashboard. */
  open(path: string): Promise<void>;
  /** Until the page has everything that it asks for. */
  settled(): Promise<void>;
}

/** Serves a scenario's log as of its moment, and opens a browser's page on it that has loaded nothing yet. */
export async function showScenario(
  browser: Browser,
  told: ToldScenario,
  folder: string,
): Promise<ShownScenario> {
  const atMs = momentOf(told);
  const words = ["serve", "--data", folder, "--plant", plantFileOf(folder), "--http-port", "0"];
  const served = await startConche(words, standingClock(atMs));
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.clock.setFixedTime(atMs);
  let asking = 0;
  const counts = (url: string) => url.includes("/api/") && !url.includes("/api/live");
  page.on("request", (request) => {
    if (counts(request.url())) asking++;
  });
  const answered = (request: { url(): string }) => {
    if (counts(request.url())) asking--;
  };
  page.on("requestfinished", answered);
  page.on("requestfailed", answered);
  const http = served.started.http ?? "";
  return {
    page,
    http,
    async open(path) {
      await page.goto(`${http}${path}`);
    },
    async settled() {
      for (let calm = 0; calm < CALM; calm = asking === 0 ? calm + 1 : 0) await page.waitForTimeout(LOOK_MS);
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await served.stop("SIGTERM");
    },
  };
}
