import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeWholeFile } from "../../../src/adapters/host/whole-file.ts";
import { afterwards } from "../../servers/afterwards.ts";

async function temporary(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-file-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  return folder;
}

test("a file is written in pieces and replaces what was there", async (context) => {
  const folder = await temporary(context);
  const path = join(folder, "out");
  await writeFile(path, "before");
  await writeWholeFile(path, ["a", "", "b".repeat(100_000)]);
  assert.equal(await readFile(path, "utf8"), `a${"b".repeat(100_000)}`);
  assert.deepEqual(await readdir(folder), ["out"]);
});

test("what fails on the way leaves what was there, and nothing half-written", async (context) => {
  const folder = await temporary(context);
  const path = join(folder, "out");
  await writeFile(path, "before");
  const failing = function* () {
    yield "half";
    throw new RangeError("the source broke");
  };
  await assert.rejects(writeWholeFile(path, failing()), { name: "RangeError", message: "the source broke" });
  assert.equal(await readFile(path, "utf8"), "before");
  assert.deepEqual(await readdir(folder), ["out"]);
});

test("a place that can't be written is named", async (context) => {
  const folder = await temporary(context);
  const path = join(folder, "none", "out");
  await assert.rejects(writeWholeFile(path, ["a"]), {
    code: "CONCHE_OUTPUT_UNWRITABLE",
    message: /none.*ENOENT/,
  });
});

test("a place that can't be written is named, however much there is to write", async (context) => {
  const path = join(await temporary(context), "none", "out");
  let ended = false;
  const pieces = function* () {
    try {
      for (;;) yield "a".repeat(100_000);
    } finally {
      ended = true;
    }
  };
  await assert.rejects(writeWholeFile(path, pieces()), { code: "CONCHE_OUTPUT_UNWRITABLE" });
  assert.equal(ended, true);
});
