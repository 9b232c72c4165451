// `npm run scenario-pictures -- --out DIR`: of every scenario that goes wrong, the page on which somebody would see it, at
// a moment at which it is to be seen. The files have numbers, so that a reader has nothing but the picture; key.json has
// the truth. Needs Chromium and faketime.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NO_CHROMIUM, startChromium } from "../test/servers/chromium.ts";
import { NO_FAKETIME } from "../test/servers/wall-clock.ts";
import { momentOf, tellScenario } from "../test/system/scenarios/scenario-log.ts";
import { SCENARIO_PAGES } from "../test/system/scenarios/scenario-pages.ts";
import { showScenario } from "../test/system/scenarios/shown-scenario.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "scenario-pictures" },
    /** Logs that are kept there are told once. */
    logs: { type: "string" },
    only: { type: "string", multiple: true },
  },
});
const missing = NO_CHROMIUM || NO_FAKETIME;
if (missing) throw new Error(missing);
mkdirSync(values.out, { recursive: true });

/** In an order that tells nothing. */
const numbered = [...SCENARIO_PAGES]
  .sort((a, b) => (digest(a.name) < digest(b.name) ? -1 : 1))
  .map((shown, index) => ({ ...shown, number: index + 1 }));

await using parts = new AsyncDisposableStack();
const logs = values.logs ?? mkdtempSync(join(tmpdir(), "conche-scenarios-"));
mkdirSync(logs, { recursive: true });
if (values.logs === undefined) parts.defer(() => rmSync(logs, { recursive: true, force: true }));
const browser = await startChromium();
parts.defer(() => browser.close());

for (const scenario of numbered.filter(({ name }) => values.only?.includes(name) ?? true)) {
  const folder = join(logs, `${scenario.name}-${scenario.historyH}-${scenario.atH}`);
  if (!existsSync(folder)) await tellScenario(scenario, folder);
  await using shown = await showScenario(browser, scenario, folder);
  await shown.open(scenario.path);
  await shown.page.locator("h1").filter({ hasText: scenario.says }).waitFor();
  await shown.settled();
  const path = join(values.out, `${scenario.number}.png`);
  await shown.page.screenshot({ path });
  console.log(path);
}
const key = numbered.map(({ number, name, truth, path, ...told }) => ({
  number,
  scenario: name,
  ...truth,
  page: path.split("?", 1)[0],
  link: path,
  moment: new Date(momentOf({ name, ...told })).toISOString(),
}));
writeFileSync(`${values.out}-key.json`, `${JSON.stringify(key, null, 2)}\n`);

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
