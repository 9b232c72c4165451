import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser } from "playwright-core";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { NO_FAKETIME } from "../servers/wall-clock.ts";
import { tellScenario } from "./scenarios/scenario-log.ts";
import { NOTHING_WRONG, SCENARIO_PAGES, type ScenarioPage } from "./scenarios/scenario-pages.ts";
import { showScenario } from "./scenarios/shown-scenario.ts";

/** A day of a line is told for some of them, on a machine that may be busy with other things. */
const TIMEOUT_MS = 30 * 60_000;

/** What goes wrong is said in the first sentence of the page on which somebody would look: what, where, since when. */
suite("scenarios are visible on the dashboard", {
  skip: NO_CHROMIUM || NO_FAKETIME,
  timeout: TIMEOUT_MS,
  // While one is told, another is shown.
  concurrency: 2,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-scenarios-"));
  let browser: Browser;

  before(async () => {
    if (isStale()) await buildDashboard();
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every scenario that goes wrong has its page", async () => {
    const files = await readdir(join(import.meta.dirname, "../../scenarios"));
    const names = files.map((file) => file.replace(/\.yaml$/, ""));
    const shown = [...SCENARIO_PAGES.map(({ name }) => name), ...NOTHING_WRONG];
    assert.deepEqual(shown.sort(), names.sort());
  });

  const logs = new Map<string, Promise<string>>();
  const logOf = (scenario: ScenarioPage): Promise<string> => {
    const { name, log = name } = scenario;
    const known = logs.get(log);
    if (known !== undefined) return known;
    const data = join(folder, log);
    const beside = SCENARIO_PAGES.filter((each) => each.log === log && each.name !== name);
    const told = tellScenario(
      scenario,
      data,
      beside.map((each) => each.name),
    ).then(() => data);
    logs.set(log, told);
    return told;
  };

  for (const scenario of SCENARIO_PAGES) {
    test(`${scenario.name}: ${scenario.truth.fault}`, { timeout: TIMEOUT_MS }, async () => {
      await using shown = await showScenario(browser, scenario, await logOf(scenario));
      await shown.open(scenario.path);
      const sentence = shown.page.locator("h1");
      await sentence.filter({ hasText: scenario.says }).waitFor();
      if (scenario.leads === undefined) return;
      await shown.page.getByRole("link", { name: scenario.leads.by }).first().click();
      await sentence.filter({ hasText: scenario.leads.says }).waitFor();
    });
  }
});
