import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ROOT, tool } from "../../scripts/tool.ts";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|ENETUNREACH|EIDLETIMEOUT/;
const SIZE_LIMIT_BYTES = 2 * 1024 * 1024;
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

/** What npm, Node and this project tell their children. */
const OF_THE_CHECKOUT = /^(npm_|CONCHE_|NODE_|INIT_CWD)/i;
/** How this machine reaches the registry; without it a company's proxy or certificate is in the way. */
const OF_THE_NETWORK =
  /^(npm_config_((.*_)?registry|ca|cafile|strict_ssl|noproxy|(https?_)?proxy|userconfig|globalconfig|cache)|NODE_EXTRA_CA_CERTS)$/i;

/** The environment of somebody who has this Node and npm, and nothing of the checkout's settings. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => OF_THE_NETWORK.test(name) || !OF_THE_CHECKOUT.test(name),
  );
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  return { ...Object.fromEntries(own), PATH: path, SCARF_ANALYTICS: "false" };
}

function run(command: "npm" | "npx", args: readonly string[], folder: string): SpawnSyncReturns<string> {
  const shell = process.platform === "win32";
  return spawnSync(command, args, { cwd: folder, env: strangersEnvironment(), encoding: "utf8", shell });
}

suite("the package", () => {
  let folder = "";
  let home = "";
  let tarball = "";
  let offline = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "conche-package-"));
    home = join(folder, "elsewhere");
    mkdirSync(home);
    writeFileSync(join(home, "package.json"), '{"name":"elsewhere","private":true}\n');
    const packed = run("npm", ["pack", "--json", "--pack-destination", folder], ROOT);
    assert.equal(packed.status, 0, packed.stderr);
    tarball = join(folder, `conche-${version}.tgz`);
    const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1", tarball];
    const installed = run("npm", args, home);
    if (installed.status === 0) return;
    if (NO_NETWORK.test(installed.stderr))
      offline = "needs the npm registry, or a cache that has the dependencies";
    else assert.fail(installed.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** `npx conche …` as the one who installed the package types it. */
  function conche(...args: string[]): SpawnSyncReturns<string> {
    return run("npx", ["--no", "--", "conche", ...args], home);
  }

  test("is small, and holds what is needed and no more", (t) => {
    assert.ok(statSync(tarball).size < SIZE_LIMIT_BYTES);
    if (offline !== "") return t.skip(offline);
    const root = join(home, "node_modules", "conche");
    for (const file of ["bin/conche.mjs", "dist/main.js", "LICENSE", "CHANGELOG.md", "docs/errors.md"]) {
      assert.ok(existsSync(join(root, file)), file);
    }
    const sources = globSync("**/*.ts", { cwd: root, exclude: (name) => name === "node_modules" });
    assert.deepEqual(
      sources.filter((file) => !file.endsWith(".d.ts")),
      [join("examples", "publish.ts")],
    );
    for (const left of ["src", "test", "scripts", "bench", "node_modules/typescript"]) {
      assert.equal(existsSync(join(root, left)), false, left);
    }
    assert.equal(existsSync(join(home, "node_modules", "typescript")), false);
  });

  test("says its version", (t) => {
    if (offline !== "") return t.skip(offline);
    const result = conche("--version");
    assert.equal(result.status, 0, result.stderr);
    assert.equal(result.stdout.split(" ")[1], version, result.stdout);
  });

  test("is a library too, with types", (t) => {
    if (offline !== "") return t.skip(offline);
    const source = `
      import { openEdge, type Identity } from "conche";
      const edge = await openEdge({ url: "mqtt://127.0.0.1:1", outbox: ${JSON.stringify(join(folder, "outbox"))} });
      const machine = await edge.machine("tunis-01/line-a/s5_tempering/temper-01");
      const identity: Identity = await machine.publish("telemetry", { ts: "2026-01-11T10:00:00Z", tags: { temp_c: 31.4 } });
      // @ts-expect-error: no such state
      await machine.publish("state", { ts: "2026-01-11T10:00:00Z", state: "Nonsense" }).catch((error) => console.log(error.code));
      console.log(identity.seq);
      await edge.close();`;
    writeFileSync(join(home, "publish.mts"), source);
    const published = spawnSync(process.execPath, ["publish.mts"], { cwd: home, encoding: "utf8" });
    assert.equal(published.stdout, "CONCHE_MESSAGE_REFUSED\n1\n", published.stderr);
    const types = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const roots = ["--typeRoots", join(ROOT, "node_modules", "@types")];
    const compiler = tool("typescript", "tsc");
    const args = [compiler, ...types, ...roots, "--skipLibCheck", "publish.mts"];
    const checked = spawnSync(process.execPath, args, { cwd: home, encoding: "utf8" });
    assert.equal(checked.stdout, "");
  });

  test("the example runs where the package is installed, as it says itself", {
    timeout: 120_000,
  }, async (t) => {
    if (offline !== "") return t.skip(offline);
    const center = await startConche([
      ...["datacenter", "--data", join(folder, "example-data"), "--views", "off"],
      ...["--mqtt-port", "0", "--http-port", "0"],
    ]);
    afterwards(t, () => center.stop("SIGTERM"));
    copyFileSync(join(home, "node_modules", "conche", "examples", "publish.ts"), join(home, "publish.ts"));
    const said = spawnSync(process.execPath, ["publish.ts", String(center.started.mqtt), "./outbox"], {
      cwd: home,
      env: strangersEnvironment(),
      encoding: "utf8",
    });
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /handed over as 3 of boot/);
  });

  test("runs the whole journey, and its log adds up", (t) => {
    if (offline !== "") return t.skip(offline);
    const data = join(folder, "data");
    const up = conche(
      "up",
      "--for",
      "3",
      "--history",
      "none",
      "--data",
      data,
      "--mqtt-port",
      "0",
      "--http-port",
      "0",
    );
    assert.equal(up.status, 0, up.stderr);
    const verified = conche("verify", "--data", data);
    assert.equal(verified.status, 0, verified.stderr);
  });
});
