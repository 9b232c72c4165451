import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { followPage } from "./follow-page.ts";

describe("docs/tutorial.md", {
  skip: process.platform === "win32" ? "needs a POSIX shell" : false,
}, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-tutorial-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("followed word for word, it leads where it says", async () => {
    const done = await followPage("docs/tutorial.md", folder, [18841, 18081]);
    assert.ok(done >= 14, `${done} instructions`);
  });
});
