import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SessionWatch } from "../../src/ingest/session-watch.ts";
import type { DeliverySession, SessionLoss, SessionNotes } from "../../src/log/delivery-session.ts";

class Notes implements SessionNotes {
  readonly losses: SessionLoss[] = [];
  lastCommitAt = 0;
  #session: DeliverySession | undefined;

  session(): DeliverySession | undefined {
    return this.#session;
  }

  keepSession(session: DeliverySession): void {
    this.#session = session;
  }

  noteSessionLoss(loss: SessionLoss): void {
    this.losses.push(loss);
  }
}

const PLACE = { broker: "mqtt://broker.plant:1883", clientId: "datacenter" };

/** A log over several runs, each with a watch of its own, on a clock that the test moves. */
class Runs {
  readonly notes = new Notes();
  readonly told: SessionLoss[] = [];
  now = 1_000;

  run(): SessionWatch {
    return new SessionWatch({
      ...PLACE,
      notes: this.notes,
      now: () => this.now,
      onLoss: (loss) => this.told.push(loss),
    });
  }
}

describe("SessionWatch", () => {
  it("says nothing of the first session, and nothing while the broker keeps it", () => {
    const runs = new Runs();
    for (const present of [false, true, true]) {
      const watch = runs.run();
      watch.connected(present);
      watch.subscribed();
      runs.now += 1_000;
      watch.alive();
    }
    assert.deepEqual(runs.notes.losses, []);
  });

  it("notices a loss over a restart, from the last sign of life to the new subscription", () => {
    const runs = new Runs();
    const first = runs.run();
    first.connected(false);
    first.subscribed();
    runs.now = 5_000;
    first.alive();
    runs.now = 60_000;
    const second = runs.run();
    second.connected(false);
    runs.now = 61_000;
    second.subscribed();
    const loss = { ...PLACE, fromMs: 5_000, untilMs: 61_000 };
    assert.deepEqual([runs.notes.losses, runs.told], [[loss], [loss]]);
  });

  it("takes the last commit for the last sign of life of a process that was killed", () => {
    const runs = new Runs();
    const first = runs.run();
    first.connected(false);
    first.subscribed();
    runs.notes.lastCommitAt = 30_000;
    runs.now = 60_000;
    const second = runs.run();
    second.connected(false);
    second.subscribed();
    assert.deepEqual(runs.told, [{ ...PLACE, fromMs: 30_000, untilMs: 60_000 }]);
  });

  it("does not forget a loss whose subscription never came about", () => {
    const runs = new Runs();
    const first = runs.run();
    first.connected(false);
    first.subscribed();
    runs.now = 2_000;
    first.alive();
    runs.now = 3_000;
    const second = runs.run();
    second.connected(false);
    second.alive();
    runs.now = 9_000;
    const third = runs.run();
    third.connected(true);
    third.subscribed();
    assert.deepEqual(runs.told, [{ ...PLACE, fromMs: 2_000, untilMs: 9_000 }]);
    const fourth = runs.run();
    fourth.connected(true);
    fourth.subscribed();
    assert.equal(runs.told.length, 1, "and says it once");
  });
});
