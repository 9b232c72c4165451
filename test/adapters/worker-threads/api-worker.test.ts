import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiWorker } from "../../../src/adapters/worker-threads/api-worker.ts";
import type { ApiAnswer, ApiRequest } from "../../../src/api/door.ts";
import type { HealthReport } from "../../../src/ingest/health.ts";
import type { PlantDocument } from "../../../src/plant/schema/plant-document.ts";
import { ManualClock } from "../../time/manual-clock.ts";

/**
 * A thread that answers every question with its number and the routes it was asked until then, or ends itself; at a slow
 * one it counts in `gate[0]`, and sits until `gate[1]` is opened.
 */
const THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from "node:worker_threads";
    const { gate } = workerData.plant;
    const asked = [];
    parentPort.on("message", ({ id, request }) => {
      if (request.route === "end") process.exit(1);
      if (request.route === "slow") {
        Atomics.add(gate, 0, 1);
        Atomics.notify(gate, 0);
        Atomics.wait(gate, 1, 0);
      }
      asked.push(request.route);
      parentPort.postMessage({ id, answer: { status: 200, headers: {}, body: asked.join(" ") } });
    });
    parentPort.postMessage("ready");
  `)}`,
);
const HEALTH = {} as HealthReport;
const LIMIT_MS = 60_000;

function worker(clock = new ManualClock(), gate?: Int32Array): ApiWorker {
  const plant = { gate } as unknown as PlantDocument;
  const order = { folder: "", plant, version: "", limitMs: LIMIT_MS, notifies: false };
  return new ApiWorker({ file: THREAD, order, after: (ms, run) => clock.after(ms, run) });
}

function question(route: string, caller?: string): ApiRequest {
  const asked = { route, params: {}, query: {}, body: undefined, accept: "", ifNoneMatch: "" };
  return caller === undefined ? asked : { ...asked, login: { name: caller, role: "viewer", by: "token" } };
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

/** Threads, time that the test moves, and slow questions that it lets go. */
class Answering {
  readonly clock = new ManualClock();
  readonly #gate = new Int32Array(new SharedArrayBuffer(8));
  readonly worker = worker(this.clock, this.#gate);

  ask(route: string, caller: string, gone?: AbortSignal): Promise<ApiAnswer> {
    return this.worker.ask(question(route, caller), HEALTH, gone);
  }

  /** Until so many slow questions have begun. */
  async begun(count: number): Promise<void> {
    for (let now = 0; now < count; now = Atomics.load(this.#gate, 0)) {
      const { async: isAsync, value } = Atomics.waitAsync(this.#gate, 0, now);
      if (isAsync) await value;
    }
  }

  open(): void {
    Atomics.store(this.#gate, 1, 1);
    Atomics.notify(this.#gate, 1);
  }

  shut(): void {
    Atomics.store(this.#gate, 1, 0);
  }
}

/** A slow question of a's has been at the first thread for long. */
async function withSlow(run: (answering: Answering, slow: Promise<ApiAnswer>) => Promise<void>) {
  const answering = new Answering();
  try {
    const slow = answering.ask("slow", "a");
    await answering.begun(1);
    await run(answering, slow);
  } finally {
    answering.open();
    await answering.worker.close();
  }
}

// What hangs on the old order of things would hang for ever.
suite("a slow question", { timeout: 20_000 }, () => {
  test("holds up nobody else's, whether that was asked before it was slow or afterwards", async () => {
    await withSlow(async (answering, slow) => {
      const before = answering.ask("quick", "b");
      assert.equal(answering.worker.threads, 1);
      answering.clock.advance(250);
      assert.equal((await before).body, "quick");
      assert.equal((await answering.ask("quick", "c")).body, "quick quick");
      assert.equal(answering.worker.threads, 2);
      answering.open();
      assert.equal((await slow).status, 200);
    });
  });

  test("is answered once it has begun, whether somebody waits or not; what has not is taken back", async () => {
    const answering = new Answering();
    try {
      const gone = new AbortController();
      const [slow, left] = [answering.ask("slow", "a", gone.signal), answering.ask("left", "a", gone.signal)];
      await answering.begun(1);
      gone.abort(new Error("whoever asked has gone"));
      assert.equal((await left).status, 500);
      answering.open();
      assert.equal((await slow).body, "slow");
    } finally {
      answering.open();
      await answering.worker.close();
    }
  });

  test("does not make the same caller's next one go before somebody else's, or start a thread", async () => {
    await withSlow(async (answering, slow) => {
      const again = answering.ask("slow", "a");
      const last = answering.ask("last", "a");
      answering.clock.advance(250);
      assert.equal(answering.worker.threads, 1);
      assert.equal((await answering.ask("quick", "b")).body, "quick");
      answering.open();
      assert.equal((await slow).status, 200);
      assert.equal((await again).body, "slow slow");
      assert.equal((await last).body, "slow slow last");
    });
  });

  test("what does something waits for the first thread, and so does the graph of lots", async () => {
    await withSlow(async (answering, slow) => {
      const deeds = [answering.ask("acknowledgeAlarm", "b"), answering.ask("trace", "c")];
      answering.clock.advance(250);
      assert.equal(answering.worker.threads, 1);
      assert.equal((await answering.ask("quick", "d")).body, "quick");
      answering.open();
      await slow;
      const answers = await Promise.all(deeds);
      assert.deepEqual(
        answers.map(({ body }) => body),
        ["slow acknowledgeAlarm", "slow acknowledgeAlarm trace"],
      );
    });
  });

  test("the second thread ends when nobody has needed it for a minute, and comes again", async () => {
    await withSlow(async (answering, slow) => {
      const needSecond = async () => {
        const quick = answering.ask("quick", "b");
        answering.clock.advance(250);
        return (await quick).body;
      };
      assert.equal(await needSecond(), "quick");
      answering.clock.advance(30_000);
      assert.equal(await needSecond(), "quick quick");
      answering.open();
      await slow;
      answering.clock.advance(59_999);
      assert.equal(answering.worker.threads, 2);
      answering.clock.advance(1);
      assert.equal(answering.worker.threads, 1);
      answering.shut();
      const again = answering.ask("slow", "a");
      await answering.begun(2);
      assert.equal(await needSecond(), "quick");
      answering.open();
      await again;
    });
  });

  test("that goes on beyond its limit ends with its thread alone", async () => {
    await withSlow(async (answering, slow) => {
      const quick = answering.ask("quick", "b");
      answering.clock.advance(250);
      await quick;
      const [own, others] = [answering.ask("own", "a"), answering.ask("others", "c")];
      assert.equal((await others).body, "quick others");
      answering.clock.advance(LIMIT_MS + 1_000);
      assert.equal((await slow).status, 503);
      assert.equal((await answering.ask("meanwhile", "b")).status, 200);
      assert.equal((await own).body, "own");
    });
  });

  test("nothing is lost where the second thread dies", async () => {
    await withSlow(async (answering, slow) => {
      const [end, next] = [answering.ask("end", "b"), answering.ask("next", "c")];
      answering.clock.advance(250);
      assert.equal((await end).status, 500);
      assert.equal((await next).body, "next");
      answering.open();
      assert.equal((await slow).status, 200);
    });
  });

  test("nothing is lost where a question at the second thread takes too long, too", async () => {
    await withSlow(async (answering, slow) => {
      const other = answering.ask("slow", "b");
      answering.clock.advance(250);
      await answering.begun(2);
      const quick = answering.ask("quick", "c");
      assert.equal(answering.worker.threads, 2);
      answering.clock.advance(LIMIT_MS + 1_000);
      assert.deepEqual([(await slow).status, (await other).status], [503, 503]);
      assert.equal((await quick).body, "quick");
    });
  });

  test("closing answers all that wait, and that are in work", async () => {
    await withSlow(async (answering, slow) => {
      const [other, waiting] = [answering.ask("slow", "b"), answering.ask("quick", "c")];
      answering.clock.advance(250);
      await answering.begun(2);
      await answering.worker.close();
      for (const { body } of await Promise.all([slow, other, waiting])) {
        assert.equal(JSON.parse(body).code, "CONCHE_SHUTTING_DOWN");
      }
      assert.equal(answering.clock.pending, 0);
    });
  });
});
