// `npm run torture`: the fault matrix, run after run, each with faults of its own. See --help.
import { writeFileSync } from "node:fs";
import { plan, runAll } from "./campaign.ts";
import { huntAll } from "./mutants/hunt.ts";
import { HELP, readOptions } from "./options.ts";
import { closingLines, failureLines, huntedLine, rowLines, summaryOf } from "./report.ts";
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
} else if (options.kind === "mutants") {
  const all = await huntAll(options.rows, options.seed, (hunted) => console.log(huntedLine(hunted)));
  const caught = all.filter((hunted) => hunted.caught).length;
  console.log(`${caught === all.length ? "✔" : "✖"} ${caught} of ${all.length} planted bugs caught`);
  process.exitCode = all.length > 0 && caught === all.length ? 0 : 1;
} else {
  const { rows, seed, jobs } = options;
  for (const { number, fault, skip } of rows) {
    if (skip) console.log(`row ${number}, ${fault}: skipped, ${skip}`);
  }
  const runnable = rows.filter(({ skip }) => skip === false);
  const planned = plan(runnable, options.runs ?? runnable.length, seed);
  console.log(`${planned.length} runs over ${runnable.length} rows from seed ${seed}, ${jobs} at a time`);
  const soFar: RunResult[] = [];
  const results = await runAll(planned, jobs, (result) => {
    soFar.push(result);
    const done = soFar.length;
    for (const line of failureLines(result)) console.log(line);
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${planned.length} runs\r`);
    else if (done % 10 === 0) console.log(`${done} of ${planned.length} runs: ${closingLines(soFar).join()}`);
  });
  for (const line of rowLines(runnable, results)) console.log(line);
  for (const line of closingLines(results)) console.log(line);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(summaryOf(runnable, results, seed), null, 2)}\n`);
  }
  const held = results.length > 0 && results.every(({ violations }) => violations.length === 0);
  process.exitCode = held ? 0 : 1;
}
