import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ConnectionMode } from "../../src/edge/edge-options.ts";
import type { SeqRange } from "../../src/sequence/seq-range.ts";
import type { Fate } from "./session-broker.ts";
import { MACHINES, type Saying, World } from "./world.ts";

type Act = (world: World) => void | Promise<void>;

function act<Given>(
  weight: number,
  given: fc.Arbitrary<Given>,
  does: (world: World, given: Given) => ReturnType<Act>,
) {
  return {
    weight,
    arbitrary: given.map(
      (value): Act =>
        (world) =>
          does(world, value),
    ),
  };
}

const some = fc.integer({ min: 1, max: 8 });
const sayings = fc.array(fc.constantFrom<Saying>("alarm", "telemetry", "telemetry", "state", "bad"), {
  minLength: 1,
  maxLength: 8,
  size: "max",
});
const fates = fc.constantFrom<Fate>("arrives", "arrives", "arrives", "lost", "twice");
const nothing = fc.constant(undefined);

const acts: fc.Arbitrary<Act> = fc.oneof(
  act(10, fc.tuple(fc.nat(1), sayings), (world, [machine, what]) => world.say(machine, what)),
  act(8, some, (world, most) => world.broker.take(most)),
  act(8, fc.tuple(some, fates), (world, [most, fate]) => world.broker.deliver(most, fate)),
  act(6, fc.integer({ min: 1, max: 12_000 }), (world, ms) => world.pass(ms)),
  act(2, fc.nat(20), (world, at) => world.broker.reorder(at)),
  act(1, fc.nat(4), (world, kept) => world.broker.overflow(kept)),
  act(1, nothing, (world) => world.broker.crash()),
  act(1, nothing, (world) => world.broker.edges.cut()),
  act(1, fc.boolean(), (world, reachable) => {
    world.broker.edges.reachable = reachable;
    if (!reachable) world.broker.edges.cut();
  }),
  act(1, nothing, (world) => world.holdOutbox()),
  act(2, nothing, (world) => world.releaseOutbox()),
  act(1, fc.boolean(), (world, lands) => world.killEdge(lands)),
  act(2, nothing, (world) => world.holdCommits()),
  act(3, nothing, (world) => world.releaseCommits()),
  act(1, fc.boolean(), (world, lands) => world.killCenter(lands)),
  act(3, nothing, (world) => world.startCenter()),
  act(1, nothing, (world) => world.stopCenter()),
  act(1, nothing, (world) => world.flapCenter()),
  act(1, nothing, (world) => world.broker.disconnect()),
  act(1, fc.constantFrom("CONCHE_DISK_FULL" as const, "CONCHE_LOG_IO" as const), (world, code) =>
    world.failCommit(code),
  ),
  // A clock that is set, by a day at most: boots and receipts must not need it.
  act(1, fc.integer({ min: -86_400_000, max: 86_400_000 }), (world, ms) => {
    world.wallMs += ms;
  }),
);

const connections = fc.constantFrom<ConnectionMode>(
  { kind: "per-machine" },
  { kind: "shared", clientId: "gateway-01" },
);

/** Numbers from 1 to `highest` that are not on the disk. */
function absent(world: World, machine: string, boot: string, highest: number): number[] {
  const all = Array.from({ length: highest }, (_, index) => index + 1);
  return all.filter((seq) => !world.disk.has(machine, boot, seq));
}

function numbersOf(ranges: readonly SeqRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** Nothing that was promised is lost, nothing is there twice, nothing is altered. */
function checkLedger(world: World): void {
  for (const [key, mark] of world.handedOver) {
    const copies = world.disk.copies.get(key) ?? [];
    assert.equal(copies.length, 1, `${key} is there ${copies.length} times`);
    assert.ok(copies[0]?.includes(mark), `${key} says what was said`);
  }
  for (const [key, copies] of world.disk.copies) assert.equal(copies.length, 1, `${key} is there once`);
}

/** highest = stored + quarantined + missing for everybody, and received = stored + duplicates + quarantined. */
async function checkConservation(world: World): Promise<void> {
  for (const { machine, boot, highest, stored, quarantined, missing } of world.disk.sequences.values()) {
    const gaps = absent(world, machine, boot, highest);
    assert.deepEqual(numbersOf(missing), gaps, `what is missing of ${boot} is known exactly`);
    assert.equal(highest, stored + quarantined + gaps.length, `the law holds for ${boot}`);
  }
  const { log } = world.disk;
  const totals = await log.totals();
  assert.equal(totals.received, totals.stored + totals.duplicates + totals.quarantined);
  assert.equal(totals.stored, log.messages.length);
  assert.equal(totals.quarantined, log.quarantined.length);
}

describe("the whole path", () => {
  it("keeps every promise whoever is killed, cut, full or late, and accounts for what it can't have", async () => {
    await fc.assert(
      fc.asyncProperty(
        connections,
        fc.array(acts, { size: "max", maxLength: 80 }),
        async (connection, plan) => {
          const world = new World(connection);
          await world.startEdge();
          await world.startCenter();
          for (const does of plan) {
            await does(world);
            await world.settle();
          }
          await world.heal();
          checkLedger(world);
          await checkConservation(world);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("knows a gap exactly when telemetry was lost for longer than the ring remembers", async () => {
    const world = new World({ kind: "per-machine" });
    await world.startEdge();
    await world.startCenter();
    await world.say(0, ["alarm"]);
    await world.settle();
    world.broker.take(10);
    world.broker.deliver(10, "arrives");
    await world.settle();
    world.broker.edges.reachable = false;
    world.broker.edges.cut();
    for (let count = 0; count < 12; count++) await world.say(0, ["telemetry"]);
    await world.say(0, ["alarm"]);
    await world.heal();
    const [sequence, ...others] = world.disk.sequences.values();
    assert.deepEqual(others, []);
    assert.equal(sequence?.machine, MACHINES[0]);
    // The ring holds the newest five of twelve.
    assert.deepEqual(sequence?.missing, [[2, 8]]);
    assert.equal(sequence?.stored, 7);
    checkLedger(world);
    await checkConservation(world);
  });
});
