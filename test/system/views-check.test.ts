import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { startConche } from "../servers/conche.ts";

test("a data center whose views have stopped says so and why in its health, and is ready", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-views-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  // A database of somebody else where the views would be: it is left alone.
  const foreign = new DatabaseSync(join(folder, "views.db"));
  foreign.exec("CREATE TABLE somebody_elses (id INTEGER)");
  foreign.close();
  const running = await startConche(["datacenter", "--data", folder, "--http-port", "0", "--mqtt-port", "0"]);
  try {
    const told = await running.event(({ code }) => code === "CONCHE_VIEWS_FOREIGN");
    const { ready, checks } = JSON.parse((await running.page("/readyz")).text);
    const views = checks.find(({ name }: { name: string }) => name === "views");
    assert.deepEqual(
      [views.ok, (await running.page("/readyz")).status],
      [false, 200],
      JSON.stringify({ ready, told }),
    );
    assert.match(views.detail, /views\.db/);
  } finally {
    await running.stop("SIGTERM");
  }
});
