// `npm test`: runs the test files with Node's own runner.
//
//   npm test                          every file under test/
//   npm test -- test/contract topic   a folder or a file, and every file with "topic" in its path
//   npm test -- --name "gap"          only tests whose name matches the expression
//
// Where CI is set, a skipped test is a failure: a tool that is missing there would switch its tests off unseen.
import { existsSync, globSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

const ROOT = resolve(import.meta.dirname, "..");
/** A test that takes longer has hung; one that needs longer says so with a timeout of its own. */
const TEST_TIMEOUT_MS = 5 * 60_000;
/** A file whose tests are done but whose process stays alive never ends by itself; this is when it is ended. */
const SILENCE_LIMIT_MS = 6 * 60_000;
/** More files at once only fight for memory: system tests start several processes each. */
const CONCURRENCY = Math.min(8, availableParallelism());

/** A test that did not run, as the closing lines name it. */
interface SwitchedOff {
  readonly name: string;
  readonly file: string;
  readonly why: string;
}

/** Paths of this checkout as they are written everywhere: from the root, with forward slashes. */
function shown(path: string): string {
  return relative(ROOT, path).split(sep).join("/");
}

function testFilesBelow(folder: string): string[] {
  return globSync("**/*.test.{ts,mjs}", { cwd: folder }).map((file) => join(folder, file));
}

/** The files an argument names: a path that exists, otherwise every test file with the text in its path. */
function filesOf(argument: string): string[] {
  const path = resolve(argument);
  if (existsSync(path)) return statSync(path).isDirectory() ? testFilesBelow(path) : [path];
  const wanted = argument.split("\\").join("/");
  return testFilesBelow(join(ROOT, "test")).filter((file) => shown(file).includes(wanted));
}

/** System tests wait the longest: started first, they leave the shorter ones to fill the second core. */
function slowestFirst(files: Iterable<string>): string[] {
  const rank = (file: string) => (shown(file).startsWith("test/system/") ? 0 : 1);
  return [...files].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function fail(message: string, details: readonly string[]): void {
  process.exitCode = 1;
  process.stderr.write(["npm test: ".concat(message), ...details.map((line) => `  ${line}`), ""].join("\n"));
}

/**
 * A developer's own settings must not reach the processes that tests start (CONCHE_DATA is a real folder); what tests
 * themselves are set with (CONCHE_TEST_…) is theirs.
 */
function clearOwnSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("CONCHE_") && !name.startsWith("CONCHE_TEST_")) delete process.env[name];
  }
}

function reasonOf(mark: string | boolean): string {
  return typeof mark === "string" ? mark : "no reason given";
}

function runFiles(files: string[], namePattern: string | undefined): void {
  const watchdog = new AbortController();
  const silence = setTimeout(() => {
    watchdog.abort(
      new Error(`nothing happened for ${SILENCE_LIMIT_MS / 60_000} minutes: does it leave something open?`),
    );
  }, SILENCE_LIMIT_MS).unref();
  const switchedOff: SwitchedOff[] = [];
  const empty: string[] = [];
  let ran = 0;

  const stream = run({
    files,
    concurrency: CONCURRENCY,
    timeout: TEST_TIMEOUT_MS,
    signal: watchdog.signal,
    ...(namePattern === undefined ? {} : { testNamePatterns: [new RegExp(namePattern)] }),
  });
  stream.on("data", () => silence.refresh());
  stream.on("test:pass", (event) => {
    // Node counts a file in which nothing ran as one passed test with the file's name.
    if (event.nesting === 0 && event.name === event.file) empty.push(event.name);
    const mark = event.skip ?? event.todo;
    if (mark === undefined || mark === false) return;
    switchedOff.push({ name: event.name, file: event.file ?? "", why: reasonOf(mark) });
  });
  stream.on("test:summary", (event) => {
    if (event.file !== undefined) return;
    ran = event.counts.tests;
    if (!event.success) process.exitCode = 1;
  });
  const report = stream.compose(new spec());
  report.on("end", () => judge(ran - empty.length, namePattern === undefined ? empty : [], switchedOff));
  report.pipe(process.stdout);
}

/** What Node's summary does not count as a failure and we do. */
function judge(ran: number, empty: readonly string[], switchedOff: readonly SwitchedOff[]): void {
  if (ran === 0) fail("no test has run", []);
  if (empty.length > 0) fail("files in which no test has run:", empty.map(shown));
  if (switchedOff.length === 0 || !process.env.CI) return;
  fail(
    `${switchedOff.length} skipped or left to do, which CI does not allow:`,
    switchedOff.map(({ name, file, why }) => `${shown(file)}: ${name} (${why})`),
  );
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: "string" } },
  });
  const chosen = positionals.length === 0 ? testFilesBelow(join(ROOT, "test")) : positionals.flatMap(filesOf);
  const files = slowestFirst(new Set(chosen));
  clearOwnSettings();
  if (files.length > 0) runFiles(files, values.name);
  else fail(`no test file matches ${positionals.join(" ") || "test/**/*.test.ts"}`, []);
}

try {
  main();
} catch (thrown) {
  fail(thrown instanceof Error ? thrown.message : String(thrown), []);
}
