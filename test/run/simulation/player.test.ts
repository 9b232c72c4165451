import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type MachineAddress, machineAddress, machineKeyOf } from "../../../src/contract/topic.ts";
import type {
  MachineConnection,
  PublishedMessage,
  PublishOutcome,
} from "../../../src/mqtt/machine-connection.ts";
import { type Behind, type DueMessage, Player, throughOutbox } from "../../../src/run/simulation/player.ts";
import { PublishingMachine } from "../../../src/simulator/publishing/publishing-machine.ts";
import { edgeOver } from "../../edge/edge-under-test.ts";

const ADDRESS = machineAddress("tunis-01", "line-a", "s5_tempering", "temper-01") as MachineAddress;
const WILL = { v: 2, ts: "2026-01-11T10:00:00Z", state: "OFFLINE" };

/** A connection that keeps what it is given, and answers when the test says so. */
class HeldConnection implements MachineConnection {
  readonly published: PublishedMessage[] = [];
  readonly #answers: ((outcome: PublishOutcome) => void)[] = [];
  holds = false;

  publish(message: PublishedMessage): Promise<PublishOutcome> {
    this.published.push(message);
    if (!this.holds) return Promise.resolve({ kind: "sent" });
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  answerAll(): void {
    for (const answer of this.#answers.splice(0)) answer({ kind: "sent" });
  }

  async close(): Promise<void> {}
}

async function machineOn(connection: HeldConnection, numbering?: { boot: string }) {
  const wills: PublishedMessage[] = [];
  const machine = await PublishingMachine.connect(
    ADDRESS,
    async (_id, will) => {
      wills.push(will);
      return connection;
    },
    WILL,
    numbering,
  );
  return { machine, wills };
}

describe("PublishingMachine", () => {
  it("numbers its messages across all types, with each type's QoS and retain flag", async () => {
    const connection = new HeldConnection();
    const { machine, wills } = await machineOn(connection, { boot: "boot-0001" });
    await machine.publish("state", { v: 2, ts: "2026-01-11T10:00:00Z", state: "Execute" });
    await machine.publish("telemetry", { v: 2, ts: "2026-01-11T10:00:01Z", tags: {} });
    assert.deepEqual(
      connection.published.map(({ topic, qos, retain, payload, schema }) => {
        const { boot, seq } = JSON.parse(payload);
        return [topic.split("/").at(-1), qos, retain, boot, seq, schema];
      }),
      [
        ["state", 1, true, "boot-0001", 1, "state/2"],
        ["telemetry", 0, false, "boot-0001", 2, "telemetry/2"],
      ],
    );
    assert.deepEqual(
      [wills[0]?.topic, wills[0]?.qos, wills[0]?.retain],
      [`factory/${machineKeyOf(ADDRESS)}/state`, 1, true],
    );
    assert.equal(
      JSON.parse(wills[0]?.payload ?? "").seq,
      undefined,
      "a number set aside for a will would be a gap",
    );
  });

  it("tells of the past at QoS 1, not retained, marked, under another client id and without a will", async () => {
    const connection = new HeldConnection();
    const ids: string[] = [];
    const machine = await PublishingMachine.connectLate(
      ADDRESS,
      async (clientId) => {
        ids.push(clientId);
        return connection;
      },
      { boot: "boot-0001" },
    );
    await machine.publish("telemetry", { v: 2, ts: "2026-01-11T10:00:00Z", tags: {} });
    await machine.publish("state", { v: 2, ts: "2026-01-11T10:00:01Z", state: "Execute" });
    assert.deepEqual(
      connection.published.map(({ qos, retain, refill }) => [qos, retain, refill]),
      [
        [1, false, true],
        [1, false, true],
      ],
    );
    assert.equal(
      connection.published[0]?.payload,
      '{"v":2,"boot":"boot-0001","seq":1,"ts":"2026-01-11T10:00:00Z","tags":{}}',
    );
    assert.deepEqual(ids, ["tunis-01.line-a.s5_tempering.temper-01.history"]);
  });

  it("leaves version 1 payloads as they are", async () => {
    const connection = new HeldConnection();
    const { machine } = await machineOn(connection);
    const body = { ts: "2026-01-11T10:00:00+00:00", state: "RUNNING" };
    await machine.publish("state", body);
    assert.equal(connection.published[0]?.payload, JSON.stringify(body));
  });
});

describe("Player", () => {
  const due = (count: number): DueMessage[] =>
    Array.from({ length: count }, () => ({ machine: ADDRESS, type: "telemetry", payload: { v: 2 } }));

  it("advances the source with real time times speed, in moderate portions, to exactly the time due", async () => {
    const { machine } = await machineOn(new HeldConnection());
    const asked: number[] = [];
    const stop = new AbortController();
    const player = new Player({
      source: {
        advance: (untilMs) => {
          asked.push(untilMs);
          if (untilMs >= 1_000 + 600_000) stop.abort();
          return due(1);
        },
      },
      machines: new Map([[machineKeyOf(ADDRESS), machine]]),
      startMs: 1_000,
      speed: 600,
      elapsedMs: () => 1_000,
      onRefused: () => {},
    });
    await player.play(stop.signal);
    await player.answered();
    assert.deepEqual(
      asked,
      Array.from({ length: 10 }, (_, index) => 1_000 + (index + 1) * 60_000),
    );
    assert.equal(player.counts.published, 10);
  });

  it("holds the source's clock while too many messages are unanswered", async () => {
    const connection = new HeldConnection();
    connection.holds = true;
    const { machine } = await machineOn(connection);
    const stop = new AbortController();
    let now = 100; // every look at the clock takes a millisecond
    const asked: number[] = [];
    const player = new Player({
      source: {
        advance: (untilMs) => {
          asked.push(untilMs);
          if (asked.length === 2) stop.abort();
          return due(2_000);
        },
      },
      machines: new Map([[machineKeyOf(ADDRESS), machine]]),
      startMs: 0,
      speed: 1,
      elapsedMs: () => now++,
      onRefused: () => {},
    });
    const played = player.play(stop.signal);
    await new Promise((resolve) => setImmediate(resolve));
    now = 60_100; // a minute without an answer is no time of the line
    connection.answerAll();
    connection.holds = false;
    await played;
    assert.ok((asked[1] ?? Infinity) <= 200, `the second portion reaches ${asked[1]} ms`);
  });

  it("gives up what it can't catch up with, and says how fast it goes", async () => {
    const { machine } = await machineOn(new HeldConnection());
    const stop = new AbortController();
    let now = 0;
    let reachedMs = 0;
    const told: Behind[] = [];
    const player = new Player({
      source: {
        // 40 times real time is all that it gives.
        advance: (untilMs) => {
          now += (untilMs - reachedMs) / 40;
          reachedMs = untilMs;
          if (now > 80_000) stop.abort();
          return due(1);
        },
      },
      machines: new Map([[machineKeyOf(ADDRESS), machine]]),
      startMs: 0,
      speed: 600,
      elapsedMs: () => {
        now += 200; // every look at the clock takes so long
        return now;
      },
      onRefused: () => {},
      onBehind: (behind) => told.push(behind),
    });
    await player.play(stop.signal);
    assert.ok(told.length >= 3 && told.length <= 8, `told ${told.length} times in 80 s`);
    for (const { speed } of told) assert.ok(speed > 25 && speed < 45, `${speed} times real time`);
    assert.ok((told.at(-1)?.lostMs ?? 0) > 40_000);
  });

  it("plays at once what has an end, as fast as it is answered", async () => {
    const connection = new HeldConnection();
    const { machine } = await machineOn(connection, { boot: "boot-0001" });
    const player = new Player({
      source: { advance: () => due(700) },
      machines: new Map([[machineKeyOf(ADDRESS), machine]]),
      startMs: 0,
      endMs: 90_000,
      speed: "max",
      elapsedMs: () => 0,
      onRefused: () => {},
    });
    await player.play(new AbortController().signal);
    assert.equal(player.reachedMs, 90_000);
    assert.equal(connection.published.length, 1_400);
  });

  it("counts a farewell as it counts everything else, and waits for its answer", async () => {
    const connection = new HeldConnection();
    const { machine } = await machineOn(connection, { boot: "boot-0001" });
    const player = new Player({
      source: { advance: () => due(1) },
      machines: new Map([[machineKeyOf(ADDRESS), machine]]),
      startMs: 0,
      endMs: 1_000,
      speed: "max",
      elapsedMs: () => 0,
      onRefused: () => {},
    });
    await player.play(new AbortController().signal);
    await player.answered();
    connection.holds = true;
    player.say([{ machine: ADDRESS, type: "state", payload: WILL }]);
    assert.equal(player.counts.published, 1);
    const answered = player.answered();
    connection.answerAll();
    await answered;
    assert.deepEqual(player.counts, { published: 2, refused: 0, unheard: 0 });
    assert.deepEqual(
      connection.published.map(({ topic, payload }) => [topic.split("/").at(-1), JSON.parse(payload).seq]),
      [
        ["telemetry", 1],
        ["state", 2],
      ],
    );
  });

  it("plays through an outbox too", async () => {
    const { edge, outbox } = edgeOver();
    const key = machineKeyOf(ADDRESS);
    const stop = new AbortController();
    const refused: string[] = [];
    const player = new Player({
      source: {
        advance: () => {
          stop.abort();
          return [
            {
              machine: ADDRESS,
              type: "state",
              payload: { v: 2, ts: "2026-01-11T10:00:00Z", state: "Execute" },
            },
            {
              machine: ADDRESS,
              type: "state",
              payload: { v: 2, ts: "2026-01-11T10:00:00Z", state: "Nonsense" },
            },
          ];
        },
      },
      machines: new Map([[key, throughOutbox(await edge.machine(key))]]),
      startMs: 0,
      speed: 1,
      elapsedMs: () => 1,
      onRefused: ({ code }) => refused.push(code),
    });
    await player.play(stop.signal);
    await player.answered();
    assert.deepEqual(player.counts, { published: 2, refused: 1, unheard: 0 });
    assert.deepEqual(refused, ["CONCHE_MESSAGE_REFUSED"]);
    assert.equal(outbox.kept.length, 1);
  });
});
