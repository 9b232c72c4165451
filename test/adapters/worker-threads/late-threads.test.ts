import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiWorker } from "../../../src/adapters/worker-threads/api-worker.ts";
import { FollowerWorker } from "../../../src/adapters/worker-threads/follower-worker.ts";
import type { ApiAnswer, ApiRequest } from "../../../src/api/door.ts";
import type { HealthReport } from "../../../src/ingest/health.ts";

/** A thread that says when it began, and ends when it is told to. */
const FOLLOWER = thread(`
  parentPort.on("message", (request) => { if (request === "stop") parentPort.close(); });
  parentPort.postMessage({ kind: "notice", level: "info", code: "began", text: String(Date.now()) });
`);
/** A thread that answers everything. */
const ANSWERING = thread(`
  parentPort.on("message", ({ id, request }) => parentPort.postMessage({ id, answer: request }));
  parentPort.postMessage("ready");
`);
const HEALTH: HealthReport = { alive: true, ready: true, checks: [] };
const ORDER = {
  folder: "",
  plant: {},
  version: "",
  limitMs: 60_000,
  notifies: false,
} as unknown as ConstructorParameters<typeof ApiWorker>[1];

function thread(code: string): URL {
  const source = `import { parentPort } from "node:worker_threads";${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function follower(held: boolean): { readonly worker: FollowerWorker; readonly began: Promise<number> } {
  const { promise: began, resolve } = Promise.withResolvers<number>();
  const listener = {
    progress: () => {},
    notice: ({ text }: { readonly text: string }) => resolve(Number(text)),
  };
  return { worker: new FollowerWorker(FOLLOWER, { folder: "", cacheBytes: 0 }, listener, held), began };
}

test("views that are held from the beginning begin when they are let go", async () => {
  const held = follower(true);
  const other = follower(false);
  // A thread that was started with it would have begun by now, or could have.
  const othersMs = await other.began;
  const third = follower(false);
  await third.began;
  const releasedMs = Date.now();
  held.worker.hold(false);
  assert.ok((await held.began) >= releasedMs, `the others began at ${othersMs}`);
  await Promise.all([held, other, third].map(({ worker }) => worker.stop()));
});

test("views that were never let go end at once, and don't begin any more", async () => {
  const { worker } = follower(true);
  await worker.stop();
  worker.hold(false);
  await worker.stop();
});

test("a question starts the thread that answers it, where nothing did before", async () => {
  const request = { asked: 1 } as unknown as ApiRequest;
  const answering = new ApiWorker(ANSWERING, ORDER);
  assert.deepEqual(await answering.ask(request, HEALTH), request);
  answering.start();
  assert.deepEqual(await answering.ask(request, HEALTH), request);
  await answering.close();
  const closed: ApiAnswer = await answering.ask(request, HEALTH);
  assert.match(JSON.stringify(closed), /CONCHE_TIME_LIMIT/);
});

test("one that was never asked is closed without a thread", async () => {
  const answering = new ApiWorker(ANSWERING, ORDER);
  await answering.close();
  answering.start();
});
