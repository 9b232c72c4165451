import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { contractDocuments } from "../../src/contract/documents/contract-documents.ts";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

test("contract writes every document, leaves right ones alone, and --check tells what is stale", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-contract-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  const out = join(folder, "deep", "contract");

  const missing = await runConche(["contract", "--out", out, "--check"]);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /CONCHE_CONTRACT_STALE: missing or different in .*asyncapi\.json.*reference\.md/);

  const written = await runConche(["contract", "--out", out, "--json"]);
  assert.deepEqual([written.code, written.err], [0, ""]);
  assert.equal(JSON.parse(written.out).written.length, contractDocuments().size);
  for (const [path, text] of contractDocuments()) assert.equal(await readFile(join(out, path), "utf8"), text);

  const page = join(out, "reference.md");
  await writeFile(page, "changed");
  const before = await stat(join(out, "asyncapi.json"));
  assert.match((await runConche(["contract", "--out", out, "--check"])).err, /: reference\.md\n/);
  const again = await runConche(["contract", "--out", out]);
  assert.match(again.out, /, 1 of them written\n$/);
  assert.equal((await stat(join(out, "asyncapi.json"))).mtimeMs, before.mtimeMs);
  assert.equal((await runConche(["contract", "--out", out, "--check"])).code, 0);
});

test("a folder that can never be made is a clear error, and no endless attempt", {
  skip: process.platform !== "linux" && "/proc is Linux's",
}, async () => {
  const { code, err } = await runConche(["contract", "--out", "/proc/conche/deep"]);
  assert.equal(code, 1);
  assert.match(err, /^conche: CONCHE_OUTPUT_UNWRITABLE: .*\/proc\/conche/);
});

test("a folder that can't be written is a clear error", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-contract-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  await writeFile(join(folder, "file"), "");
  const { code, err } = await runConche(["contract", "--out", join(folder, "file")]);
  assert.equal(code, 1);
  assert.match(err, /^conche: CONCHE_OUTPUT_UNWRITABLE: .*\n {2}what to do: /);
});
