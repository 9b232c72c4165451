import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiWorker } from "../../../src/adapters/worker-threads/api-worker.ts";
import type { ApiRequest } from "../../../src/api/door.ts";
import type { HealthReport } from "../../../src/ingest/health.ts";
import type { PlantDocument } from "../../../src/plant/schema/plant-document.ts";

/** A thread that answers every question with the routes it was asked until then, or ends itself. */
const THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    const asked = [];
    parentPort.on("message", ({ id, request }) => {
      if (request.route === "end") process.exit(1);
      asked.push(request.route);
      parentPort.postMessage({ id, answer: { status: 200, headers: {}, body: asked.join(" ") } });
    });
    parentPort.postMessage("ready");
  `)}`,
);
const HEALTH = {} as HealthReport;

function worker(): ApiWorker {
  const order = { folder: "", plant: {} as PlantDocument, version: "", limitMs: 60_000, notifies: false };
  return new ApiWorker(THREAD, order);
}

function question(route: string): ApiRequest {
  return { route, params: {}, query: {}, body: undefined, accept: "", ifNoneMatch: "" };
}

suite("the thread that answers", () => {
  test("answers in turn, and isn't asked what nobody waits for any more", async () => {
    const answering = worker();
    try {
      const gone = new AbortController();
      const first = answering.ask(question("first"), HEALTH);
      const left = answering.ask(question("left"), HEALTH, gone.signal);
      const last = answering.ask(question("last"), HEALTH);
      gone.abort(new Error("whoever asked has gone"));
      assert.equal((await left).status, 500);
      assert.equal((await first).body, "first");
      assert.equal((await last).body, "first last");
    } finally {
      await answering.close();
    }
  });

  test("a question that it is at is answered, whether somebody waits or not", async () => {
    const answering = worker();
    try {
      const gone = new AbortController();
      const first = answering.ask(question("first"), HEALTH, gone.signal);
      gone.abort(new Error("whoever asked has gone"));
      assert.equal((await first).body, "first");
    } finally {
      await answering.close();
    }
  });

  test("a question that can't be handed over is told so, once, and the others are answered", async () => {
    const answering = worker();
    try {
      const nested = JSON.parse("[".repeat(8_000) + "]".repeat(8_000));
      const deep = () => answering.ask({ ...question("deep"), body: nested }, HEALTH);
      const [first, second, next] = await Promise.all([
        deep(),
        deep(),
        answering.ask(question("next"), HEALTH),
      ]);
      assert.deepEqual([first.status, second.status], [500, 500]);
      assert.equal(next.body, "next");
    } finally {
      await answering.close();
    }
  });

  test("one that ends it is told so, and those that wait behind it are answered by the next", async () => {
    const answering = worker();
    try {
      const [ended, next] = await Promise.all([
        answering.ask(question("end"), HEALTH),
        answering.ask(question("next"), HEALTH),
      ]);
      assert.equal(ended.status, 500);
      assert.equal(next.body, "next");
    } finally {
      await answering.close();
    }
  });
});
