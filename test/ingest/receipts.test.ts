import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { RECEIPT_RATE, type ReceiptRate, ReceiptScheduler } from "../../src/ingest/receipts.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";
import type { OutgoingMessage } from "../../src/mqtt/delivery.ts";
import { ManualClock } from "../time/manual-clock.ts";
import { BOOT, MACHINE } from "./delivered.ts";

const OLD_BOOT = "0198c5f2-0000-7000-8000-00000000000a";
const NEW_BOOT = "0198c5f2-0000-7000-8000-00000000000b";

/** A receipt as a broker was given it. */
interface Told {
  readonly at: number;
  readonly topic: string;
  readonly retain: boolean;
  readonly receipt: Receipt | undefined;
}

/** A scheduler over a broker that takes everything, until told otherwise. */
class Scene {
  readonly clock = new ManualClock();
  readonly told: Told[] = [];
  readonly scheduler: ReceiptScheduler;
  attempts = 0;
  /** What the broker answers instead of taking it. */
  failure: ConcheError | undefined;
  /** Answers are held back while this is set. */
  held: Promise<void> | undefined;
  inFlight = 0;
  mostInFlight = 0;

  constructor(rate: Partial<ReceiptRate> = {}) {
    this.scheduler = new ReceiptScheduler({
      publish: (message) => this.#publish(message),
      clock: this.clock,
      now: () => Date.parse("2026-01-11T10:00:00Z"),
      rate: { ...RECEIPT_RATE, ...rate },
    });
  }

  async #publish({ topic, payload, retain }: OutgoingMessage): Promise<void> {
    this.attempts++;
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    if (this.held !== undefined) await this.held;
    this.inFlight--;
    if (this.failure !== undefined) throw this.failure;
    const receipt = payload === "" ? undefined : (JSON.parse(payload) as Receipt);
    this.told.push({ at: this.clock.now(), topic, retain, receipt });
  }

  committed(...sequences: SequenceState[]): void {
    const totals = { received: 0, stored: 0, duplicates: 0, quarantined: 0 };
    const nothing = {
      messages: [],
      quarantined: [],
      duplicates: 0,
      durationMs: 1,
      totals,
      position: LOG_START,
    };
    this.scheduler.committed({ ...nothing, sequences });
  }
}

/** A publisher that has everything up to `highest` in the log. */
function through(highest: number, machine = MACHINE, boot = BOOT): SequenceState {
  const state = new SequenceTracker({ machine: machine as MachineKey, boot }).state();
  return { ...state, highest, stored: highest };
}

function machineNumber(index: number): string {
  return `tunis-01/line-a/s5_tempering/temper-${index}`;
}

suite("receipts", () => {
  test("a publisher gets one receipt per interval, with the newest state, and none without a cause", async () => {
    const scene = fresh();
    const { clock, told } = scene;
    for (let seq = 1; seq <= 100; seq++) {
      scene.committed(through(seq));
      await clock.pass(10);
    }
    await clock.pass(10_000);
    const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0));
    assert.equal(
      gaps.every((gap) => gap >= RECEIPT_RATE.intervalMs),
      true,
    );
    assert.ok(told.length <= 1_000 / RECEIPT_RATE.intervalMs + 1, `${told.length} in a second and its end`);
    assert.equal(told.at(-1)?.receipt?.through, 100);
    assert.equal(told[0]?.topic, `datacenter/${MACHINE}/receipt`);
  });

  test("thousands of machines stay under the rate for all, and each gets its turn, the longest waiting first", async () => {
    const scene = fresh();
    const { clock, told } = scene;
    const machines = 5_000;
    const speak = (seq: number) =>
      scene.committed(...Array.from({ length: machines }, (_, index) => through(seq, machineNumber(index))));
    for (let seq = 1; seq <= 100; seq++) {
      speak(seq);
      await clock.pass(100);
    }
    assert.ok(told.length <= 10 * RECEIPT_RATE.perSecond, `${told.length} in 10 s`);
    const counts = new Map<string, number>();
    for (const { topic } of told) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    assert.equal(counts.size, machines);
    // 20,000 receipts for 5,000 machines: nobody gets many while another gets few.
    assert.deepEqual([...new Set(counts.values())], [4]);
  });

  test("a machine that speaks all the time does not keep a quiet one waiting", async () => {
    const scene = fresh({ perSecond: 20 });
    const { clock, told } = scene;
    for (let seq = 1; seq <= 50; seq++) {
      scene.committed(...Array.from({ length: 10 }, (_, index) => through(seq, machineNumber(index))));
      if (seq === 25) scene.committed(through(7, "tunis-01/line-a/s1_dosing/weigher-01"));
      await clock.pass(50);
    }
    assert.ok(told.some(({ topic }) => topic.includes("weigher-01")));
  });

  test("a mere repetition is answered: its publisher has not heard that it is on disk", async () => {
    const scene = fresh();
    const { clock, told } = scene;
    scene.committed(through(3));
    await clock.pass(1_000);
    scene.committed({ ...through(3), duplicates: 1 });
    await clock.pass(1_000);
    assert.deepEqual(
      told.map(({ receipt }) => receipt?.through),
      [3, 3],
    );
  });

  test("two boots of a machine each get theirs; only the newest one's is retained, whoever speaks first", async () => {
    const scene = fresh();
    const { clock, told } = scene;
    scene.committed(through(5, MACHINE, OLD_BOOT));
    scene.committed(through(1, MACHINE, NEW_BOOT));
    await clock.pass(1_000);
    scene.committed(through(9, MACHINE, OLD_BOOT));
    await clock.pass(1_000);
    assert.deepEqual(
      told.map(({ receipt, retain }) => [receipt?.boot, receipt?.through, retain]),
      [
        [OLD_BOOT, 5, false],
        [NEW_BOOT, 1, true],
        [OLD_BOOT, 9, false],
      ],
    );
  });

  test("after a restart the newest boot is known before an older one speaks", async () => {
    const scene = fresh();
    const { clock, told } = scene;
    scene.scheduler.owed([through(1, MACHINE, NEW_BOOT)]);
    scene.committed(through(9, MACHINE, OLD_BOOT));
    await clock.pass(1_000);
    assert.deepEqual(
      told.map(({ receipt, retain }) => [receipt?.boot, retain]),
      [
        [NEW_BOOT, true],
        [OLD_BOOT, false],
      ],
    );
  });

  test("what a broker does not take is repeated, ever more rarely, and then says what is true then", async () => {
    const scene = fresh();
    const { clock, told, scheduler } = scene;
    scene.failure = new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "gone", retryable: true });
    scene.committed(through(3));
    await clock.pass(60_000);
    assert.ok(scene.attempts >= 12 && scene.attempts <= 20, `${scene.attempts} attempts in a minute`);
    assert.equal(scheduler.status.failing, scene.failure);
    scene.committed(through(8));
    scene.failure = undefined;
    await clock.pass(RECEIPT_RATE.retryMs[1]);
    assert.deepEqual(
      told.map(({ receipt }) => receipt?.through),
      [8],
    );
    assert.deepEqual(
      [scheduler.status.failing, scheduler.status.waiting, scheduler.status.published],
      [undefined, 0, 1],
    );
  });

  test("a broker that answers slowly is not flooded", async () => {
    const scene = fresh({ inFlight: 8 });
    const { clock } = scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.held = promise;
    for (let seq = 1; seq <= 20; seq++) {
      scene.committed(...Array.from({ length: 50 }, (_, index) => through(seq, machineNumber(index))));
      await clock.pass(250);
    }
    assert.deepEqual([scene.attempts, scene.mostInFlight], [8, 8]);
    resolve();
    scene.held = undefined;
    await clock.pass(2_000);
    assert.equal(new Set(scene.told.map(({ topic }) => topic)).size, 50);
  });

  test("a stop sends what is owed at once", async () => {
    const scene = fresh({ inFlight: 100 });
    scene.committed(...Array.from({ length: 450 }, (_, index) => through(1, machineNumber(index))));
    await scene.scheduler.close();
    assert.equal(scene.told.length, 450);
  });

  test("a stop does not wait for a broker that takes nothing, and tries nothing afterwards", async () => {
    const scene = fresh({ inFlight: 100 });
    scene.failure = new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "gone", retryable: true });
    scene.committed(...Array.from({ length: 450 }, (_, index) => through(1, machineNumber(index))));
    await scene.scheduler.close();
    await scene.clock.pass(60_000);
    assert.deepEqual([scene.attempts, scene.clock.pending], [100, 0]);
  });

  test("a receipt that was on its way at the stop and fails then leaves nothing to wait for", async () => {
    const scene = fresh();
    const { promise, resolve } = Promise.withResolvers<void>();
    scene.held = promise;
    scene.failure = new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "gone", retryable: true });
    scene.committed(through(1));
    await scene.clock.pass(50);
    await scene.scheduler.close();
    resolve();
    await new Promise((resolved) => setImmediate(resolved));
    await scene.clock.pass(60_000);
    assert.deepEqual([scene.attempts, scene.clock.pending], [1, 0]);
  });

  test("where nothing is known of a machine, what a broker has retained for it is taken away", async () => {
    const scene = fresh();
    const { clock, told, scheduler } = scene;
    const other = machineNumber(2);
    scheduler.owed([through(4)]);
    scheduler.unknown([MACHINE, machineNumber(1), other] as MachineKey[]);
    // It speaks before its turn comes: now there is something to say, and taking it away would be wrong.
    scene.committed(through(1, other));
    await clock.pass(1_000);
    assert.deepEqual(
      told.map(({ topic, retain, receipt }) => [topic, retain, receipt?.through]),
      [
        [`datacenter/${MACHINE}/receipt`, true, 4],
        [`datacenter/${machineNumber(1)}/receipt`, true, undefined],
        [`datacenter/${other}/receipt`, true, 1],
      ],
    );
  });

  test("made-up names can't grow what is kept", () => {
    const scene = fresh();
    for (let seq = 0; seq < 200; seq++) {
      const made = Array.from({ length: 500 }, (_, index) => through(1, machineNumber(seq * 500 + index)));
      scene.committed(...made);
    }
    assert.equal(scene.scheduler.status.waiting, 50_000);
  });

  test("whatever happens, everybody's last receipt says what was committed last", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("speak"), who: fc.nat(4) }),
      fc.record({ kind: fc.constant("fail"), who: fc.constant(0) }),
      fc.record({ kind: fc.constant("heal"), who: fc.constant(0) }),
      fc.record({ kind: fc.constant("wait"), who: fc.nat(2_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const scene = fresh({ perSecond: 60, inFlight: 2 });
        const committed = new Map<string, number>();
        for (const { kind, who } of steps) {
          if (kind === "fail") scene.failure = new ConcheError("CONCHE_PUBLISH_LIMIT", { message: "full" });
          if (kind === "heal") scene.failure = undefined;
          if (kind === "wait") await scene.clock.pass(who);
          if (kind !== "speak") continue;
          const seq = (committed.get(machineNumber(who)) ?? 0) + 1;
          committed.set(machineNumber(who), seq);
          scene.committed(through(seq, machineNumber(who)));
        }
        scene.failure = undefined;
        await scene.clock.pass(30_000);
        const last = new Map(scene.told.map(({ topic, receipt }) => [topic, receipt?.through]));
        for (const [machine, seq] of committed) assert.equal(last.get(`datacenter/${machine}/receipt`), seq);
      }),
      { numRuns: 60 },
    );
  });
});

function fresh(rate: Partial<ReceiptRate> = {}): Scene {
  return new Scene(rate);
}
