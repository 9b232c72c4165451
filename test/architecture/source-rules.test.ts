import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { ROOT, tool } from "../../scripts/tool.ts";

const PURE_FOLDERS = [
  "sequence",
  "contract",
  "plant",
  "mqtt",
  "log",
  "access",
  "simulator",
  "load",
  "notify",
  "views",
  "monitor",
  "trace",
];

/** Expressions that a pure folder may not hold, one to a line. */
const AMBIENT = [
  "Date.now()",
  "[1].map(Date.now)",
  "new Date()",
  "Date()",
  "Math.random()",
  "[1].map(Math.random)",
  "process.pid",
  "process.env",
  "performance.now()",
  "setTimeout(() => undefined, 1)",
  "setInterval(() => undefined, 1)",
  "setImmediate(() => undefined)",
  "queueMicrotask(() => undefined)",
  "crypto.randomUUID()",
  'fetch("http://127.0.0.1")',
  "console.log(1)",
  "globalThis.Date",
  "global.Date",
];

/** What looks alike and is fine: time as a parameter, and names of the trade. */
const FINE = `export function oee(performance: number, process: string, nowMs: number): string {
  const console = \`\${performance} \${process}\`;
  return \`\${console} \${new Date(nowMs).toISOString()} \${Date.parse("2026-01-01")} \${Math.max(1, 2)}\`;
}
`;

/** Each expression on a line of its own, the first on line 2. */
function listOf(expressions: readonly string[]): string {
  return `export const list = [\n${expressions.map((text) => `  ${text},\n`).join("")}];\n`;
}

/** Lints files as the checkout's configuration says, and returns `rule file:line` of every error. */
function lint(files: Readonly<Record<string, string>>, folder: string): Set<string> {
  const settings = ["biome.json", ".gitignore", "scripts/pure-folders.grit"];
  for (const file of [...settings, ...Object.keys(files)])
    mkdirSync(dirname(join(folder, file)), { recursive: true });
  for (const file of settings) copyFileSync(join(ROOT, file), join(folder, file));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const args = [
    tool("@biomejs/biome", "biome"),
    "lint",
    "--reporter=github",
    "--max-diagnostics=none",
    "src",
    "test",
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const found = stdout.matchAll(/^::error title=([^,]*),file=([^,]*),line=(\d+)/gm);
  const errors = new Set<string>();
  for (const [, rule, file, line] of found) errors.add(`${rule} ${shown(file ?? "")}:${line}`);
  assert.notEqual(`${stdout}${stderr}`, "");
  return errors;
}

function shown(path: string): string {
  const forward = path.split("\\").join("/");
  return forward.slice(Math.max(forward.indexOf("/src/"), forward.indexOf("/test/")) + 1);
}

suite("the source rules", () => {
  test("a pure folder that takes time, randomness or I/O from its surroundings is reported", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "conche-lint-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const files = Object.fromEntries(
      PURE_FOLDERS.flatMap((name) => [
        [`src/${name}/bad.ts`, listOf(AMBIENT)],
        [`src/${name}/fine.ts`, FINE],
      ]),
    );
    const lines = [...lint(files, folder)].map((error) => error.replace(/^\S+ /, ""));
    const expected = PURE_FOLDERS.flatMap((name) =>
      AMBIENT.map((_, index) => `src/${name}/bad.ts:${index + 2}`),
    );
    assert.deepEqual([...new Set(lines)].sort(), expected.sort());
  });

  test("the environment is reported everywhere in src but in its one place", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "conche-lint-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const global = listOf(["process.env.HOME", 'process["env"]']);
    const named = 'import { env } from "node:process";\nexport const home = env.HOME;\n';
    const whole = 'import proc from "node:process";\nexport const home = proc.env.HOME;\n';
    const errors = lint(
      {
        "src/ingest/bad.ts": global,
        "src/commands/named.ts": named,
        "src/commands/whole.ts": whole,
        "src/main.ts": global,
        "src/config/global.ts": global,
        "src/config/named.ts": named,
        "src/commands/fine.ts": 'export { argv, cwd } from "node:process";\n',
        "test/fine.ts": global,
      },
      folder,
    );
    assert.deepEqual([...errors].sort(), [
      "lint/style/noProcessEnv src/commands/named.ts:2",
      "lint/style/noProcessEnv src/ingest/bad.ts:2",
      "lint/style/noProcessEnv src/ingest/bad.ts:3",
      "lint/style/noProcessEnv src/main.ts:2",
      "lint/style/noProcessEnv src/main.ts:3",
      "lint/style/noRestrictedImports src/commands/named.ts:1",
      "lint/style/noRestrictedImports src/commands/whole.ts:1",
    ]);
  });
});
