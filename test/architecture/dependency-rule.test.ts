import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { suite, test } from "node:test";
import { ROOT, tool } from "../../scripts/tool.ts";

const CONFIG = ".dependency-cruiser.cjs";

/** A file in the planted tree: the rule it must break, or null, and what it imports (types only). */
type Plant = readonly [rule: string | null, file: string, ...imports: string[]];

const PLANTS: readonly Plant[] = [
  // The order of the folders, each broken once.
  ["errors-imports", "errors/up.ts", "../contract/leaf.ts"],
  ["time-imports", "time/up.ts", "../errors/leaf.ts"],
  ["sequence-imports", "sequence/up.ts", "../contract/leaf.ts"],
  ["contract-imports", "contract/up.ts", "../plant/leaf.ts"],
  ["plant-imports", "plant/up.ts", "../simulator/leaf.ts"],
  ["mqtt-imports", "mqtt/aside.ts", "../log/leaf.ts"],
  ["log-imports", "log/up.ts", "../ingest/leaf.ts"],
  ["simulator-imports", "simulator/aside.ts", "../ingest/leaf.ts"],
  ["edge-imports", "edge/aside.ts", "../ingest/leaf.ts"],
  ["load-imports", "load/aside.ts", "../edge/leaf.ts"],
  ["broker-imports", "broker/aside.ts", "../ingest/leaf.ts"],
  ["ingest-imports", "ingest/up.ts", "../adapters/sqlite/leaf.ts"],
  ["ingest-imports", "ingest/config.ts", "../config/leaf.ts"],
  ["monitor-imports", "monitor/aside.ts", "../trace/leaf.ts"],
  ["trace-imports", "trace/aside.ts", "../monitor/leaf.ts"],
  ["views-imports", "views/up.ts", "../monitor/leaf.ts"],
  ["notify-imports", "notify/aside.ts", "../views/leaf.ts"],
  ["api-imports", "api/up.ts", "../adapters/sqlite/leaf.ts"],
  ["access-imports", "access/aside.ts", "../edge/leaf.ts"],
  ["config-imports", "config/up.ts", "../adapters/sqlite/leaf.ts"],
  ["adapters-imports", "adapters/http/up.ts", "../../commands/leaf.ts"],
  ["adapters-imports", "adapters/http/config.ts", "../../config/leaf.ts"],
  ["adapters-imports", "adapters/http/run.ts", "../../run/leaf.ts"],
  ["run-imports", "run/up.ts", "../commands/leaf.ts"],
  ["commands-imports", "commands/up.ts", "../main.ts"],
  ["commands-imports", "commands/library.ts", "../index.ts"],
  ["adapters-apart", "adapters/http/aside.ts", "../sqlite/leaf.ts"],
  ["sqlite-database", "adapters/sqlite/database/up.ts", "../log/leaf.ts"],
  ["sqlite-log", "adapters/sqlite/log/aside.ts", "../outbox/leaf.ts"],
  ["sqlite-outbox", "adapters/sqlite/outbox/aside.ts", "../log/leaf.ts"],
  ["sqlite-views", "adapters/sqlite/views/aside.ts", "../outbox/leaf.ts"],
  ["sqlite-notify", "adapters/sqlite/notify/aside.ts", "../log/leaf.ts"],
  ["sqlite-tokens", "adapters/sqlite/tokens/aside.ts", "../log/leaf.ts"],
  ["sqlite-audit", "adapters/sqlite/audit/aside.ts", "../log/leaf.ts"],
  ["sqlite-verify", "adapters/sqlite/verify/loose.ts", "../leaf.ts"],
  ["adapter-folder", "adapters/loose.ts", "../errors/leaf.ts"],
  ["folder-unknown", "helpers/anything.ts", "../errors/leaf.ts"],
  ["product-alone", "commands/tested.ts", "../../test/leaf.ts"],
  // Libraries outside their place.
  ["library-ajv", "ingest/ajv.ts", "ajv"],
  ["library-ajv", "ingest/ajv-2020.ts", "ajv/dist/2020.js"],
  ["library-commander", "adapters/terminal/commander.ts", "commander"],
  ["library-csv-stringify", "commands/csv.ts", "csv-stringify"],
  ["library-@peculiar/asn1-schema", "adapters/credentials/asn1.ts", "@peculiar/asn1-schema"],
  ["library-@peculiar/asn1-x509", "adapters/credentials/x509.ts", "@peculiar/asn1-x509"],
  ["library-fastify", "adapters/prometheus/fastify.ts", "fastify"],
  ["library-mqtt", "edge/mqtt.ts", "mqtt"],
  ["library-nodemailer", "notify/mail.ts", "nodemailer"],
  ["library-openid-client", "adapters/http/openid-client.ts", "openid-client"],
  ["library-prom-client", "adapters/http/prom-client.ts", "prom-client"],
  ["library-typebox", "adapters/http/typebox.ts", "typebox"],
  ["library-ws", "adapters/mqtt/ws.ts", "ws"],
  ["library-yaml", "plant/yaml.ts", "yaml"],
  ["library-node-sqlite", "commands/sqlite.ts", "node:sqlite"],
  ["library-unlisted", "adapters/http/unlisted.ts", "fast-check"],
  ["library-unlisted", "adapters/broker/packet.ts", "mqtt-packet"],
  // The dashboard beside it.
  ["dashboard-alone", "../dashboard/src/page.ts", "../../src/contract/leaf.ts"],
  ["dashboard-libraries", "../dashboard/src/chart.ts", "fast-check"],
  [null, "../dashboard/src/part.ts", "preact", "@preact/signals"],
  // The rest.
  ["pure-folders", "contract/reads.ts", "node:fs"],
  ["pure-folders", "trace/hash.ts", "node:crypto"],
  ["pure-clock", "log/clock.ts", "../time/system-clock.ts"],
  ["no-cycles", "ingest/egg.ts", "./hen.ts"],
  [null, "ingest/hen.ts", "./egg.ts"], // a cycle is reported once, where it was entered
  ["no-unresolved", "ingest/lost.ts", "./nowhere.ts"],
  // What is allowed stays unreported.
  [null, "contract/leaf.ts", "../errors/leaf.ts", "ajv", "typebox"],
  ...["plant", "mqtt", "log"].map(
    (folder): Plant => [null, `${folder}/leaf.ts`, "../contract/leaf.ts", "../errors/leaf.ts"],
  ),
  [null, "access/leaf.ts", "../mqtt/leaf.ts", "../plant/leaf.ts", "../sequence/leaf.ts"],
  ...["simulator", "edge", "load", "broker", "ingest", "monitor", "trace", "views", "notify", "api"].map(
    (folder): Plant => [null, `${folder}/leaf.ts`, "../plant/leaf.ts", "../mqtt/leaf.ts", "../log/leaf.ts"],
  ),
  [null, "sequence/leaf.ts"],
  [null, "time/clock.ts"],
  [null, "time/system-clock.ts", "./clock.ts"],
  [null, "ingest/clock.ts", "../time/system-clock.ts"],
  [null, "ingest/hash.ts", "node:crypto"],
  [null, "config/leaf.ts", "../adapters/yaml/leaf.ts", "../errors/leaf.ts", "node:process"],
  [null, "adapters/sqlite/leaf.ts", "../../ingest/leaf.ts", "./open.ts", "node:sqlite", "node:fs"],
  [null, "adapters/sqlite/open.ts"],
  [null, "adapters/sqlite/database/leaf.ts", "node:sqlite"],
  [null, "adapters/sqlite/log/leaf.ts", "../database/leaf.ts"],
  [null, "adapters/sqlite/outbox/leaf.ts", "../database/leaf.ts"],
  [null, "adapters/sqlite/views/leaf.ts", "../log/leaf.ts", "../database/leaf.ts"],
  [null, "adapters/sqlite/verify/leaf.ts", "../log/leaf.ts", "../outbox/leaf.ts", "../views/leaf.ts"],
  [null, "adapters/yaml/leaf.ts", "yaml"],
  [null, "adapters/broker/leaf.ts", "../../broker/leaf.ts", "ws"],
  [
    null,
    "commands/leaf.ts",
    "../adapters/http/server.ts",
    "../config/leaf.ts",
    "../simulator/leaf.ts",
    "commander",
  ],
  [null, "adapters/http/server.ts", "fastify", "../../ingest/leaf.ts"],
  [null, "run/leaf.ts", "../adapters/http/server.ts", "../config/leaf.ts", "../index.ts"],
  [null, "index.ts", "./edge/leaf.ts"],
  [null, "main.ts", "./commands/leaf.ts", "commander"],
  [null, "errors/leaf.ts"],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function cruise(folder: string): Violation[] {
  const cli = tool("dependency-cruiser", "depcruise");
  const result = spawnSync(
    process.execPath,
    [cli, "--config", CONFIG, "--output-type", "json", "src", "dashboard"],
    {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  assert.notEqual(result.stdout, "", result.stderr);
  return JSON.parse(result.stdout).summary.violations;
}

/** A tree with the plants in it, and beside it what the checker needs to judge it as it judges this one. */
function plantTree(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "conche-rules-")));
  for (const file of [CONFIG, "tsconfig.json", "package.json"])
    copyFileSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  mkdirSync(join(folder, "test"));
  writeFileSync(join(folder, "test/leaf.ts"), "export type Leaf = number;\n");
  for (const [, file, ...imports] of PLANTS) {
    const path = join(folder, "src", file);
    mkdirSync(dirname(path), { recursive: true });
    const lines = imports.map((from, index) => `import type * as x${index} from "${from}";\n`);
    const uses = imports.map((_, index) => `typeof x${index}`);
    writeFileSync(path, `${lines.join("")}export type Leaf = [${uses.join(", ")}];\n`);
  }
  return folder;
}

suite("the dependency rule", () => {
  test("holds in the sources", () => {
    const broken = cruise(ROOT).map(({ from, rule }) => `${rule.name}: ${from}`);
    assert.deepEqual(broken, []);
  });

  test("every rule of it fires where it is broken, and only there", (t) => {
    const folder = plantTree();
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const reported = new Set(cruise(folder).map(({ from, rule }) => `${rule.name}: ${from}`));
    const expected = new Set(
      PLANTS.flatMap(([rule, file]) => (rule === null ? [] : [`${rule}: ${posix.join("src", file)}`])),
    );
    assert.deepEqual([...reported].sort(), [...expected].sort());
  });

  test("no rule is without a plant here", () => {
    const { forbidden } = createRequire(import.meta.url)(join(ROOT, CONFIG)) as {
      forbidden: { name: string }[];
    };
    const planted = new Set(PLANTS.map(([rule]) => rule));
    assert.deepEqual(
      forbidden.map(({ name }) => name).filter((name) => !planted.has(name)),
      [],
    );
  });
});
