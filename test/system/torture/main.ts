// `npm run torture`: the fault matrix, run after run, each with faults of its own. See --help.
import { renameSync, writeFileSync } from "node:fs";
import { stopSignal } from "../../../src/commands/stop-signal.ts";
import { plan, runAll } from "./campaign.ts";
import { huntAll } from "./mutants/hunt.ts";
import { HELP, readOptions, type TortureOptions } from "./options.ts";
import { closingLines, failureLines, huntedLine, progressLine, rowLines, summaryOf } from "./report.ts";
import { ROWS } from "./rows/all.ts";
import type { RunResult } from "./torture-run.ts";

const options = readOptions(process.argv.slice(2), ROWS);
if (options.kind === "help") console.log(HELP);
else if (options.kind === "wrong") {
  console.error(`torture: ${options.why}\n(npm run torture -- --help names the options)`);
  process.exitCode = 2;
} else if (options.kind === "list") {
  for (const { number, fault, holds } of ROWS)
    console.log(`${String(number).padStart(3)} ${fault}: ${holds}`);
} else {
  // Ends it, whatever an abandoned run may still hold open.
  process.exit(options.kind === "mutants" ? ((await hunt(options)) ? 0 : 1) : await campaign(options));
}

/** Whether every planted bug was caught. */
async function hunt({ rows, seed }: Extract<TortureOptions, { readonly kind: "mutants" }>): Promise<boolean> {
  const stop = stopSignal();
  const all = await huntAll(rows, seed, (hunted) => console.log(huntedLine(hunted)), stop);
  const caught = all.filter((hunted) => hunted.caught).length;
  const isWhole = !stop.aborted && all.length > 0 && caught === all.length;
  console.log(`${isWhole ? "✔" : "✖"} ${caught} of ${all.length} planted bugs caught`);
  if (stop.aborted) console.log("✖ interrupted");
  return isWhole;
}

/** The exit code: 0 when all held, in all the runs that were asked for. */
async function campaign(chosen: Extract<TortureOptions, { readonly kind: "campaign" }>): Promise<number> {
  const { seed, jobs, json } = chosen;
  for (const { number, fault, skip } of chosen.rows) {
    if (skip) console.log(`row ${number}, ${fault}: skipped, ${skip}`);
  }
  const rows = chosen.rows.filter(({ skip }) => skip === false);
  const planned = plan(rows, chosen.runs ?? rows.length, seed);
  console.log(`${planned.length} runs over ${rows.length} rows from seed ${seed}, ${jobs} at a time`);
  const results: RunResult[] = [];
  const save = () => {
    if (json === undefined) return;
    const summary = summaryOf(rows, results, { seed, planned: planned.length });
    // Whole at any time, should this process be killed as it writes.
    writeFileSync(`${json}.new`, `${JSON.stringify(summary, null, 2)}\n`);
    renameSync(`${json}.new`, json);
  };
  try {
    save(); // That it can't be written is to be known now, and not in an hour.
  } catch (error) {
    console.error(`torture: --json ${json}: ${error instanceof Error ? error.message : error}`);
    return 2;
  }
  const tell = (result: RunResult) => {
    results.push(result);
    save();
    console.log(progressLine(results.length, planned.length, result));
    for (const line of failureLines(result)) console.log(line);
  };
  await runAll(planned, jobs, tell, stopSignal());
  for (const line of rowLines(rows, results)) console.log(line);
  for (const line of closingLines(results, planned.length)) console.log(line);
  const held = results.every(({ violations }) => violations.length === 0);
  return held && results.length > 0 && results.length === planned.length ? 0 : 1;
}
