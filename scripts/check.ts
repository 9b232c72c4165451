// `npm run check`: everything that can be said about the checkout without running the product. One line per check,
// and at the end what the failed ones found.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { undocumentedExports } from "./doc-comments.ts";
import { ROOT, tool } from "./tool.ts";

/** What a check found: nothing when it passed. */
interface Finding {
  readonly name: string;
  readonly output: string;
}

/** A check by its name: a script with its arguments, or a function that returns what is wrong. */
type Check = readonly [name: string, run: readonly string[] | (() => string)];

const COLORS = process.stdout.isTTY ? "--colors=force" : "--colors=off";

/** The longest first, so that they don't finish alone. */
const CHECKS: readonly Check[] = [
  ["types", [tool("typescript", "tsc"), "--project", "."]],
  ["types of the dashboard", [tool("typescript", "tsc"), "--project", "dashboard"]],
  ["dependency rule", [tool("dependency-cruiser", "depcruise"), "src", "dashboard/src"]],
  [
    "format and lint",
    [tool("@biomejs/biome", "biome"), "ci", COLORS, "--error-on-warnings", "--max-diagnostics=200", "."],
  ],
  ["generated files", [join(ROOT, "scripts", "generate.ts"), "--check"]],
  [
    "doc comments",
    () =>
      undocumentedExports(ROOT, "src")
        .map((place) => `${place} has no doc comment`)
        .join("\n"),
  ],
  ["lock file", lockFile],
];

/** The lock file names packages and hashes; the registry they come from is everybody's own setting. */
function lockFile(): string {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { resolved?: string }>;
  };
  const named = Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith("http"));
  return named.map(([path]) => `package-lock.json names the registry of ${path}`).join("\n");
}

/** Runs a script and resolves with its output when it fails, with nothing when it passes. */
function runScript(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part) => {
        output += part;
      });
    }
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      if (code === 0) resolve("");
      else resolve(output.trim() || `ended with ${signal ?? `exit code ${code}`} and said nothing`);
    });
  });
}

async function runCheck([name, run]: Check): Promise<Finding> {
  const started = performance.now();
  const output = typeof run === "function" ? run() : await runScript(run);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${output === "" ? "✔" : "✖"} ${name.padEnd(23)} ${seconds.padStart(5)} s`);
  return { name, output };
}

/** Takes checks from the list until it is empty. */
async function worker(waiting: Check[], findings: Finding[]): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    findings.push(await runCheck(check));
  }
}

const waiting = [...CHECKS];
const findings: Finding[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, () => worker(waiting, findings)));
const failed = findings.filter(({ output }) => output !== "");
for (const { name, output } of failed) console.log(`\n✖ ${name}\n${output}`);
if (failed.length > 0) process.exitCode = 1;
